"""rate, increase, delta, irate and idelta over one window: histograms, and counters with start timestamps."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.annotations import HistogramOperation, Note
from ledgerscope.promql.engine.points import NOTHING, overlap, restarted, starts_anew
from ledgerscope.promql.engine.ranges import Point
from ledgerscope.promql.histograms.arithmetic import IncompatibleSchemaError, add, reduced, subtract
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.histograms.resets import is_reset
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from ledgerscope.promql.engine.ranges import Outcome, PointForm, PointWindow

_CLOSE_ENOUGH = 1.1


def extrapolated(*, counter: bool, per_second: bool) -> PointForm:
    """The change over the window, extended to its ends where samples come close enough."""

    def function(window: PointWindow) -> Outcome:
        if window.mixed:
            return None, (notes.mixed_floats_histograms(window.metric),)
        points = window.histograms or window.floats
        zero = _zero_point(window, points[0]) if counter else None
        stretch = _Stretch(window, points, zero)
        if len(points) + (zero is not None) < 2:  # noqa: PLR2004 - a change takes two samples
            return NOTHING
        remarks = _overlaps(window, points) if counter else ()
        if window.histograms:
            change, more = _histogram_change(window, zero, counter=counter)
            if change is None:
                return None, more
            factor = stretch.factor(change.count if counter else None, per_second=per_second)
            return change.scaled(factor), remarks + more
        value = _float_change(points if zero is None else [zero, *points], counter=counter)
        return value * stretch.factor(value if counter else None, per_second=per_second), remarks

    return function


def _zero_point(window: PointWindow, first: Point) -> Point | None:
    """The zero the counter began with, if its start is known to lie within the window."""
    if not window.start_ms < first.start_ms < first.at_ms:
        return None
    if first.histogram is None:
        return Point(first.start_ms, 0.0)
    layout = first.histogram
    empty = Histogram(
        schema=layout.schema, zero_threshold=layout.zero_threshold, custom_values=layout.custom_values
    )
    return Point(first.start_ms, 0.0, empty)


def _overlaps(window: PointWindow, points: list[Point]) -> tuple[Note, ...]:
    if any(overlap(*pair) for pair in pairwise(points)):
        return (notes.overlapping_start_time(window.metric),)
    return ()


def _float_change(points: list[Point], *, counter: bool) -> float:
    change = points[-1].value - points[0].value
    if counter:
        for before, after in pairwise(points):
            if after.value < before.value or starts_anew(before, after):
                change += before.value
    return change


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From the sampled part of a window to the whole of it; a known zero point is where the counter began."""

    window: PointWindow
    points: list[Point]
    zero: Point | None

    def factor(self, change: float | None, *, per_second: bool) -> float:
        """By how much the change grows; `change` is given for a counter, which never was below zero."""
        first, last = self.points[0], self.points[-1]
        average = (last.at_ms - first.at_ms) / 1000.0 / max(1, len(self.points) - 1)
        begin = first if self.zero is None else self.zero
        sampled = (last.at_ms - begin.at_ms) / 1000.0
        to_end = (self.window.end_ms - last.at_ms) / 1000.0
        if to_end >= average * _CLOSE_ENOUGH:
            to_end = average / 2
        to_start = self._to_start(average, change, sampled) if self.zero is None else 0.0
        factor = (sampled + to_start + to_end) / sampled
        return factor / self.window.range_seconds if per_second else factor

    def _to_start(self, average: float, change: float | None, sampled: float) -> float:
        first = self.points[0]
        to_start = (first.at_ms - self.window.start_ms) / 1000.0
        if to_start >= average * _CLOSE_ENOUGH:
            to_start = average / 2
        level = first.value if first.histogram is None else first.histogram.count
        if change is not None and change > 0 and level >= 0:
            to_start = min(to_start, sampled * (level / change))
        return to_start


def _histogram_change(
    window: PointWindow, zero: Point | None, *, counter: bool
) -> tuple[Histogram | None, tuple[Note, ...]]:
    """The last histogram less the first, resets made good."""
    remarks: dict[Note, None] = {}
    held = [point.histogram for point in window.histograms if point.histogram is not None]
    gauges = [histogram.hint is ResetHint.GAUGE for histogram in held]
    if counter and any(gauges):
        remarks[notes.native_not_counter(window.metric)] = None
    if not counter and not (gauges[0] and gauges[-1]):
        remarks[notes.native_not_gauge(window.metric)] = None
    try:
        points = window.histograms if zero is None else [zero, *window.histograms]
        change = _difference(points, remarks, counter=counter)
    except IncompatibleSchemaError:
        return None, (notes.mixed_exponential_custom(window.metric),)
    return change.with_hint(ResetHint.GAUGE).compacted(), tuple(remarks)


def _difference(points: list[Point], remarks: dict[Note, None], *, counter: bool) -> Histogram:
    held = [point.histogram for point in points if point.histogram is not None]
    start = held[0]
    if counter and restarted(points[0], points[1]):
        # What was before the reset does not matter, nor its layout.
        start = Histogram(schema=held[1].schema, custom_values=held[1].custom_values)
    relevant = [start, *held[1:]]
    _require_one_kind(relevant if counter else [start, held[-1]])
    coarsest = min(histogram.schema for histogram in (relevant if counter else [start, held[-1]]))
    last = held[-1] if held[-1].uses_custom_buckets else reduced(held[-1], coarsest)
    combined = subtract(last, start)
    change = combined.histogram
    if combined.bounds_reconciled:
        remarks[notes.mismatched_custom_buckets(HistogramOperation.SUBTRACTION)] = None
    if not counter:
        return change
    before = start
    for place, point in enumerate(points[1:]):
        current = held[place + 1]
        if starts_anew(points[place], point) or is_reset(current, before):
            combined = add(change, before)
            change = combined.histogram
            if combined.bounds_reconciled:
                remarks[notes.mismatched_custom_buckets(HistogramOperation.ADDITION)] = None
        before = current
    return change


def _require_one_kind(held: list[Histogram]) -> None:
    if len({histogram.uses_custom_buckets for histogram in held}) > 1:
        raise IncompatibleSchemaError


def last_step(*, counter: bool) -> PointForm:
    """The change between the last two samples; for a counter per second."""

    def function(window: PointWindow) -> Outcome:
        if len(window.floats) + len(window.histograms) < 2:  # noqa: PLR2004 - a change takes two samples
            return NOTHING
        before, after = window.ordered[-2:]
        seconds = (after.at_ms - before.at_ms) / 1000.0
        if before.histogram is None and after.histogram is None:
            change = after.value
            if not counter or not (after.value < before.value or starts_anew(before, after)):
                change -= before.value
            return (change / seconds if counter else change), ()
        if before.histogram is None or after.histogram is None:
            return None, (notes.mixed_floats_histograms(window.metric),)
        return _histogram_step(window.metric, before, after, seconds if counter else None)

    return function


def _histogram_step(metric: str, before: Point, after: Point, seconds: float | None) -> Outcome:
    """`seconds` is given for a counter: its step is per second and corrected for a reset."""
    old, new = before.histogram, after.histogram
    assert old is not None  # noqa: S101 - the caller has looked
    assert new is not None  # noqa: S101 - the caller has looked
    gauges = old.hint is ResetHint.GAUGE, new.hint is ResetHint.GAUGE
    remarks: list[Note] = []
    if seconds is not None and any(gauges):
        remarks.append(notes.native_not_counter(metric))
    if seconds is None and not all(gauges):
        remarks.append(notes.native_not_gauge(metric))
    change = new
    if seconds is None or not restarted(before, after):
        try:
            combined = subtract(new, old)
        except IncompatibleSchemaError:
            return None, (*remarks, notes.mixed_exponential_custom(metric))
        change = combined.histogram
        if combined.bounds_reconciled:
            remarks.append(notes.mismatched_custom_buckets(HistogramOperation.SUBTRACTION))
    change = change.with_hint(ResetHint.GAUGE).compacted()
    return (change if seconds is None else change.divided(seconds)), tuple(remarks)
