"""anchored and smoothed selectors: ranges whose ends have values of their own.

`anchored` takes for the start of a range the last sample before it; `smoothed` interpolates at both ends
between the samples around them. Samples outside the range by no more than the lookback take part.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.point_cells import CellGrid
from ledgerscope.promql.engine.points import changes, resets, restarted
from ledgerscope.promql.engine.ranges import Point, PointWindow, points_of
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.histograms.arithmetic import IncompatibleSchemaError, add, subtract
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.engine.annotations import Note
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.engine.ranges import Outcome
    from ledgerscope.promql.samples.storage import Samples
    from ledgerscope.promql.samples.values import Vector
    from ledgerscope.promql.syntax.ast import Call, MatrixSelector, VectorSelector

_RATES = {"delta": (False, False), "increase": (True, False), "rate": (True, True)}
_COUNTS: dict[str, Callable[[PointWindow], Outcome]] = {"changes": changes, "resets": resets}
_ALLOWED = {"anchored": sorted(_RATES | _COUNTS), "smoothed": sorted(_RATES)}


def call_extended(evaluator: Evaluator, call: Call, node: MatrixSelector) -> Vector:
    """A function of an extended range along the axis."""
    modifier = "smoothed" if node.vector.smoothed else "anchored"
    if call.func not in _ALLOWED[modifier]:
        allowed = ", ".join(_ALLOWED[modifier])
        raise EvaluationError(f"{modifier} modifier can only be used with: {allowed} - not with {call.func}")
    durations = evaluator.durations
    range_ms = durations.positive_ms(node.range_ms, node.range_expr)
    offset_ms = durations.offset_ms(node.vector.offset_ms, node.vector.offset_expr)
    ends = evaluator.reference_times(node.vector.at, offset_ms)
    series = [samples.live for samples in evaluator.series(node.vector.matchers)]
    grid = CellGrid.empty(series, evaluator.axis)
    for row, samples in enumerate(series):
        for column, end in enumerate(ends.tolist()):
            extended = _extended(evaluator, samples, end - range_ms, end, smoothed=node.vector.smoothed)
            outcome, remarks = _answer(call.func, extended, samples.labels.name, range_ms)
            for remark in remarks:
                evaluator.note(remark, node.span)
            grid.set(row, column, outcome)
    return evaluator.named(grid.vector((True,) * len(series)).seen())


@dataclass(frozen=True, slots=True)
class Extended:
    """A range's samples with those around it, and its ends (milliseconds)."""

    points: list[Point]
    start_ms: int
    end_ms: int
    smoothed: bool

    def bounds(self) -> tuple[int, int] | None:
        """The first and the last sample that count; None where the range sees none."""
        times = [point.at_ms for point in self.points]
        if not times:
            return None
        last = len(times) - 1
        first = max(0, bisect_right(times, self.start_ms, 0, last) - 1)
        if self.smoothed:
            last = bisect_left(times, self.end_ms, 0, last)
        if times[last] <= self.start_ms or times[first] > self.end_ms:
            return None
        return first, last


def _extended(
    evaluator: Evaluator, samples: Samples, start_ms: int, end_ms: int, *, smoothed: bool
) -> Extended:
    lookback = evaluator.query.settings.lookback_ms
    lo = int(np.searchsorted(samples.times, start_ms - lookback, side="right"))
    hi = int(np.searchsorted(samples.times, end_ms + (lookback if smoothed else 0), side="right"))
    return Extended(points_of(samples.pick(slice(lo, max(lo, hi)))), start_ms, end_ms, smoothed)


def _answer(function: str, extended: Extended, metric: str, range_ms: int) -> Outcome:
    bounds = extended.bounds()
    if bounds is None:
        return None, ()
    if function in _COUNTS:
        return _COUNTS[function](PointWindow.of(extended.points[bounds[0] :], metric))
    if _is_mixed(extended.points):
        return None, (notes.mixed_floats_histograms(metric),)
    counter, per_second = _RATES[function]
    used = extended.points[bounds[0] : bounds[1] + 1]
    remarks = _about_kind(used, metric, counter=counter)
    try:
        change = _change(extended, used, counter=counter)
    except IncompatibleSchemaError:
        return None, (notes.mixed_exponential_custom(metric),)
    if per_second:
        change = _divided(change, range_ms / 1000.0)
    if isinstance(change, Histogram):
        change = change.with_hint(ResetHint.GAUGE).compacted()
    return change, remarks


def _is_mixed(points: list[Point]) -> bool:
    return len({point.histogram is None for point in points}) > 1


def _about_kind(used: list[Point], metric: str, *, counter: bool) -> tuple[Note, ...]:
    """Remarks on gauges taken for counters and the other way round."""
    held = [point.histogram for point in used if point.histogram is not None]
    gauges = [histogram.hint is ResetHint.GAUGE for histogram in held]
    if counter and any(gauges):
        return (notes.native_not_counter(metric),)
    if not counter and held and not (gauges[0] and gauges[-1]):
        return (notes.native_not_gauge(metric),)
    return ()


Amount = float | Histogram


def _change(extended: Extended, used: list[Point], *, counter: bool) -> Amount:
    """From the value at the start to that at the end, resets in between made good."""
    from_between = extended.smoothed and used[0].at_ms < extended.start_ms and len(used) > 1
    to_between = extended.smoothed and used[-1].at_ms > extended.end_ms and len(used) > 1
    left = (
        interpolated(used[0], used[1], extended.start_ms, counter=counter) if from_between else _of(used[0])
    )
    right = (
        interpolated(used[-2], used[-1], extended.end_ms, counter=counter) if to_between else _of(used[-1])
    )
    change = _less(right, left)
    if counter:
        for place, (before, after) in enumerate(pairwise(used)):
            # A reset around the start is already in the interpolated value.
            if restarted(before, after) and not (place == 0 and from_between):
                change = _plus(change, _of(before))
    return change


def _of(point: Point) -> Amount:
    return point.value if point.histogram is None else point.histogram


def interpolated(before: Point, after: Point, at_ms: int, *, counter: bool) -> Amount:
    """The value between two samples, on the straight line; after a reset the line starts from zero."""
    share = (at_ms - before.at_ms) / (after.at_ms - before.at_ms)
    if before.histogram is None or after.histogram is None:
        low = 0.0 if counter and after.value < before.value else before.value
        return low + (after.value - low) * (at_ms - before.at_ms) / (after.at_ms - before.at_ms)
    if before.histogram.uses_custom_buckets is not after.histogram.uses_custom_buckets:
        raise IncompatibleSchemaError
    if counter and restarted(before, after):
        return after.histogram.scaled(share)
    rise = subtract(after.histogram, before.histogram).histogram
    return add(before.histogram, rise.scaled(share)).histogram


def _less(left: Amount, right: Amount) -> Amount:
    if isinstance(left, Histogram) and isinstance(right, Histogram):
        return subtract(left, right).histogram
    assert isinstance(left, float)  # noqa: S101 - kinds are not mixed here
    assert isinstance(right, float)  # noqa: S101 - as above
    return left - right


def _plus(left: Amount, right: Amount) -> Amount:
    if isinstance(left, Histogram) and isinstance(right, Histogram):
        return add(left, right).histogram
    assert isinstance(left, float)  # noqa: S101 - kinds are not mixed here
    assert isinstance(right, float)  # noqa: S101 - as above
    return left + right


def _divided(amount: Amount, by: float) -> Amount:
    return amount.divided(by) if isinstance(amount, Histogram) else amount / by


def select_smoothed(evaluator: Evaluator, node: VectorSelector) -> Vector:
    """An instant selector that interpolates between the samples around each instant."""
    offset_ms = evaluator.durations.offset_ms(node.offset_ms, node.offset_expr)
    times = evaluator.reference_times(node.at, offset_ms)
    series = [samples.live for samples in evaluator.series(node.matchers)]
    grid = CellGrid.empty(series, evaluator.axis)
    for row, samples in enumerate(series):
        for column, at_ms in enumerate(times.tolist()):
            outcome, remarks = _smoothed(_extended(evaluator, samples, at_ms, at_ms, smoothed=True), samples)
            for remark in remarks:
                evaluator.note(remark, node.span)
            grid.set(row, column, outcome)
    return grid.vector((False,) * len(series)).seen()


def _smoothed(around: Extended, samples: Samples) -> Outcome:
    points, at_ms, metric = around.points, around.start_ms, samples.labels.name
    if _is_mixed(points):
        return None, (notes.mixed_floats_histograms(metric),)
    place = bisect_left([point.at_ms for point in points], at_ms)
    if place < len(points) and points[place].at_ms == at_ms:
        return _of(points[place]), ()
    if place == 0:
        return None, ()
    before = points[place - 1]
    if place == len(points):
        return _of(before), ()
    held = points[place].histogram
    counter = held is not None and held.hint is not ResetHint.GAUGE
    try:
        return interpolated(before, points[place], at_ms, counter=counter), ()
    except IncompatibleSchemaError:
        return None, (notes.mixed_exponential_custom(metric),)
