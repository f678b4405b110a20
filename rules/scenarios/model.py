"""A case of a rule in the words of the person who wrote it, and the scenarios that it stands for.

One alert case names the series beyond the limit, at the limit and below the minimum volume. From these follow
both directions, the edge of the limit, the edge of the hold, and that a second replica changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.catalogue import Kind
from rules.target import INSTANCE, TARGET_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ledgerscope.catalogue import Metric
    from rules.model import Alert, Limit, RuleArea, Severity

__all__ = ["AlertCase", "Given", "Moment", "RecordingCase", "Scenario", "given", "steady"]

_STEADY = re.compile(r"(-?[\d.e-]+)x\d+")
_COUNTS = re.compile(r"(\d[\d.e-]*(x\d+)?( |$))+")
"""Values none of which is below zero."""
_VALUE = re.compile(r"(-?)(\d[\d.e-]*)(x\d+)?")
_LATER = timedelta(minutes=10)
_REPLICAS = ("replica-1:9108", "replica-2:9108")


@dataclass(frozen=True, slots=True)
class Given:
    """One input series: its name, its labels, and its values in the notation of promtool.

    `counted` is true for a counter that every exporter takes from the database.
    """

    name: str
    labels: Mapping[str, str]
    values: str
    counted: bool = False

    def __str__(self) -> str:
        inner = ", ".join(f'{name}="{value}"' for name, value in self.labels.items())
        return f"{self.name}{{{inner}}}" if inner else self.name

    def on(self, instance: str) -> Given:
        """The same series as a certain replica serves it."""
        return replace(self, labels={**self.labels, INSTANCE.name: instance})


def given(metric: Metric, values: str, *, le: str = "", **labels: str) -> Given:
    """A series of the metric; `le` selects a bucket of a histogram. Raises where labels are not its own."""
    target = {one.name for one in TARGET_LABELS}
    own = {name: value for name, value in labels.items() if name in metric.label_names}
    metric.check(tuple(own[name] for name in metric.label_names if name in own))
    unknown = labels.keys() - own.keys() - target
    for name in sorted(unknown):
        metric.label(name)
    bucket = metric.kind is Kind.HISTOGRAM
    return Given(
        f"{metric.name}_bucket" if bucket else metric.name,
        labels | ({"le": le} if bucket else {}),
        values,
        counted=metric.is_counted_in_database,
    )


def steady(value: float) -> str:
    """The same value for longer than any case runs."""
    return f"{value:.15g}x200"


def _with_one_behind(series: Sequence[Given]) -> Iterator[Given]:
    """One replica serves the series, and one serves less: nothing yet, or twice as much below zero."""
    for one in series:
        yield one.on(_REPLICAS[0])
        yield replace(one, values=_VALUE.sub(_less, one.values)).on(_REPLICAS[1])


def _less(value: re.Match[str]) -> str:
    sign, number, times = value.groups(default="")
    return f"-{2 * float(number):.15g}{times}" if sign else f"0{times}"


def _of_another_company(one: Given) -> Given:
    return replace(one, labels={**one.labels, "company_id": "globex"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is expected at one instant: the firing limits with their descriptions; none means silence."""

    at: timedelta
    firing: Mapping[Severity, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Input series, and what the alert does with them."""

    title: str
    alert: Alert
    labels: Mapping[str, str]
    series: tuple[Given, ...]
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCase:
    """One alert: `beyond` fires with the labels and texts stated, `within` and `few` never do.

    `within` stands exactly at the limit, and is empty for the heartbeat alone, which is never silent; `few`
    is beyond it with less than the minimum volume. `after` is when the signal of `beyond` crosses the limit,
    for windows that have to fill first. `replicated` is false where the alert is about the replicas.
    """

    alert: Alert
    labels: Mapping[str, str]
    beyond: tuple[Given, ...]
    says: Mapping[Severity, str]
    within: tuple[Given, ...]
    few: tuple[Given, ...] = ()
    after: timedelta = timedelta(0)
    replicated: bool = True

    def scenarios(self, area: RuleArea) -> Iterator[Scenario]:
        """Everything the case stands for."""
        yield self._scenario("beyond the limit it fires after the hold", self.beyond, self._edge(area))
        if self.within:
            yield self._scenario("at the limit it stays silent", self.within, self._silence())
        if self.few:
            yield self._scenario("below the minimum volume it stays silent", self.few, self._silence())
        if area.keeps_firing and all(_STEADY.fullmatch(one.values) for one in self.beyond):
            yield self._scenario("a gap in the data does not end it at once", *self._gap(area))
        elif area.keeps_firing:
            yield self._scenario(
                "it goes on for a while after its window", self.beyond, self._aftermath(area)
            )
        if self.replicated:
            twice = tuple(one.on(replica) for one in self.beyond for replica in _REPLICAS)
            yield self._scenario("a second replica changes nothing", twice, self._edge(area))
            twice = tuple(one.on(replica) for one in self.within for replica in _REPLICAS)
            yield self._scenario("a second replica at the limit stays silent", twice, self._silence())
            if all(_COUNTS.fullmatch(one.values) for one in self.beyond):
                behind = tuple(_with_one_behind(self.beyond))
                yield self._scenario(
                    "a second replica that is behind changes nothing", behind, self._edge(area)
                )
        if self.few and self.within:
            both = (*self.few, *map(_of_another_company, self.within))
            title = "the volume of another company does not count"
            yield self._scenario(title, both, self._silence())

    def replaced(
        self, area: RuleArea, title: str, replacement: Callable[[Sequence[Given]], tuple[Given, ...]]
    ) -> Iterator[Scenario]:
        """The same verdicts while exporters go and come; none where no counter of the database is read."""
        if any(one.counted for one in (*self.beyond, *self.within)):
            yield self._scenario(f"{title} changes nothing", replacement(self.beyond), self._edge(area))
            silent = {"at the limit": self.within, "below the minimum volume": self.few}
            for where, series in silent.items():
                if series:
                    text = f"{title} {where} changes nothing"
                    yield self._scenario(text, replacement(series), self._silence())

    def _scenario(self, title: str, series: tuple[Given, ...], moments: tuple[Moment, ...]) -> Scenario:
        return Scenario(title=title, alert=self.alert, labels=self.labels, series=series, moments=moments)

    def _edge(self, area: RuleArea) -> tuple[Moment, ...]:
        due = self.after + max(limit.hold for limit in self._crossed())
        fires = Moment(at=due, firing=self.says)
        return (Moment(at=due - area.interval), fires) if due else (fires,)

    def _gap(self, area: RuleArea) -> tuple[tuple[Given, ...], tuple[Moment, ...]]:
        """The series end when the alert has begun, as they do when the exporter restarts."""
        due = max(limit.hold for limit in self._crossed())
        last = int(due / area.interval) + 1
        ended = tuple(
            replace(one, values=_STEADY.sub(rf"\g<1>x{last} stale", one.values)) for one in self.beyond
        )
        over = due + area.interval + area.keeps_firing
        moments = (
            Moment(at=due, firing=self.says),
            Moment(at=over - area.interval, firing=self.says),
            Moment(at=over + 2 * area.interval),
        )
        return ended, moments

    def _aftermath(self, area: RuleArea) -> tuple[Moment, ...]:
        """What happened leaves its window, which is as long as it took to fill, one step earlier or later."""
        over = 2 * self.after + area.keeps_firing
        kept = Moment(at=over - 2 * area.interval, firing=self.says)
        return (kept, Moment(at=over + area.interval))

    def _silence(self) -> tuple[Moment, ...]:
        due = self.after + max(limit.hold for limit in self.alert.limits)
        return (Moment(at=due), Moment(at=due + _LATER))

    def _crossed(self) -> tuple[Limit, ...]:
        return tuple(limit for limit in self.alert.limits if limit.severity in self.says)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingCase:
    """What an expression over recordings yields at an instant: labels and value of each sample."""

    title: str
    expr: str
    series: tuple[Given, ...]
    at: timedelta
    yields: tuple[tuple[Mapping[str, str], float], ...] = ()

    def with_one_behind(self) -> Iterator[RecordingCase]:
        """The same while a second replica is behind; none where the case names its replicas itself."""
        if not any(INSTANCE.name in one.labels or one.counted for one in self.series):
            title = f"{self.title}; a second replica is behind"
            yield replace(self, title=title, series=tuple(_with_one_behind(self.series)))
