"""Warnings and infos that accompany a result, in Prometheus's words and with the place they are about.

One annotation per text: a message seen again, at another step or another series, is not repeated.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from datetime import datetime, timezone
from enum import Enum
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span, position
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.numbers import format_general
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Iterator


class Severity(Enum):
    """How much an annotation matters: a warning doubts the result, an info only remarks on it."""

    WARNING = "PromQL warning"
    INFO = "PromQL info"


class HistogramOperation(Enum):
    """The operation on native histograms that an annotation speaks of."""

    ADDITION = "addition"
    SUBTRACTION = "subtraction"
    AGGREGATION = "aggregation"


@dataclass(frozen=True, slots=True)
class Note:
    """A message without its place: what a function reports before the engine knows where it stood."""

    severity: Severity
    message: str

    @property
    def text(self) -> str:
        """The message with its severity."""
        return f"{self.severity.value}: {self.message}"


@dataclasses.dataclass(slots=True)
class Monotonicity:
    """How far classic buckets had to be corrected: the bounds, the largest step down, how often, and when."""

    lowest_bound: float
    highest_bound: float
    largest_drop: float
    samples: int
    first_ms: int
    last_ms: int

    def widen(self, other: Monotonicity) -> None:
        """Take in another occurrence of the same message."""
        self.lowest_bound = min(self.lowest_bound, other.lowest_bound)
        self.highest_bound = max(self.highest_bound, other.highest_bound)
        self.largest_drop = max(self.largest_drop, other.largest_drop)
        self.samples += other.samples
        self.first_ms = min(self.first_ms, other.first_ms)
        self.last_ms = max(self.last_ms, other.last_ms)

    def __str__(self) -> str:
        return (
            f", from buckets {format_general(self.lowest_bound)} to {format_general(self.highest_bound)}"
            f", with a max diff of {format_general(float(f'{self.largest_drop:.2g}'))}"
            f", over {self.samples} samples from {_rfc3339(self.first_ms)} to {_rfc3339(self.last_ms)}"
        )


@dataclasses.dataclass(slots=True)
class Annotation:
    """A note at its place in the expression."""

    note: Note
    span: Span
    detail: Monotonicity | None = None


@dataclasses.dataclass(slots=True)
class Annotations:
    """The annotations of one evaluation, in the order they first arose."""

    _by_text: dict[str, Annotation] = field(default_factory=dict)

    def add(self, note: Note, span: Span, detail: Monotonicity | None = None) -> None:
        """Record a note; one with the same text is already enough."""
        known = self._by_text.setdefault(note.text, Annotation(note, span, detail))
        if detail is not None and known.detail is not None and known.detail is not detail:
            known.detail.widen(detail)

    def merge(self, other: Annotations, moved_by: int = 0) -> None:
        """Take in annotations found elsewhere, their places moved by so many characters."""
        for each in other:
            span = Span(each.span.start + moved_by, each.span.end + moved_by)
            self.add(each.note, span, each.detail)

    def __iter__(self) -> Iterator[Annotation]:
        return iter(self._by_text.values())

    def __len__(self) -> int:
        return len(self._by_text)

    def rendered(self, severity: Severity, expression: str) -> tuple[str, ...]:
        """The texts of one severity, each ending in the line and column it is about."""
        return tuple(
            f"{each.note.text}{each.detail or ''} ({position(expression, each.span.start)})"
            for each in self
            if each.note.severity is severity
        )


def _rfc3339(at_ms: int) -> str:
    return datetime.fromtimestamp(int(at_ms / 1000), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _about(message: str, metric: str) -> str:
    return f"{message} for metric name {quote(metric)}" if metric else message


def _warning(message: str) -> Note:
    return Note(Severity.WARNING, message)


def _info(message: str) -> Note:
    return Note(Severity.INFO, message)


def invalid_quantile(value: float) -> Note:
    """A quantile outside 0 to 1."""
    return _warning(f"quantile value should be between 0 and 1, got {format_general(value)}")


def invalid_ratio(value: float, used: float) -> Note:
    """A ratio outside -1 to 1, and what is used instead."""
    got, cap = format_general(value), format_general(used)
    return _warning(f"ratio value should be between -1 and 1, got {got}, capping to {cap}")


def bad_bucket_label(metric: str, bound: str) -> Note:
    """A classic bucket without a readable upper bound."""
    return _warning(
        _about(f'bucket label "le" is missing or has a malformed value of {quote(bound)}', metric)
    )


def mixed_floats_histograms(metric: str) -> Note:
    """A range with both kinds of samples, given to a function that takes only one."""
    return _warning(f"encountered a mix of histograms and floats for metric name {quote(metric)}")


MIXED_FLOATS_HISTOGRAMS_AGGREGATION = _warning("encountered a mix of histograms and floats for aggregation")


def mixed_classic_native(metric: str) -> Note:
    """Classic buckets and a native histogram under one identity."""
    return _warning(_about("vector contains a mix of classic and native histograms", metric))


def native_not_counter(metric: str) -> Note:
    """A gauge histogram where a counter is expected."""
    return _warning(f"this native histogram metric is not a counter: {quote(metric)}")


def native_not_gauge(metric: str) -> Note:
    """A counter histogram where a gauge is expected."""
    return _warning(f"this native histogram metric is not a gauge: {quote(metric)}")


def mixed_exponential_custom(metric: str) -> Note:
    """Exponential and custom buckets together."""
    return _warning(
        "vector contains a mix of histograms with exponential and custom buckets schemas for metric name "
        + quote(metric)
    )


def incompatible_bucket_layout(operator: str) -> Note:
    """Two histograms that an operator cannot combine."""
    return _warning(f"incompatible bucket layout encountered for binary operator {operator}")


SORT_IN_RANGE_QUERY = _warning(
    "sort is ineffective for range queries since results are always ordered by labels"
)


def counter_reset_collision(operation: HistogramOperation) -> Note:
    """Histograms whose reset hints contradict each other."""
    return _warning(f"conflicting counter resets during histogram {operation.value}")


def overlapping_start_time(metric: str) -> Note:
    """A sample that says it began before the previous one was taken."""
    return _warning(
        f"sample has start time that overlaps with previous sample timestamp for metric {quote(metric)}"
    )


def possible_non_counter(metric: str) -> Note:
    """A rate of something that is not named like a counter."""
    return _info(
        "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " + quote(metric)
    )


def possible_non_counter_label(metric: str, kind: str) -> Note:
    """A rate of something whose type label says it is not a counter."""
    return _info(
        'metric might not be a counter, __type__ label is not set to "counter" or "histogram", '
        f"got {quote(kind)}: {quote(metric)}"
    )


def forced_monotonicity(metric: str) -> Note:
    """Classic buckets that decrease and were corrected."""
    return _info(
        _about(
            "input to histogram_quantile needed to be fixed for monotonicity (see "
            "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
            metric,
        )
    )


def incompatible_types(left: str, operator: str, right: str) -> Note:
    """An operator between kinds of samples it is not defined for."""
    return _info(
        f"incompatible sample types encountered for binary operator {quote(operator)}: "
        f"{left} {operator} {right}"
    )


def histogram_ignored_in_aggregation(aggregation: str) -> Note:
    """A histogram given to an aggregation of floats."""
    return _info(f"ignored histogram in {aggregation} aggregation")


def histogram_ignored_in_range(metric: str) -> Note:
    """A range with both kinds of samples of which only the floats are used."""
    return _info(
        "ignored histograms in a range containing both floats and histograms for metric name " + quote(metric)
    )


def quantile_nan_result(metric: str) -> Note:
    """A quantile that falls among observations of NaN."""
    return _info(_about("input to histogram_quantile has NaN observations, result is NaN", metric))


def quantile_nan_skew(metric: str) -> Note:
    """A quantile moved upwards by observations of NaN."""
    return _info(_about("input to histogram_quantile has NaN observations, result is skewed higher", metric))


def fraction_nan(metric: str) -> Note:
    """A fraction that leaves out observations of NaN."""
    return _info(
        _about(
            "input to histogram_fraction has NaN observations, which are excluded from all fractions", metric
        )
    )


def mismatched_custom_buckets(operation: HistogramOperation) -> Note:
    """Custom buckets with different bounds, reconciled."""
    return _info(f"mismatched custom buckets were reconciled during {operation.value}")
