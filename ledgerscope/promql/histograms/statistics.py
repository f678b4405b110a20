"""What native histograms say about the observations in them: quantiles, fractions, mean and deviation.

Within a bucket, observations are taken to be spread evenly: on a logarithmic scale for exponential buckets,
on a linear one for custom buckets and for the zero bucket. Source of the semantics: Prometheus 3.14,
promql/quantile.go and promql/functions.go.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.go_math.numbers import exp2, log2, quotient
from ledgerscope.promql.histograms.arithmetic import kahan_step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.promql.histograms.bounds import Bucket
    from ledgerscope.promql.histograms.histogram import Histogram

_MEDIAN = 0.5


def quantile(q: float, histogram: Histogram) -> float:
    """The value below which a share `q` of the observations lies; NaN without observations."""
    if q < 0 or q > 1:
        return math.copysign(math.inf, q)
    if histogram.count == 0 or math.isnan(q):
        return math.nan
    return _quantile(q, histogram)


def _quantile(q: float, histogram: Histogram) -> float:
    # Counting starts from the nearer end; observations of NaN are in no bucket, so with them only from below.
    upwards = math.isnan(histogram.sum) or q < _MEDIAN
    buckets = histogram.all_buckets()
    rank = (q if upwards else 1 - q) * histogram.count
    bucket, reached = _at_rank(buckets if upwards else reversed(buckets), rank)
    if bucket is None:
        # All observations were NaN, or the counts do not add up and there is no bucket to answer from.
        return math.nan if upwards and (rank == 0 or math.isnan(histogram.sum)) else 0.0
    bucket, answer = _bounded(histogram, bucket)
    if answer is not None:
        return answer
    reached = min(reached, histogram.count)
    if reached < rank:
        return math.nan if math.isnan(histogram.sum) else bucket.upper
    into = rank - (reached - bucket.count) if upwards else reached - rank
    return _interpolated(histogram, bucket, quotient(into, bucket.count))


def _at_rank(buckets: Iterable[Bucket], rank: float) -> tuple[Bucket | None, float]:
    """The bucket in which the counts reach the rank (else the last one), and what they reach."""
    reached = 0.0
    last: Bucket | None = None
    for bucket in buckets:
        last = bucket
        reached += bucket.count
        if bucket.count != 0 and reached >= rank:
            break
    return last, reached


def _bounded(histogram: Histogram, bucket: Bucket) -> tuple[Bucket, float | None]:
    """The bucket with its natural bound at zero, or the quantile itself where a bound is infinite."""
    if not histogram.uses_custom_buckets:
        return (_one_sided(histogram, bucket) if bucket.lower < 0 < bucket.upper else bucket), None
    if bucket.lower == -math.inf:
        return replace(bucket, lower=0.0), bucket.upper if bucket.upper <= 0 else None
    return bucket, bucket.lower if bucket.upper == math.inf else None


def _one_sided(histogram: Histogram, bucket: Bucket) -> Bucket:
    """The zero bucket, cut at zero if all other observations lie on one side of it."""
    if histogram.positive and not histogram.negative:
        return replace(bucket, lower=0.0)
    if histogram.negative and not histogram.positive:
        return replace(bucket, upper=0.0)
    return bucket


def _interpolated(histogram: Histogram, bucket: Bucket, fraction: float) -> float:
    if histogram.uses_custom_buckets or bucket.lower <= 0 <= bucket.upper:
        return bucket.lower + (bucket.upper - bucket.lower) * fraction
    low, high = log2(abs(bucket.lower)), log2(abs(bucket.upper))
    if bucket.lower > 0:
        return exp2(low + (high - low) * fraction)
    return -exp2(high + (low - high) * (1 - fraction))


def fraction(lower: float, upper: float, histogram: Histogram) -> float:
    """The share of observations between two values; NaN without observations."""
    if histogram.count == 0 or math.isnan(lower) or math.isnan(upper):
        return math.nan
    if lower >= upper:
        return 0.0
    buckets = [_zero_cut(histogram, bucket) for bucket in histogram.all_buckets()]
    below = _rank_of(lower, histogram, buckets)
    above = _rank_of(upper, histogram, buckets)
    return quotient(above - below, histogram.count)


def _zero_cut(histogram: Histogram, bucket: Bucket) -> Bucket:
    return _one_sided(histogram, bucket) if bucket.lower <= 0 <= bucket.upper else bucket


def _rank_of(value: float, histogram: Histogram, buckets: list[Bucket]) -> float:
    """How many observations lie below the value, those of NaN never counted."""
    rank = 0.0
    for bucket in buckets:
        if bucket.lower >= value:
            return rank
        if bucket.upper > value:
            return rank + _count_below(value, histogram, bucket)
        rank += bucket.count
    return rank


def _count_below(value: float, histogram: Histogram, bucket: Bucket) -> float:
    """The observations of the bucket the value lies in that are below it."""
    if bucket.lower == -math.inf:
        # Nothing is known of how they spread: all are taken to be below.
        return bucket.count
    if histogram.uses_custom_buckets or bucket.lower <= 0 <= bucket.upper:
        return bucket.count * (value - bucket.lower) / (bucket.upper - bucket.lower)
    return bucket.count * logarithmic_share(value, bucket)


def logarithmic_share(value: float, bucket: Bucket) -> float:
    """The share of an exponential bucket's width, on a logarithmic scale, that lies below the value."""
    low, high, at = log2(abs(bucket.lower)), log2(abs(bucket.upper)), log2(abs(value))
    if value > 0:
        return (at - low) / (high - low)
    return 1 - (at - high) / (low - high)


def mean(histogram: Histogram) -> float:
    """The average observation; NaN or infinite where nothing was observed."""
    return quotient(histogram.sum, histogram.count)


def variance(histogram: Histogram) -> float:
    """The population variance, every observation taken to be the middle of its bucket."""
    average = mean(histogram)
    total = lost = 0.0
    for bucket in histogram.all_buckets():
        if bucket.count == 0:
            continue
        distance = _middle(histogram, bucket) - average
        total, lost = kahan_step(bucket.count * distance * distance, total, lost)
    return quotient(total + lost, histogram.count)


def _middle(histogram: Histogram, bucket: Bucket) -> float:
    """Where the observations of a bucket are taken to be."""
    if histogram.uses_custom_buckets:
        return (bucket.upper + bucket.lower) / 2.0
    if bucket.lower <= 0 <= bucket.upper:
        return 0.0
    middle = math.sqrt(bucket.upper * bucket.lower)
    return -middle if bucket.upper < 0 else middle


def deviation(histogram: Histogram) -> float:
    """The population standard deviation; the root of `variance`."""
    squared = variance(histogram)
    return math.sqrt(squared) if squared >= 0 else math.nan
