"""The *_over_time functions, changes and resets over blocks of float series.

Sums walk each window in the order of its samples; where the values are whole numbers small enough that no sum
of them can be rounded, differences of running totals give the same bits at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.quantiles import quantile_of_rows
from ledgerscope.promql.engine.summation import add_compensated, sums_are_exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.engine.ranges import RangeContext
    from ledgerscope.promql.engine.windows import Block
    from ledgerscope.promql.samples.axis import Booleans, Floats


def count(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - the form's shape
    """How many samples."""
    counts = block.windows.counts
    return _for_every_row(block, counts.astype(np.float64)), counts > 0


def present(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - the form's shape
    """1 where there is any sample."""
    counts = block.windows.counts
    return _for_every_row(block, np.ones(len(counts))), counts > 0


def first(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - the form's shape
    """The oldest value."""
    return block.at(block.windows.first), block.windows.counts > 0


def last(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - the form's shape
    """The newest value."""
    return block.at(block.windows.last), block.windows.counts > 0


def time_of_first(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """When the oldest value was taken, in seconds."""
    return _for_every_row(block, block.times[block.windows.first] / 1000.0), block.windows.counts > 0


def time_of_last(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """When the newest value was taken, in seconds."""
    return _for_every_row(block, block.times[block.windows.last] / 1000.0), block.windows.counts > 0


def maximum(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """The largest value; NaN only where there is nothing else."""
    return _extreme(block, lambda value, best: value > best)[0], block.windows.counts > 0


def minimum(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """The smallest value; NaN only where there is nothing else."""
    return _extreme(block, lambda value, best: value < best)[0], block.windows.counts > 0


def time_of_maximum(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """When the largest value was last seen, in seconds."""
    return _extreme(block, lambda value, best: value >= best)[1] / 1000.0, block.windows.counts > 0


def time_of_minimum(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """When the smallest value was last seen, in seconds."""
    return _extreme(block, lambda value, best: value <= best)[1] / 1000.0, block.windows.counts > 0


def total(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """The sum (compensated in every generation)."""
    windows = block.windows
    if sums_are_exact(block.values, windows.longest):
        return _exact_sums(block), windows.counts > 0
    sums, lost = _compensated_sums(block, context)
    sums = np.where(np.isinf(sums), sums, sums + lost)
    return windows.restore(sums), windows.counts > 0


def average(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """The mean."""
    if not context.compat.compensated_aggregation:
        return _incremental_mean(block), block.windows.counts > 0
    windows = block.windows
    if sums_are_exact(block.values, windows.longest):
        return _exact_sums(block) / windows.counts, windows.counts > 0
    sums, lost = _compensated_sums(block, context)
    counts = windows.in_walk_order(windows.counts.astype(np.float64))
    means = windows.restore(sums / counts + lost / counts)
    return _correct_overflow(block, means, windows.restore(sums)), windows.counts > 0


def variance(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """The population variance."""
    windows = block.windows
    shape = (len(block.rows), len(windows.lo))
    mean, mean_lost, spread, spread_lost = (np.zeros(shape) for _ in range(4))
    reset = context.compat.compensated_aggregation
    for step, running, index in windows.walk():
        value, here = block.at(index), np.s_[:, :running]
        off = value - (mean[here] + mean_lost[here])
        mean[here], mean_lost[here] = add_compensated(
            mean[here], mean_lost[here], off / (step + 1), reset_on_overflow=reset
        )
        spread[here], spread_lost[here] = add_compensated(
            spread[here],
            spread_lost[here],
            off * (value - (mean[here] + mean_lost[here])),
            reset_on_overflow=reset,
        )
    return windows.restore(spread + spread_lost) / windows.counts, windows.counts > 0


def deviation(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """The population standard deviation."""
    values, where = variance(block, context)
    return np.sqrt(values), where


def quantile(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """The q-quantile, q being the function's scalar argument."""
    return _quantiles(block, block.values, context.scalars[0]), block.windows.counts > 0


def median_deviation(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """The median distance from the median; NaN as soon as there is any."""
    half = np.full(len(context.times), 0.5)
    result = np.full((len(block.rows), len(half)), np.nan)
    medians = _quantiles(block, block.values, half)
    for column in np.flatnonzero(block.windows.counts):
        lo, hi = block.windows.lo[column], block.windows.hi[column]
        distances = np.abs(block.values[:, lo:hi] - medians[:, column : column + 1]).T
        here = np.ones(distances.shape, dtype=bool)
        result[:, column] = quantile_of_rows(distances, here, np.full(len(block.rows), 0.5))
        result[np.isnan(distances).any(axis=0), column] = np.nan
    return result, block.windows.counts > 0


def _quantiles(block: Block, values: Floats, q: Floats) -> Floats:
    """Windows of one size are sorted together."""
    windows = block.windows
    result = np.full((len(block.rows), len(q)), np.nan)
    for size in np.unique(windows.counts[windows.counts > 0]):
        columns = np.flatnonzero(windows.counts == size)
        index = windows.lo[columns] + np.arange(size)[:, np.newaxis]
        here = np.ones(index.shape, dtype=bool)
        for row, series in enumerate(values):
            result[row, columns] = quantile_of_rows(series[index], here, q[columns])
    return result


def changes(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """How often the value changed (from NaN to NaN is no change)."""
    before, after = block.values[:, :-1], block.values[:, 1:]
    return _transitions(block, (after != before) & ~(np.isnan(after) & np.isnan(before)))


def resets(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:  # noqa: ARG001 - as above
    """How often the value went down."""
    return _transitions(block, block.values[:, 1:] < block.values[:, :-1])


def _transitions(block: Block, between: Booleans) -> tuple[Floats, Booleans]:
    """How many of the marked steps between neighbouring samples lie in each window."""
    windows = block.windows
    seen = np.zeros(block.values.shape, dtype=np.int64)
    np.cumsum(between, axis=1, out=seen[:, 1:])
    inside = np.take(seen, windows.last, axis=1) - np.take(seen, windows.first, axis=1)
    return inside.astype(np.float64), windows.counts > 0


def _for_every_row(block: Block, values: Floats) -> Floats:
    return np.broadcast_to(values, (len(block.rows), len(values)))


def _extreme(block: Block, better: Callable[[Floats, Floats], Booleans]) -> tuple[Floats, Floats]:
    """The best value of each window and when it was seen (milliseconds)."""
    windows = block.windows
    best = windows.in_walk_order(block.at(windows.first))
    when = np.broadcast_to(windows.in_walk_order(block.times[windows.first].astype(np.float64)), best.shape)
    when = when.copy()
    for _, running, index in windows.walk():
        value = block.at(index)
        wins = better(value, best[:, :running]) | np.isnan(best[:, :running])
        np.copyto(best[:, :running], value, where=wins)
        np.copyto(when[:, :running], block.times[index].astype(np.float64), where=wins)
    return windows.restore(best), windows.restore(when)


def _exact_sums(block: Block) -> Floats:
    running = np.zeros((block.values.shape[0], block.values.shape[1] + 1))
    np.cumsum(block.values, axis=1, out=running[:, 1:])
    if not sums_are_exact(running, 2):
        return _plain_sums(block)
    sums: Floats = np.take(running, block.windows.hi, axis=1) - np.take(running, block.windows.lo, axis=1)
    return sums


def _plain_sums(block: Block) -> Floats:
    windows = block.windows
    sums = np.zeros((len(block.rows), len(windows.lo)))
    for _, running, index in windows.walk():
        sums[:, :running] += block.at(index)
    return windows.restore(sums)


def _compensated_sums(block: Block, context: RangeContext) -> tuple[Floats, Floats]:
    """Totals and compensations, in walk order."""
    windows = block.windows
    sums = np.zeros((len(block.rows), len(windows.lo)))
    lost = np.zeros_like(sums)
    for _, running, index in windows.walk():
        here = np.s_[:, :running]
        sums[here], lost[here] = add_compensated(
            sums[here],
            lost[here],
            block.at(index),
            reset_on_overflow=context.compat.compensated_aggregation,
        )
    return sums, lost


def _incremental_mean(block: Block) -> Floats:
    """Prometheus 2's mean: moved by each sample's share of the distance, compensated; an infinity stays."""
    windows = block.windows
    mean = np.zeros((len(block.rows), len(windows.lo)))
    lost = np.zeros_like(mean)
    for step, running, index in windows.walk():
        here = np.s_[:, :running]
        value, so_far = block.at(index), mean[here]
        moved, carried = add_compensated(
            so_far, lost[here], value / (step + 1) - so_far / (step + 1), reset_on_overflow=False
        )
        stays = np.isinf(so_far) & (np.isfinite(value) | (value == so_far))
        mean[here] = np.where(stays, so_far, moved)
        lost[here] = np.where(stays, lost[here], carried)
    return windows.restore(np.where(np.isinf(mean), mean, mean + lost))


def _correct_overflow(block: Block, means: Floats, sums: Floats) -> Floats:
    """Windows whose total overflowed, averaged once more sample by sample as Prometheus 3 does then."""
    overflowed = ~np.isfinite(sums)
    if not overflowed.any():
        return means
    for row, column in np.argwhere(overflowed):
        lo, hi = block.windows.lo[column], block.windows.hi[column]
        means[row, column] = mean_in_order(block.values[row, lo:hi].tolist())
    return means


def mean_in_order(values: list[float]) -> float:
    """Prometheus 3's mean, number by number: by total until that would overflow, then incrementally."""
    total_, lost, mean = values[0], 0.0, 0.0
    incremental = False
    for count_, value in enumerate(values[1:], start=2):
        if not incremental:
            new_total, new_lost = _add(total_, lost, value)
            if not np.isinf(new_total):
                total_, lost = new_total, new_lost
                continue
            incremental = True
            mean = total_ / (count_ - 1)
            lost /= count_ - 1
        share = (count_ - 1) / count_
        mean, lost = _add(share * mean, share * lost, value / count_)
    return mean + lost if incremental else total_ / len(values) + lost / len(values)


def _add(total_: float, lost: float, term: float) -> tuple[float, float]:
    result = total_ + term
    if np.isinf(result):
        return result, 0.0
    if abs(total_) >= abs(term):
        return result, lost + ((total_ - result) + term)
    return result, lost + ((term - result) + total_)
