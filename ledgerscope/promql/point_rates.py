"""rate, increase, delta, irate and idelta over one window: histograms, and counters with start timestamps."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from ledgerscope.promql import annotations as notes
from ledgerscope.promql.annotations import HistogramOperation, Note
from ledgerscope.promql.histogram import Histogram, ResetHint
from ledgerscope.promql.histogram_arithmetic import IncompatibleSchemaError, add, reduced, subtract
from ledgerscope.promql.histogram_resets import is_reset
from ledgerscope.promql.points import NOTHING, restarted, starts_anew

if TYPE_CHECKING:
    from ledgerscope.promql.ranges import Outcome, Point, PointForm, PointWindow

_CLOSE_ENOUGH = 1.1


def extrapolated(*, counter: bool, per_second: bool) -> PointForm:
    """The change over the window, extended to its ends where samples come close enough."""

    def function(window: PointWindow) -> Outcome:
        if window.mixed:
            return None, (notes.mixed_floats_histograms(window.metric),)
        points = window.histograms or window.floats
        if len(points) < 2:  # noqa: PLR2004 - a change takes two samples
            return NOTHING
        if window.histograms:
            change, remarks = _histogram_change(window, counter=counter)
            if change is None:
                return None, remarks
            factor = _factor(window, points, change.count if counter else None, per_second=per_second)
            return change.scaled(factor), remarks
        value = _float_change(window, counter=counter)
        return value * _factor(window, points, value if counter else None, per_second=per_second), ()

    return function


def _float_change(window: PointWindow, *, counter: bool) -> float:
    points = window.floats
    change = points[-1].value - points[0].value
    if counter:
        for before, after in pairwise(points):
            if after.value < before.value or starts_anew(before, after):
                change += before.value
    return change


def _factor(window: PointWindow, points: list[Point], change: float | None, *, per_second: bool) -> float:
    """By how much the change of the sampled part grows to that of the whole window."""
    first, last = points[0], points[-1]
    sampled = (last.at_ms - first.at_ms) / 1000.0
    average = sampled / (len(points) - 1)
    to_start = (first.at_ms - window.start_ms) / 1000.0
    to_end = (window.end_ms - last.at_ms) / 1000.0
    if to_start >= average * _CLOSE_ENOUGH:
        to_start = average / 2
    level = first.value if first.histogram is None else first.histogram.count
    if change is not None and change > 0 and level >= 0:
        to_start = min(to_start, sampled * (level / change))
    if to_end >= average * _CLOSE_ENOUGH:
        to_end = average / 2
    factor = (sampled + to_start + to_end) / sampled
    return factor / window.range_seconds if per_second else factor


def _histogram_change(window: PointWindow, *, counter: bool) -> tuple[Histogram | None, tuple[Note, ...]]:
    """The last histogram less the first, resets made good."""
    remarks: dict[Note, None] = {}
    held = [point.histogram for point in window.histograms if point.histogram is not None]
    gauges = [histogram.hint is ResetHint.GAUGE for histogram in held]
    if counter and any(gauges):
        remarks[notes.native_not_counter(window.metric)] = None
    if not counter and not (gauges[0] and gauges[-1]):
        remarks[notes.native_not_gauge(window.metric)] = None
    try:
        change = _difference(window, held, remarks, counter=counter)
    except IncompatibleSchemaError:
        return None, (notes.mixed_exponential_custom(window.metric),)
    return change.with_hint(ResetHint.GAUGE).compacted(), tuple(remarks)


def _difference(
    window: PointWindow, held: list[Histogram], remarks: dict[Note, None], *, counter: bool
) -> Histogram:
    start = held[0]
    if counter and restarted(window.histograms[0], window.histograms[1]):
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
    for place, point in enumerate(window.histograms[1:]):
        current = held[place + 1]
        if starts_anew(window.histograms[place], point) or is_reset(current, before):
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
    """`seconds` is given for a counter: its step is per second and mended for a reset."""
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
