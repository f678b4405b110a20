"""Cutting a native histogram at a value: the operators `</` (keep what is below) and `>/` (keep above).

The bucket the value falls into is split as for quantiles; the sum is then estimated anew from the middles of
what is left. A bucket that reaches to infinity cannot be split and mostly goes whole.
Source of the semantics: Prometheus 3.14, model/histogram.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.histograms.statistics import logarithmic_share
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from ledgerscope.promql.histograms.bounds import Bucket
    from ledgerscope.promql.histograms.histogram import Buckets, Histogram


@dataclass(frozen=True, slots=True)
class _Kept:
    """How many observations of a bucket stay, and where they are taken to be."""

    count: float
    middle: float


def trimmed(histogram: Histogram, value: float, *, keep_below: bool) -> Histogram:
    """The observations on one side of the value; the histogram itself if that is all of them."""
    trim = _Trim(histogram, value, keep_below=keep_below)
    positive = trim.side(histogram.positive, histogram.positive_buckets(), positive=True)
    negative = trim.side(histogram.negative, histogram.negative_buckets(), positive=False)
    zero = trim.zero(histogram, negative=_any(histogram.negative), positive=_any(histogram.positive))
    if not trim.changed:
        return histogram
    return replace(
        histogram,
        count=trim.count,
        sum=trim.sum,
        zero_count=zero,
        positive=positive,
        negative=negative,
    ).compacted()


def _any(buckets: Buckets) -> bool:
    return any(count != 0 for _, count in buckets)


class _Trim:
    """One cut: the totals of what stays add up here, bucket after bucket."""

    __slots__ = ("_custom", "_keep_below", "_value", "changed", "count", "sum")

    def __init__(self, histogram: Histogram, value: float, *, keep_below: bool) -> None:
        self._custom = histogram.uses_custom_buckets
        self._value = value
        self._keep_below = keep_below
        self.changed = False
        self.count = self.sum = 0.0

    def side(self, counts: Buckets, buckets: tuple[Bucket, ...], *, positive: bool) -> Buckets:
        """The counts that stay of one side."""
        return tuple(
            (index, self._stays(bucket, self._kept(bucket, positive=positive)) if count != 0 else count)
            for (index, count), bucket in zip(counts, buckets, strict=True)
        )

    def zero(self, histogram: Histogram, *, negative: bool, positive: bool) -> float:
        """The count that stays in the zero bucket."""
        if not histogram.zero_count > 0:
            return histogram.zero_count
        bucket = histogram.zero_bucket()
        if negative and not positive:
            bucket = replace(bucket, upper=0.0)
        if positive and not negative:
            bucket = replace(bucket, lower=0.0)
        return self._stays(bucket, self._kept_of_zero(bucket))

    def _stays(self, bucket: Bucket, kept: _Kept) -> float:
        self.count += kept.count
        self.sum += kept.middle * kept.count
        self.changed = self.changed or kept.count != bucket.count
        return kept.count

    def _kept(self, bucket: Bucket, *, positive: bool) -> _Kept:
        value = self._value
        inside = bucket.upper <= value if self._keep_below else bucket.lower >= value
        if inside:
            return _Kept(bucket.count, self._middle(bucket.lower, bucket.upper, positive=positive))
        if not bucket.lower < value < bucket.upper:
            return _Kept(0.0, 0.0)
        if math.isinf(bucket.lower) or math.isinf(bucket.upper):
            return self._kept_of_infinite(bucket)
        return self._split(bucket, positive=positive)

    def _split(self, bucket: Bucket, *, positive: bool) -> _Kept:
        value = self._value
        below = bucket.count * self._share_below(bucket)
        if self._keep_below:
            return _Kept(below, self._middle(bucket.lower, value, positive=positive))
        return _Kept(bucket.count - below, self._middle(value, bucket.upper, positive=positive))

    def _share_below(self, bucket: Bucket) -> float:
        if self._custom:
            return (self._value - bucket.lower) / (bucket.upper - bucket.lower)
        return logarithmic_share(self._value, bucket)

    def _middle(self, lower: float, upper: float, *, positive: bool) -> float:
        if math.isinf(lower):
            if math.isinf(upper):
                return 0.0
            return upper / 2 if upper > 0 else upper
        if math.isinf(upper):
            return lower
        if self._custom:
            return (lower + upper) / 2
        middle = math.sqrt(abs(lower * upper))
        return middle if positive else -middle

    def _kept_of_infinite(self, bucket: Bucket) -> _Kept:
        """What stays of a bucket that reaches to infinity and holds the value."""
        value, upper = self._value, bucket.upper
        if bucket.lower == -math.inf and upper > 0 and not math.isinf(upper):
            # Taken to start at zero, as observations mostly do; then it can be split.
            if self._keep_below and value > 0:
                return _Kept(bucket.count * value / upper, value / 2)
            if not self._keep_below and value >= 0:
                return _Kept(bucket.count * (1 - value / upper), (value + upper) / 2)
        if bucket.lower == -math.inf:
            return _Kept(bucket.count, value) if self._keep_below and upper <= 0 else _Kept(0.0, 0.0)
        return _Kept(0.0, 0.0) if self._keep_below else _Kept(bucket.count, value)

    def _kept_of_zero(self, bucket: Bucket) -> _Kept:
        value, lower, upper = self._value, bucket.lower, bucket.upper
        whole, nothing = _Kept(bucket.count, (lower + upper) / 2), _Kept(0.0, 0.0)
        if value <= lower:
            return nothing if self._keep_below else whole
        if value >= upper:
            return whole if self._keep_below else nothing
        if self._keep_below:
            return _Kept(bucket.count * ((value - lower) / (upper - lower)), (lower + value) / 2)
        return _Kept(bucket.count * ((upper - value) / (upper - lower)), (value + upper) / 2)
