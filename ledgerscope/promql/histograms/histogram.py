"""Native histograms: an immutable value with sparse buckets, and the simple operations on it.

Buckets are kept by index: (index, count) pairs in ascending order of the index, for the positive and for the
negative side. An empty bucket may be listed; it makes no difference but to `*` and `/` by NaN or infinity.
Counts are floats throughout, as in PromQL. Source of the semantics: Prometheus 3.14, model/histogram.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TypeAlias

from ledgerscope.promql.go_math.numbers import quotient
from ledgerscope.promql.histograms.bounds import Bucket, is_custom, negative_bucket, positive_bucket
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.numbers import format_general

Buckets: TypeAlias = "tuple[tuple[int, float], ...]"


class ResetHint(Enum):
    """What is known about a counter reset before this sample; the value is its name in series notation."""

    UNKNOWN = "unknown"
    RESET = "reset"
    NOT_RESET = "not_reset"
    GAUGE = "gauge"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Histogram:
    """One native histogram.

    `schema` -4..8 divides each power of two into 2**schema buckets; `CUSTOM_SCHEMA` takes the upper bounds
    from `custom_values`. The zero bucket holds what lies within `zero_threshold` of zero. `==` compares
    everything; `same_data` is Prometheus's own notion of equality.
    """

    schema: int = 0
    count: float = 0.0
    sum: float = 0.0
    zero_threshold: float = 0.0
    zero_count: float = 0.0
    positive: Buckets = ()
    negative: Buckets = ()
    custom_values: tuple[float, ...] = ()
    hint: ResetHint = ResetHint.UNKNOWN

    @property
    def uses_custom_buckets(self) -> bool:
        return is_custom(self.schema)

    def with_hint(self, hint: ResetHint) -> Histogram:
        """The same histogram with another reset hint."""
        return self if hint is self.hint else replace(self, hint=hint)

    def scaled(self, factor: float) -> Histogram:
        """Every count and the sum multiplied; a negative factor makes it a gauge."""
        return replace(
            self,
            count=self.count * factor,
            sum=self.sum * factor,
            zero_count=self.zero_count * factor,
            positive=tuple((index, count * factor) for index, count in self.positive),
            negative=tuple((index, count * factor) for index, count in self.negative),
            hint=ResetHint.GAUGE if factor < 0 else self.hint,
        )

    def divided(self, divisor: float) -> Histogram:
        """Every count and the sum divided; by zero, all buckets go; by a negative, it becomes a gauge."""
        by_zero = divisor == 0
        return replace(
            self,
            count=quotient(self.count, divisor),
            sum=quotient(self.sum, divisor),
            zero_count=quotient(self.zero_count, divisor),
            positive=() if by_zero else tuple((i, count / divisor) for i, count in self.positive),
            negative=() if by_zero else tuple((i, count / divisor) for i, count in self.negative),
            hint=ResetHint.GAUGE if divisor < 0 else self.hint,
        )

    def compacted(self) -> Histogram:
        """Without its empty buckets."""
        return replace(self, positive=populated(self.positive), negative=populated(self.negative))

    def same_data(self, other: Histogram) -> bool:
        """Equality of everything but the hint, NaN equal to NaN, listed empty buckets significant."""
        return _data(self) == _data(other)

    def positive_buckets(self) -> tuple[Bucket, ...]:
        """The positive side with its bounds, away from zero."""
        return tuple(positive_bucket(i, count, self.schema, self.custom_values) for i, count in self.positive)

    def negative_buckets(self) -> tuple[Bucket, ...]:
        """The negative side with its bounds, away from zero (so from the highest to the lowest)."""
        return tuple(negative_bucket(index, count, self.schema) for index, count in self.negative)

    def zero_bucket(self) -> Bucket:
        """The bucket around zero; only exponential schemas have one."""
        return Bucket(-self.zero_threshold, self.zero_threshold, self.zero_count, "[", "]")

    def all_buckets(self) -> list[Bucket]:
        """Every bucket in ascending order, the zero bucket where it counts something.

        Buckets that overlap with the zero bucket are cut at its threshold.
        """
        below = [self._cut(bucket) for bucket in reversed(self.negative_buckets())]
        zero = [self.zero_bucket()] if self.zero_count > 0 else []
        return below + zero + [self._cut(bucket) for bucket in self.positive_buckets()]

    def _cut(self, bucket: Bucket) -> Bucket:
        threshold = self.zero_threshold
        if -threshold < bucket.upper < 0:
            return replace(bucket, upper=-threshold)
        if 0 < bucket.lower < threshold:
            return replace(bucket, lower=threshold)
        return bucket

    def __str__(self) -> str:
        """As Prometheus prints it: `{count:3, sum:4, [-1,-0.5):1, [-0.1,0.1]:1, (0.5,1]:1}`."""
        shown = [f"count:{format_general(self.count)}", f"sum:{format_general(self.sum)}"]
        shown += [str(bucket) for bucket in reversed(self.negative_buckets()) if bucket.count != 0]
        if self.zero_count != 0:
            shown.append(str(self.zero_bucket()))
        shown += [str(bucket) for bucket in self.positive_buckets() if bucket.count != 0]
        return "{" + ", ".join(shown) + "}"


def populated(buckets: Buckets) -> Buckets:
    """The buckets that count something."""
    return tuple((index, count) for index, count in buckets if count != 0)


def _data(histogram: Histogram) -> tuple[object, ...]:
    return (
        histogram.schema,
        repr(histogram.count),
        repr(histogram.sum),
        histogram.zero_threshold,
        repr(histogram.zero_count),
        tuple((index, repr(count)) for index, count in histogram.positive),
        tuple((index, repr(count)) for index, count in histogram.negative),
        histogram.custom_values if histogram.uses_custom_buckets else (),
    )
