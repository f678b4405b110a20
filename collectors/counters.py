"""Which events a counter counts, and how its label values are read from them.

Pure: tables of `EventCounter` in, readings out; the counting itself is the tally's. A label value outside
the metric's closed list is folded to `other` where the list has it, and is otherwise set aside and reported:
no event is lost silently and no unknown label value is served.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from collectors.base import Distribution
from collectors.errors import UnreadableCounter
from ledgerscope.domain.events import EVENT_SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collectors.companies import Companies
    from ledgerscope.catalogue import Label, Metric
    from ledgerscope.domain.events import EventType

__all__ = ["Counted", "Counters", "EventCounter", "Group", "Measure", "Misplaced", "Sums"]

MILLISECONDS = 1000
REST = "other"


class Measure(Enum):
    """What of an event is added up; the value names the measure the event must carry."""

    COUNT = ""
    AMOUNT = "amount"
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCounter:
    """A metric counts events of a type; `fixed` are labels that the type itself implies."""

    metric: Metric
    event_type: EventType
    fixed: tuple[tuple[str, str], ...] = ()
    measure: Measure = Measure.COUNT

    def __post_init__(self) -> None:
        shape = EVENT_SHAPES[self.event_type]
        missing = [label.name for label in self.read if label.name not in (*shape.labels, "currency")]
        if missing or (self.measure.value and not getattr(shape, self.measure.value)):
            lacking = ", ".join(f"label {name}" for name in missing) or self.measure.value
            raise UnreadableCounter(self.metric.name, self.event_type, lacking)

    @property
    def read(self) -> tuple[Label, ...]:
        """The labels that come from the event."""
        implied = {"company_id", *dict(self.fixed)}
        return tuple(label for label in self.metric.labels if label.name not in implied)


@dataclass(frozen=True, slots=True)
class Group:
    """Events that no counter distinguishes; `values` are those of the label keys that the counters read."""

    tenant_id: str
    event_type: str
    currency: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """What a group of events adds up to.

    `timed` of the `n` events have a duration; `within[i]` counts those up to the counters' i-th bound.
    """

    n: int
    minor: int
    milliseconds: int
    within: tuple[int, ...] = ()
    timed: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.n + other.n,
            self.minor + other.minor,
            self.milliseconds + other.milliseconds,
            tuple(map(int.__add__, self.within, other.within)),
            self.timed + other.timed,
        )


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A label value that the metric does not know: its events are counted here instead of being served."""

    metric: str
    label: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What the counters show, and how many events have no place in them."""

    values: dict[tuple[Metric, tuple[str, ...]], float | Distribution]
    misplaced: Counter[Misplaced]


@dataclass(frozen=True)
class Counters:
    """The event counters of one area, and what has to be read from the database for all of them.

    A label set of a metric belongs to one event type: two types that fill one metric differ in a fixed label.
    """

    listed: tuple[EventCounter, ...]

    @cached_property
    def event_types(self) -> tuple[str, ...]:
        return tuple(sorted({counter.event_type.value for counter in self.listed}))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The label keys to group events by."""
        read = {label.name for counter in self.listed for label in counter.read}
        return tuple(sorted(read - {"currency"}))

    @cached_property
    def bounds(self) -> tuple[int, ...]:
        """The bucket bounds of all histograms together, in milliseconds, rising."""
        return tuple(sorted({bound for counter in self.listed for bound in _bounds(counter.metric)}))

    def layout(self, event_type: str) -> tuple[int, ...]:
        """The bounds, in milliseconds, by which pruned events of a type are kept; empty without histogram."""
        measured = (counter for counter in self.listed if counter.measure is Measure.DURATION)
        return next((_bounds(one.metric) for one in measured if one.event_type.value == event_type), ())

    def read(self, totals: Mapping[Group, Sums], companies: Companies) -> Counted:
        """The value of every counter for every label set of the companies that has events."""
        listed = frozenset(companies.tenants)
        of_type: dict[str, list[tuple[Group, Sums]]] = {}
        for group, sums in totals.items():
            if group.tenant_id in listed:
                of_type.setdefault(group.event_type, []).append((group, sums))
        counted = Counted({}, Counter())
        for counter in self.listed:
            series: dict[tuple[str, ...], Sums] = {}
            for group, sums in of_type.get(counter.event_type.value, ()):
                labels = self._labels(counter, group)
                if isinstance(labels, Misplaced):
                    counted.misplaced[labels] += sums.n
                else:
                    series[labels] = series[labels] + sums if labels in series else sums
            for labels, total in series.items():
                counted.values[counter.metric, labels] = self._value(counter, labels, total, companies)
        return counted

    def _labels(self, counter: EventCounter, group: Group) -> tuple[str, ...] | Misplaced:
        given = {
            **dict(zip(self.keys, group.values, strict=True)),
            **dict(counter.fixed),
            "company_id": group.tenant_id,
            "currency": group.currency,
        }
        labels = []
        for label in counter.metric.labels:
            value = _placed(label, given[label.name])
            if value is None:
                return Misplaced(counter.metric.name, label.name, given[label.name])
            labels.append(value)
        return tuple(labels)

    def _value(
        self, counter: EventCounter, labels: tuple[str, ...], total: Sums, companies: Companies
    ) -> float | Distribution:
        match counter.measure:
            case Measure.COUNT:
                return float(total.n)
            case Measure.AMOUNT:
                return companies.major(total.minor, labels[counter.metric.label_names.index("currency")])
            case Measure.DURATION:
                within = (total.within[self.bounds.index(bound)] for bound in _bounds(counter.metric))
                return Distribution((*within, total.timed), total.milliseconds / MILLISECONDS)


def _bounds(metric: Metric) -> tuple[int, ...]:
    """Bounds in whole milliseconds, in which durations are stored: rounding down loses no observation."""
    return tuple(int(bound * MILLISECONDS) for bound in metric.buckets)


def _placed(label: Label, value: str | None) -> str | None:
    """The label value to serve; None when there is no place for it."""
    if not label.closed:
        return value or None
    if value in label.values:
        return value
    return REST if REST in label.values else None
