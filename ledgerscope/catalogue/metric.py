"""What a metric is: a frozen object that everything else refers to instead of a string.

Collectors emit these objects, rules and panels select them, the reference page lists them. A name or a label
that is not on the object cannot be emitted, selected or drawn, so nothing can drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from itertools import product
from typing import TYPE_CHECKING

from ledgerscope.catalogue.errors import UnknownLabel, UnknownLabelValue
from ledgerscope.catalogue.selector import Matcher, Selector

if TYPE_CHECKING:
    from ledgerscope.catalogue.owners import Owner

__all__ = ["Kind", "Label", "Metric", "Unit"]


class Kind(StrEnum):
    """Prometheus metric types that the exporter serves."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Unit(Enum):
    """What one unit of a value is, and how a metric name has to say so."""

    COUNT = ("plain numbers", "")
    SECONDS = ("seconds", "_seconds")
    TIMESTAMP = ("seconds since 1970-01-01 UTC", "_timestamp_seconds")
    BYTES = ("bytes", "_bytes")
    RATIO = ("ratio, 1 is everything", "_ratio")
    PERCENT = ("percent, 0 to 100", "")
    POINTS = ("points, -100 to 100", "")
    CURRENCY = ("major units of the currency label", "")

    def __init__(self, meaning: str, suffix: str) -> None:
        self.meaning = meaning
        self.suffix = suffix


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label with either its closed list of values or a bound on how many there may be per company.

    `clash` states why a name that scrape targets often carry is used all the same.
    """

    name: str
    help: str
    values: tuple[str, ...] = ()
    bound: int = 0
    clash: str = ""

    @property
    def closed(self) -> bool:
        return bool(self.values)

    @property
    def size(self) -> int:
        """The greatest number of values per company."""
        return len(self.values) or self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric family.

    `labels` is the whole label set, in the order in which readings give their values. `impossible` lists the
    combinations of closed values that can never occur, so that they are not served as zeros.
    """

    name: str
    kind: Kind
    help: str
    unit: Unit
    owner: Owner
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    impossible: frozenset[tuple[str, ...]] = frozenset()

    def __str__(self) -> str:
        return self.name

    @property
    def label_names(self) -> tuple[str, ...]:
        return tuple(label.name for label in self.labels)

    @property
    def series_names(self) -> tuple[str, ...]:
        """The names under which Prometheus stores this family."""
        if self.kind is Kind.HISTOGRAM:
            return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")
        return (self.name,)

    @property
    def is_counted_in_database(self) -> bool:
        """Whether every exporter shows the same counts, those of the database, and none of its own."""
        return self.kind is not Kind.GAUGE and self.label_names[:1] == ("company_id",)

    @property
    def bucket(self) -> Selector:
        return Selector(self, "_bucket")

    @property
    def sum(self) -> Selector:
        return Selector(self, "_sum")

    @property
    def count(self) -> Selector:
        return Selector(self, "_count")

    def where(self, **matchers: str | Matcher) -> Selector:
        """Select series of this metric: `AGING_OPEN.where(bucket="90+")`.

        Raises UnknownLabel and UnknownLabelValue, so that a misspelt selector fails the build.
        """
        return Selector(self).where(**matchers)

    def label(self, name: str) -> Label:
        """The label of that name; raises UnknownLabel."""
        for label in self.labels:
            if label.name == name:
                return label
        raise UnknownLabel(self.name, name, self.label_names)

    def check(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return `values` if they are a legal label set of this metric, in the order of `labels`."""
        if len(values) != len(self.labels):
            given = f"{len(values)} values {values!r}"
            raise UnknownLabel(self.name, given, self.label_names)
        for label, value in zip(self.labels, values, strict=True):
            if label.values and value not in label.values:
                raise UnknownLabelValue(self.name, label.name, value, label.values)
        return values

    def closed_label_sets(self) -> tuple[tuple[str, ...], ...]:
        """Every possible combination of the labels after the company, where all of them are closed.

        A counter starts each of these at zero, because a series that is born at one shows no increase.
        Empty where a label is bounded instead of closed: those values are known only from data.
        """
        own = self.labels[1:] if self.labels and self.labels[0].name == "company_id" else self.labels
        if not all(label.closed for label in own):
            return ()
        combinations = product(*(label.values for label in own))
        return tuple(values for values in combinations if values not in self.impossible)
