"""A rule-test file as values: input series, the alerts and samples expected, and where it says so."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.durations import format_duration
from ledgerscope.promql.yaml.nodes import Fault, Where

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.series.notation import Series
    from ledgerscope.promql.syntax.ast import VectorSelector
    from ledgerscope.promql.testing.extensions import Tolerance

MINUTE_MS = 60_000
_NOWHERE = Where("<test>", 1, 1)


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """A firing alert, complete: every label and every annotation; or, with `selector`, some of them."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    where: Where = _NOWHERE
    #: Instead of all labels and annotations: conditions on some of them.
    selector: VectorSelector | None = None
    patterns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertCase:
    """The alerts of one name that fire at one time; `eval_time_ms` counts from the start."""

    eval_time_ms: int
    alertname: str
    expected: tuple[ExpectedAlert, ...]
    where: Where = _NOWHERE
    #: Instead of one time: fires at every evaluation from the first to before the second, at no other.
    between_ms: tuple[int, int] | None = None
    selector: VectorSelector | None = None

    @property
    def title(self) -> str:
        """What a node id says."""
        if self.between_ms is not None:
            first, end = map(format_duration, self.between_ms)
            return f"alert {self.alertname} from {first} to {end}"
        return f"alert {self.alertname} at {format_duration(self.eval_time_ms)}"


@dataclass(frozen=True, slots=True)
class ExpectedSample:
    """A sample of an expression: a float, or a native histogram (then `value` does not count)."""

    labels: Mapping[str, str]
    value: float
    histogram: Histogram | None = None
    where: Where = _NOWHERE
    #: Instead of all labels: conditions on some of them.
    selector: VectorSelector | None = None
    tolerance: Tolerance | None = None


@dataclass(frozen=True, slots=True)
class ExprCase:
    """The samples of an expression at one time."""

    expr: str
    eval_time_ms: int
    expected: tuple[ExpectedSample, ...]
    where: Where = _NOWHERE

    @property
    def title(self) -> str:
        """What a node id says."""
        return f"expr {' '.join(self.expr.split())} at {format_duration(self.eval_time_ms)}"


Case: TypeAlias = "AlertCase | ExprCase"


@dataclass(frozen=True, slots=True)
class TestGroup:
    """Input series and the cases over them. Times are milliseconds; `start_ms` is where the test begins."""

    __test__ = False  # not a class of tests, whatever its name

    name: str
    index: int
    interval_ms: int
    series: tuple[Series, ...]
    alert_cases: tuple[AlertCase, ...] = ()
    expr_cases: tuple[ExprCase, ...] = ()
    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""
    start_ms: int = 0
    where: Where = _NOWHERE

    @property
    def title(self) -> str:
        """What a node id says."""
        return self.name or f"group {self.index + 1}"

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases, in the order of checking."""
        return (*self.alert_cases, *self.expr_cases)

    @property
    def last_eval_time_ms(self) -> int:
        """How far a test has to be evaluated."""
        return max((case.eval_time_ms for case in self.cases), default=0)

    @property
    def end_of_input_ms(self) -> int:
        """The time of the last sample after the start, or of the last assertion if that is later."""
        longest = max((len(each) for each in self.series), default=0)
        return max((longest - 1) * self.interval_ms, self.last_eval_time_ms)


@dataclass(frozen=True, slots=True)
class TestFile:
    """A whole file. `rule_files` are paths that exist, in order, each once."""

    __test__ = False  # not a class of tests, whatever its name

    path: Path
    rule_files: tuple[Path, ...]
    evaluation_interval_ms: int = MINUTE_MS
    group_eval_order: tuple[str, ...] = ()
    fuzzy_compare: bool = False
    groups: tuple[TestGroup, ...] = ()
    warnings: tuple[Fault, ...] = ()
