"""deriv, predict_linear and double_exponential_smoothing over blocks of float series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.summation import add_compensated
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.text.numbers import format_fixed

if TYPE_CHECKING:
    from ledgerscope.promql.engine.ranges import RangeContext
    from ledgerscope.promql.engine.windows import Block
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers


def deriv(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """Slope per second of the least-squares line."""
    slope, _ = _line(block, context, block.times[block.windows.first])
    return slope, block.windows.counts > 1


def predict_linear(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """Where the least-squares line will be, so many seconds after the evaluation."""
    slope, intercept = _line(block, context, context.times)
    return slope * context.scalars[0] + intercept, block.windows.counts > 1


def _line(block: Block, context: RangeContext, origin: Integers) -> tuple[Floats, Floats]:
    """Slope and the value at `origin` (milliseconds) of the line through each window's samples."""
    windows = block.windows
    shape = (len(block.rows), len(windows.lo))
    sums = [np.zeros(shape) for _ in range(4)]
    lost = [np.zeros(shape) for _ in range(4)]
    origin = windows.in_walk_order(origin.astype(np.float64)).astype(np.int64)
    first = windows.in_walk_order(block.at(windows.first))
    constant = np.ones(shape, dtype=bool)
    reset = context.compat.compensated_aggregation
    for _, running, index in windows.walk():
        here = np.s_[:, :running]
        y = block.at(index)
        x = np.broadcast_to((block.times[index] - origin[:running]) / 1e3, y.shape)
        constant[here] &= y == first[here]
        for total, carry, term in zip(sums, lost, (x, y, x * y, x * x), strict=True):
            total[here], carry[here] = add_compensated(
                total[here], carry[here], term, reset_on_overflow=reset
            )
    x, y, xy, xx = (total + carry for total, carry in zip(sums, lost, strict=True))
    count = windows.in_walk_order(windows.counts.astype(np.float64))
    slope = (xy - x * y / count) / (xx - x * x / count)
    intercept = y / count - slope * x / count
    flat = np.where(np.isinf(first), np.nan, 0.0)
    slope = np.where(constant, flat, slope)
    intercept = np.where(constant, np.where(np.isinf(first), np.nan, first), intercept)
    return windows.restore(slope), windows.restore(intercept)


def smoothing(block: Block, context: RangeContext) -> tuple[Floats, Booleans]:
    """Double exponential smoothing with the given smoothing and trend factors."""
    level_factor, trend_factor = context.scalars
    windows = block.windows
    asked = windows.counts > 0  # without a sample, bad factors go unnoticed
    check_factors(level_factor[asked], trend_factor[asked])
    level_share, trend_share = windows.in_walk_order(level_factor), windows.in_walk_order(trend_factor)
    level = windows.in_walk_order(block.at(windows.first))
    trend = windows.in_walk_order(block.at(np.minimum(windows.first + 1, windows.last))) - level
    before = np.zeros_like(level)
    for step, running, index in windows.walk(start=1):
        here, lf, tf = np.s_[:, :running], level_share[:running], trend_share[:running]
        if step > 1:
            trend[here] = tf * (level[here] - before[here]) + (1 - tf) * trend[here]
        smoothed = lf * block.at(index) + (1 - lf) * (level[here] + trend[here])
        before[here] = level[here]
        level[here] = smoothed
    return windows.restore(level), windows.counts > 1


def check_factors(level_factor: Floats, trend_factor: Floats) -> None:
    """Both factors must lie strictly between 0 and 1."""
    for name, short, factors in (("smoothing", "sf", level_factor), ("trend", "tf", trend_factor)):
        outside = (factors <= 0) | (factors >= 1)
        if outside.any():
            got = float(factors[int(np.argmax(outside))])
            raise EvaluationError(
                f"invalid {name} factor. Expected: 0 < {short} < 1, got: {format_fixed(got)}"
            )
