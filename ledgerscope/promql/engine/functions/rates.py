"""rate, increase, delta, irate and idelta over blocks of float series.

The increase between the first and last sample of a window, corrected for counter resets and extrapolated to
the ends of the window where samples come close enough to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledgerscope.promql.engine.ranges import RangeContext
    from ledgerscope.promql.engine.windows import Block, Windows
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers

#: A gap to the end of the window of up to this many sample distances counts as "samples go on".
_CLOSE_ENOUGH = 1.1


def rate(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """Per-second increase of a counter."""
    return _extrapolated(block, context, counter=True, per_second=True)


def increase(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """Increase of a counter over the window."""
    return _extrapolated(block, context, counter=True, per_second=False)


def delta(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """Difference of a gauge over the window."""
    return _extrapolated(block, context, counter=False, per_second=False)


def irate(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - the form's shape
    """Per-second increase between the last two samples."""
    change, present = _last_step(block, counter=True)
    windows = block.windows
    previous = block.times[np.maximum(windows.last - 1, 0)]
    return change / ((block.times[windows.last] - previous) / 1000.0), present


def idelta(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - the form's shape
    """Difference between the last two samples."""
    return _last_step(block, counter=False)


def _last_step(block: Block, *, counter: bool) -> tuple[Floats, Booleans]:
    windows = block.windows
    last = block.at(windows.last)
    before = block.at(np.maximum(windows.last - 1, 0))
    change = last - before
    return np.where(last < before, last, change) if counter else change, windows.counts > 1


def _extrapolated(
    block: Block, context: RangeContext, *, counter: bool, per_second: bool
) -> tuple[Floats, Booleans]:
    windows = block.windows
    first = block.at(windows.first)
    change = block.at(windows.last) - first
    if counter:
        change = _correct_resets(block.values, windows, change)
    first_time, last_time = block.times[windows.first], block.times[windows.last]
    to_start = (first_time - context.starts) / 1000.0
    to_end = (context.ends - last_time) / 1000.0
    sampled = (last_time - first_time) / 1000.0
    average = sampled / (windows.counts - 1)
    factor = _covered(
        change if counter else None,
        first,
        to_start,
        to_end,
        sampled,
        average,
        threshold_first=context.compat.threshold_before_zero_point,
    )
    factor = factor / sampled
    if per_second:
        factor = factor / context.range_seconds
    return change * factor, windows.counts > 1


def _covered(
    increase_: Floats | None,
    first: Floats,
    to_start: Floats,
    to_end: Floats,
    sampled: Floats,
    average: Floats,
    *,
    threshold_first: bool,
) -> Floats:
    """Seconds the samples stand for: their own distance plus what is extrapolated at either end.

    A counter (whose increase is given) is not extrapolated to before it was zero.
    """
    threshold = average * _CLOSE_ENOUGH
    half = average / 2
    if threshold_first:
        start: Floats = np.where(to_start >= threshold, half, to_start)
        if increase_ is not None:
            start = _not_before_zero(start, increase_, first, sampled)
    else:
        start = to_start if increase_ is None else _not_before_zero(to_start, increase_, first, sampled)
        start = np.where(start < threshold, start, half)
    covered: Floats = sampled + start + np.where(to_end >= threshold, half, to_end)
    return covered


def _not_before_zero(start: Floats, increase_: Floats, first: Floats, sampled: Floats) -> Floats:
    to_zero = sampled * (first / increase_)
    shorter: Floats = np.where((increase_ > 0) & (first >= 0) & (to_zero < start), to_zero, start)
    return shorter


def _correct_resets(values: Floats, windows: Windows, change: Floats) -> Floats:
    """The change with every value lost by a reset added back, reset by reset in order."""
    drops = values[:, 1:] < values[:, :-1]
    rows = np.flatnonzero(drops.any(axis=1))
    if rows.size == 0:
        return change
    corrected = change.copy()
    for row in rows:
        _correct_row(values[row], np.flatnonzero(drops[row]), windows, corrected[row])
    return corrected


def _correct_row(values: Floats, before_reset: Integers, windows: Windows, change: Floats) -> None:
    lo = np.searchsorted(before_reset, windows.lo, side="left")
    hi = np.searchsorted(before_reset, windows.hi - 1, side="left")
    for step in range(int((hi - lo).max(initial=0))):
        here = lo + step < hi
        change[here] += values[before_reset[lo[here] + step]]
