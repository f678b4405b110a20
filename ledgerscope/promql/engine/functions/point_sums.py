"""sum_over_time and avg_over_time over one window of native histograms, compensated bucket by bucket."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.annotations import HistogramOperation, Note
from ledgerscope.promql.histograms.arithmetic import IncompatibleSchemaError, add, kahan_add
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledgerscope.promql.engine.ranges import Outcome, PointForm, PointWindow


@dataclass(slots=True)
class Remarks:
    """What adding up histograms has shown."""

    reset: bool = False
    no_reset: bool = False
    reconciled: bool = False
    _more: dict[Note, None] = field(default_factory=dict)

    def look_at(self, histogram: Histogram) -> None:
        """Take note of a histogram's reset hint."""
        self.reset |= histogram.hint is ResetHint.RESET
        self.no_reset |= histogram.hint is ResetHint.NOT_RESET

    def notes(self) -> tuple[Note, ...]:
        """The annotations that follow."""
        found = []
        if self.reset and self.no_reset:
            found.append(notes.counter_reset_collision(HistogramOperation.AGGREGATION))
        if self.reconciled:
            found.append(notes.mismatched_custom_buckets(HistogramOperation.AGGREGATION))
        return tuple(found)


def of_one_kind(floats: PointForm, histograms: Callable[[list[Histogram], Remarks], Histogram]) -> PointForm:
    """A function for windows of either kind but not of both."""

    def function(window: PointWindow) -> Outcome:
        if window.mixed:
            return None, (notes.mixed_floats_histograms(window.metric),)
        if window.floats:
            return floats(window)
        remarks = Remarks()
        held = [point.histogram for point in window.histograms if point.histogram is not None]
        try:
            result = histograms(held, remarks)
        except IncompatibleSchemaError:
            return None, (notes.mixed_exponential_custom(window.metric),)
        return result, remarks.notes()

    return function


def total(held: Iterable[Histogram], remarks: Remarks) -> Histogram:
    """The compensated sum."""
    first, *rest = held
    remarks.look_at(first)
    result, lost = first, None
    for histogram in rest:
        remarks.look_at(histogram)
        combined, lost = kahan_add(result, histogram, lost)
        result = combined.histogram
        remarks.reconciled |= combined.bounds_reconciled
    return _with_lost(result, lost)


def _with_lost(result: Histogram, lost: Histogram | None) -> Histogram:
    """The sum and what rounding has taken from it; the hint is that of the sum."""
    return result if lost is None else add(result, lost).histogram.with_hint(result.hint)


def average(held: list[Histogram], remarks: Remarks) -> Histogram:
    """The mean: of the sum as long as that does not overflow, then moved histogram by histogram."""
    for histogram in held:
        remarks.look_at(histogram)
    result, lost = held[0], None
    for count, histogram in enumerate(held[1:], start=2):
        combined, carried = kahan_add(result, histogram, lost)
        remarks.reconciled |= combined.bounds_reconciled
        if _overflows(combined.histogram):
            return _incremental(result, lost, held[count - 1 :], count - 1, remarks)
        result, lost = combined.histogram, carried
    size = float(len(held))
    return _with_lost(result.divided(size), None if lost is None else lost.divided(size))


def _incremental(
    result: Histogram, lost: Histogram | None, rest: list[Histogram], done: int, remarks: Remarks
) -> Histogram:
    mean = result.divided(float(done))
    carried = None if lost is None else lost.divided(float(done))
    for count, histogram in enumerate(rest, start=done + 1):
        share = (count - 1) / count
        carried = None if carried is None else carried.scaled(share)
        combined, carried = kahan_add(mean.scaled(share), histogram.divided(float(count)), carried)
        mean = combined.histogram
        remarks.reconciled |= combined.bounds_reconciled
    return _with_lost(mean, carried)


def _overflows(histogram: Histogram) -> bool:
    counts = [count for side in (histogram.positive, histogram.negative) for _, count in side]
    numbers = [histogram.count, histogram.sum, histogram.zero_count, *counts]
    return any(math.isinf(number) for number in numbers)
