"""Adding and subtracting native histograms, plainly and with compensation for what rounding loses.

Source of the semantics: Prometheus 3.14, model/histogram.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from ledgerscope.promql.histograms.histogram import Buckets, Histogram, ResetHint
from ledgerscope.promql.histograms.layout import Aligned, IncompatibleSchemaError, align, reduced

__all__ = ["Combined", "IncompatibleSchemaError", "add", "kahan_add", "kahan_step", "reduced", "subtract"]


class Combined(NamedTuple):
    """A sum or difference, and what a caller should warn of.

    `reset_collision`: one side said reset, the other not_reset. `bounds_reconciled`: the custom bounds
    differed, and only the common ones are left.
    """

    histogram: Histogram
    reset_collision: bool
    bounds_reconciled: bool


def add(left: Histogram, right: Histogram) -> Combined:
    """The sum. Raises IncompatibleSchemaError."""
    return _combine(left, right, 1.0)


def subtract(left: Histogram, right: Histogram) -> Combined:
    """The difference, hint treated as in a sum; the `-` of PromQL then makes it a gauge itself."""
    return _combine(left, right, -1.0)


def _combine(left: Histogram, right: Histogram, sign: float) -> Combined:
    aligned = align(left, right)
    left, right = aligned.left, aligned.right
    return Combined(
        replace(
            left,
            count=left.count + sign * right.count,
            sum=left.sum + sign * right.sum,
            zero_count=left.zero_count + sign * right.zero_count,
            positive=_merged(left.positive, right.positive, sign),
            negative=_merged(left.negative, right.negative, sign),
            hint=aligned.hint,
        ),
        aligned.reset_collision,
        aligned.bounds_reconciled,
    )


def _merged(left: Buckets, right: Buckets, sign: float) -> Buckets:
    if not right:
        return left
    counts = dict(left)
    for index, count in right:
        counts[index] = counts[index] + sign * count if index in counts else sign * count
    return tuple(sorted(counts.items()))


def kahan_add(
    total: Histogram,
    increment: Histogram,
    compensation: Histogram | None,
) -> tuple[Combined, Histogram]:
    """One step of a compensated sum: the new total, and the compensation to hand in next time.

    The true sum is `add(total, compensation)` at the end.
    """
    lost = (
        Histogram(schema=total.schema, custom_values=total.custom_values)
        if compensation is None
        else compensation
    )
    lost = replace(lost, zero_threshold=total.zero_threshold) if compensation is None else lost
    aligned = align(total, increment)
    return _kahan_steps(aligned, _relaid(lost, aligned.left))


def _relaid(lost: Histogram, layout: Histogram) -> Histogram:
    """The compensation in the layout of the sum it belongs to."""
    return align(replace(layout, count=0.0, sum=0.0, zero_count=0.0, positive=(), negative=()), lost).right


def _kahan_steps(aligned: Aligned, lost: Histogram) -> tuple[Combined, Histogram]:
    total, increment = aligned.left, aligned.right
    count, count_lost = kahan_step(increment.count, total.count, lost.count)
    amount, amount_lost = kahan_step(increment.sum, total.sum, lost.sum)
    zero, zero_lost = kahan_step(increment.zero_count, total.zero_count, lost.zero_count)
    positive, positive_lost = _kahan_buckets(total.positive, increment.positive, lost.positive)
    negative, negative_lost = _kahan_buckets(total.negative, increment.negative, lost.negative)
    return (
        Combined(
            replace(
                total,
                count=count,
                sum=amount,
                zero_count=zero,
                positive=positive,
                negative=negative,
                hint=aligned.hint,
            ),
            aligned.reset_collision,
            aligned.bounds_reconciled,
        ),
        replace(
            total,
            count=count_lost,
            sum=amount_lost,
            zero_count=zero_lost,
            positive=positive_lost,
            negative=negative_lost,
            hint=ResetHint.UNKNOWN,
        ),
    )


def _kahan_buckets(total: Buckets, increment: Buckets, lost: Buckets) -> tuple[Buckets, Buckets]:
    sums, errors = dict(total), dict(lost)
    for index, count in increment:
        sums[index], errors[index] = kahan_step(count, sums.get(index, 0.0), errors.get(index, 0.0))
    return tuple(sorted(sums.items())), tuple(sorted(errors.items()))


def kahan_step(increment: float, total: float, lost: float) -> tuple[float, float]:
    """Neumaier's step: the new total, and what rounding has lost so far."""
    summed = total + increment
    if math.isinf(summed):
        return summed, 0.0
    if abs(total) >= abs(increment):
        return summed, lost + ((total - summed) + increment)
    return summed, lost + ((increment - summed) + total)
