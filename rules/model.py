"""What a recording and an alert are: frozen values that refer to metrics, and to each other, as objects.

An alert is a quantity (`signal`), a comparison and one limit per severity. Because the number is apart from
the expression, the rule, the panel's threshold, the runbook and the boundary tests all take the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from ledgerscope.catalogue import Kind, Metric, Unit

if TYPE_CHECKING:
    from ledgerscope.catalogue import Label, Matcher, Owner, Selector

__all__ = ["Alert", "Comparison", "Limit", "Recording", "RuleArea", "Setting", "Severity"]

Comparison = Literal[">", ">=", "<", "<="]


class Severity(StrEnum):
    """What an alert asks for: critical wakes somebody, warning opens a ticket, info is read when convenient.

    `none` is for the heartbeat alone, which asks for nothing unless it stops.
    """

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A number that guards or shapes an expression, and when to change it."""

    value: float
    change_when: str

    def __str__(self) -> str:
        return f"{self.value:.15g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The number at which an alert of one severity begins and how long it has to hold.

    `change_when` says when to change the number; where nobody should, `fixed_because` says why.
    """

    severity: Severity
    value: float
    hold: timedelta
    change_when: str = ""
    fixed_because: str = ""

    def __str__(self) -> str:
        return f"{self.value:.15g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recorded series. It has a name, a unit and labels like any metric, and is selected like one.

    `labels` is the whole label set of the result; the checks compare it with what the expression yields.
    `compat` keeps a former name alive and is therefore free of the naming rule and of the
    rule that something here has to use it. `grows` is true for a counter, recorded to be rated afterwards.
    """

    name: str
    expr: str
    help: str
    unit: Unit
    labels: tuple[Label, ...]
    owner: Owner
    compat: bool = False
    grows: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def metric(self) -> Metric:
        """The recorded series as a metric: what panels and alerts may select by it."""
        return Metric(
            name=self.name,
            kind=Kind.COUNTER if self.grows else Kind.GAUGE,
            help=self.help,
            unit=self.unit,
            labels=self.labels,
            owner=self.owner,
        )

    def where(self, **matchers: str | Matcher) -> Selector:
        """Select series of this recording; raises UnknownLabel and UnknownLabelValue."""
        return self.metric.where(**matchers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that can go wrong; it becomes one rule for each of its limits.

    `given` restricts when the signal may fire at all (minimum volume) and begins with the matching, as in
    `on (company_id) ...`. In `description`, `<limit>` stands for the number with its unit. `panel` is the
    title of the panel, on the board of the alert's area, that shows the signal with the limits drawn in.
    """

    name: str
    signal: str
    comparison: Comparison
    limits: tuple[Limit, ...]
    unit: Unit
    owner: Owner
    summary: str
    description: str
    panel: str
    given: str = ""
    settings: tuple[tuple[str, Setting], ...] = field(default=())

    def expr(self, limit: Limit) -> str:
        """The rule's expression at that limit."""
        crossed = f"{self.signal} {self.comparison} {limit}"
        return f"{crossed}\nand {self.given}" if self.given else crossed

    def says(self, limit: Limit) -> str:
        """The description with the limit put in; Prometheus puts in the rest."""
        return self.description.replace("<limit>", spoken(limit.value, self.unit))

    @property
    def severities(self) -> tuple[Severity, ...]:
        return tuple(limit.severity for limit in self.limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleArea:
    """All rules of one business area, in one generated file.

    `keeps_firing` is how long its alerts go on when their data has ended.
    """

    name: str
    interval: timedelta
    keeps_firing: timedelta = timedelta(0)
    recordings: tuple[Recording, ...] = ()
    alerts: tuple[Alert, ...] = ()


def spoken(value: float, unit: Unit) -> str:
    """A number as people say it: `7 %`, `15 min`, `1,000`."""
    match unit:
        case Unit.RATIO:
            return f"{value * 100:.10g} %"
        case Unit.PERCENT:
            return f"{value:.10g} %"
        case Unit.SECONDS if value >= _MINUTE:
            return f"{value / _MINUTE:.10g} min"
        case Unit.SECONDS:
            return f"{value:.10g} s"
        case _:
            return f"{value:,.10g}"


_MINUTE = 60
