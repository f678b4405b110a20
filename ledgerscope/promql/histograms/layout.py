"""Two native histograms brought to one layout, so that they can be combined bucket by bucket.

The zero buckets widen until they agree, the finer resolution yields to the coarser one, custom buckets keep
the bounds both have. Source of the semantics: Prometheus 3.14, model/histogram.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import NamedTuple

from ledgerscope.promql.errors import HistogramError
from ledgerscope.promql.histograms.bounds import coarser_index, exponential_bound, is_exponential
from ledgerscope.promql.histograms.histogram import Buckets, Histogram, ResetHint, populated


class IncompatibleSchemaError(HistogramError):
    """One histogram has custom buckets, the other exponential ones."""

    def __init__(self) -> None:
        super().__init__(
            "cannot apply this operation on histograms with a mix of exponential and custom bucket schemas"
        )


class Aligned(NamedTuple):
    """Two histograms of one layout, ready to be combined bucket by bucket."""

    left: Histogram
    right: Histogram
    hint: ResetHint
    reset_collision: bool
    bounds_reconciled: bool


def align(left: Histogram, right: Histogram) -> Aligned:
    """Bring two histograms to one layout. Raises IncompatibleSchemaError."""
    if left.uses_custom_buckets != right.uses_custom_buckets:
        raise IncompatibleSchemaError
    hint, collision = _joint_hint(left.hint, right.hint)
    if left.uses_custom_buckets:
        reconciled = left.custom_values != right.custom_values
        if reconciled:
            left, right = _with_common_bounds(left, right)
        return Aligned(left, right, hint, collision, reconciled)
    left, right = _with_common_zero_bucket(left, right)
    schema = min(left.schema, right.schema)
    left, right = reduced(left, schema), _above_threshold(reduced(right, schema))
    return Aligned(left, right, hint, collision, bounds_reconciled=False)


def _joint_hint(left: ResetHint, right: ResetHint) -> tuple[ResetHint, bool]:
    """The hint of a combination, and whether the two contradict each other."""
    if left is right:
        return left, False
    both = {left, right}
    if ResetHint.GAUGE in both:
        return ResetHint.GAUGE, False
    return ResetHint.UNKNOWN, ResetHint.UNKNOWN not in both


def reduced(histogram: Histogram, schema: int) -> Histogram:
    """The histogram at a lower (or the same) resolution; its sum and counts stay."""
    if schema == histogram.schema:
        return histogram
    if not (is_exponential(schema) and schema < histogram.schema):
        raise HistogramError(f"cannot reduce resolution from schema {histogram.schema} to {schema}")
    return replace(
        histogram,
        schema=schema,
        positive=_coarser(histogram.positive, histogram.schema, schema),
        negative=_coarser(histogram.negative, histogram.schema, schema),
    )


def _coarser(buckets: Buckets, schema: int, target: int) -> Buckets:
    counts: dict[int, float] = {}
    for index, count in buckets:
        coarse = coarser_index(index, schema, target)
        counts[coarse] = counts[coarse] + count if coarse in counts else count
    return tuple(counts.items())


def _above_threshold(histogram: Histogram) -> Histogram:
    """Without the buckets that the zero bucket has swallowed.

    Where the resolution was lowered before, a swallowed bucket can live on as part of a coarser one and then
    counts twice; Prometheus does the same.
    """
    threshold, schema = histogram.zero_threshold, histogram.schema
    if not threshold:
        return histogram
    return replace(
        histogram,
        positive=_from_bound(histogram.positive, threshold, schema),
        negative=_from_bound(histogram.negative, threshold, schema),
    )


def _from_bound(buckets: Buckets, threshold: float, schema: int) -> Buckets:
    return tuple(bucket for bucket in buckets if exponential_bound(bucket[0], schema) > threshold)


def _with_common_zero_bucket(left: Histogram, right: Histogram) -> tuple[Histogram, Histogram]:
    """Both with the narrowest zero bucket that cuts no populated bucket of either.

    The right side keeps its swallowed buckets; they are dropped once the resolutions agree.
    """
    right_threshold, right_count = right.zero_threshold, right.zero_count
    while right_threshold != left.zero_threshold:
        if left.zero_threshold > right_threshold:
            right_count, right_threshold = zero_count_at(right, left.zero_threshold)
        if right_threshold > left.zero_threshold:
            count, threshold = zero_count_at(left, right_threshold)
            left = _widened(left, threshold, count)
    return left, replace(right, zero_threshold=right_threshold, zero_count=right_count)


def zero_count_at(histogram: Histogram, threshold: float) -> tuple[float, float]:
    """What the zero bucket would count if it reached to `threshold`, and how far it must reach then.

    A threshold inside a populated bucket moves out to the end of that bucket.
    """
    if threshold == histogram.zero_threshold:
        return histogram.zero_count, threshold
    while True:
        count = histogram.zero_count
        count, threshold = _swallow(histogram.positive, histogram.schema, threshold, count)
        widened = threshold
        count, threshold = _swallow(histogram.negative, histogram.schema, threshold, count)
        # A negative bucket that moved the threshold may have drawn in further positive ones.
        if threshold == widened:
            return count, threshold


def _swallow(buckets: Buckets, schema: int, threshold: float, count: float) -> tuple[float, float]:
    for index, population in buckets:
        if exponential_bound(index - 1, schema) >= threshold:
            break
        count += population
        upper = exponential_bound(index, schema)
        if upper > threshold:
            return count, (upper if population != 0 else threshold)
    return count, threshold


def _widened(histogram: Histogram, threshold: float, count: float) -> Histogram:
    """With a wider zero bucket, and without the buckets in it; compacted, as Prometheus leaves it."""
    schema = histogram.schema

    def outside(buckets: Buckets) -> Buckets:
        return tuple(b for b in populated(buckets) if exponential_bound(b[0] - 1, schema) >= threshold)

    return replace(
        histogram,
        zero_threshold=threshold,
        zero_count=count,
        positive=outside(histogram.positive),
        negative=outside(histogram.negative),
    )


def _with_common_bounds(left: Histogram, right: Histogram) -> tuple[Histogram, Histogram]:
    theirs = frozenset(right.custom_values)
    bounds = tuple(bound for bound in left.custom_values if bound in theirs)
    return with_bounds(left, bounds), with_bounds(right, bounds)


def with_bounds(histogram: Histogram, bounds: tuple[float, ...]) -> Histogram:
    """Custom buckets merged to fewer bounds (each one of the histogram's own); empty ones dropped."""
    counts: dict[int, float] = {}
    own = histogram.custom_values
    for index, count in histogram.positive:
        target = bisect_left(bounds, own[index]) if 0 <= index < len(own) else len(bounds)
        counts[target] = counts.get(target, 0.0) + count
    return replace(histogram, custom_values=bounds, positive=populated(tuple(sorted(counts.items()))))
