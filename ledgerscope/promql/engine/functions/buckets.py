"""Classic histograms: cumulative buckets, corrected where they decrease; quantiles and fractions of them.

Works on one histogram at many instants: bounds ascending, cumulative counts one column per instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.annotations import Monotonicity
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers

#: Counts of neighbouring buckets that differ by less than this share are taken to be equal.
_TOLERANCE = 1e-12
_SMALLEST_NORMAL = 2.2250738585072014e-308
_LARGEST = 1.7976931348623157e308


@dataclass(frozen=True, slots=True)
class Buckets:
    """Cumulative counts (bounds by instants) of one histogram, bounds strictly ascending."""

    bounds: Floats
    counts: Floats

    @classmethod
    def gather(cls, bounds: Floats, counts: Floats) -> Buckets:
        """From buckets in any order; counts under one bound are added up."""
        order = np.argsort(bounds, kind="stable")
        bounds, counts = bounds[order], counts[order]
        starts = np.flatnonzero(np.concatenate([[True], bounds[1:] != bounds[:-1]]))
        if len(starts) == len(bounds):
            return cls(bounds, counts)
        return cls(bounds[starts], np.add.reduceat(counts, starts, axis=0))

    @property
    def is_complete(self) -> bool:
        """Whether the highest bound is infinite."""
        return bool(np.isposinf(self.bounds[-1]))


@dataclass(frozen=True, slots=True)
class Corrected:
    """Counts made to ascend, and per instant how far that was necessary."""

    counts: Floats
    forced: Booleans
    lowest: Floats
    highest: Floats
    largest_drop: Floats

    def detail(self, times: Integers) -> Monotonicity | None:
        """The extent over all instants at which a decrease was corrected."""
        if not self.forced.any():
            return None
        return Monotonicity(
            lowest_bound=float(self.lowest[self.forced].min()),
            highest_bound=float(self.highest[self.forced].max()),
            largest_drop=float(self.largest_drop[self.forced].max()),
            samples=int(self.forced.sum()),
            first_ms=int(times[self.forced].min()),
            last_ms=int(times[self.forced].max()),
        )


def correct(buckets: Buckets, *, tolerant: bool) -> Corrected:
    """Counts that never decrease; differences by rounding only (where tolerated) are silently evened out."""
    counts = buckets.counts.copy()
    columns = counts.shape[1]
    forced = np.zeros(columns, dtype=bool)
    lowest, highest = np.full(columns, np.inf), np.full(columns, -np.inf)
    largest_drop = np.zeros(columns)
    accepted = counts[0].copy()
    for bound, count in zip(buckets.bounds[1:], counts[1:], strict=True):
        level = _almost_equal(accepted, count) if tolerant else np.zeros(columns, dtype=bool)
        falls = ~level & (count < accepted)
        drop = accepted - count
        forced |= falls
        lowest = np.where(falls, np.minimum(lowest, bound), lowest)
        highest = np.where(falls, np.maximum(highest, bound), highest)
        largest_drop = np.where(falls & (drop > largest_drop), drop, largest_drop)
        stays = level | falls
        count[stays] = accepted[stays]
        accepted = (
            np.where(stays, accepted, count) if tolerant else np.where(count > accepted, count, accepted)
        )
    return Corrected(counts, forced, lowest, highest, largest_drop)


def _almost_equal(left: Floats, right: Floats) -> Booleans:
    distance, size = np.abs(left - right), np.abs(left) + np.abs(right)
    tiny = (left == 0) | (right == 0) | (size < _SMALLEST_NORMAL)
    near = np.where(
        tiny,
        distance < _TOLERANCE * _SMALLEST_NORMAL,
        distance / np.minimum(size, _LARGEST) < _TOLERANCE,
    )
    both_nan = np.isnan(left) & np.isnan(right)
    equal: Booleans = near | both_nan | (left == right)
    return equal


def quantile(q: Floats, buckets: Buckets, *, tolerant: bool) -> tuple[Floats, Corrected | None]:
    """The q-quantile at each instant, linear within a bucket, and how the counts were corrected."""
    missing = np.full(len(q), np.nan)
    corrected = None
    if buckets.is_complete:
        corrected = correct(buckets, tolerant=tolerant)
        if len(buckets.bounds) > 1:
            missing = _interpolated(q, buckets.bounds, corrected.counts)
    result = np.where(q < 0, -np.inf, np.where(q > 1, np.inf, missing))
    return np.where(np.isnan(q), np.nan, result), corrected


def _interpolated(q: Floats, bounds: Floats, counts: Floats) -> Floats:
    column = np.arange(counts.shape[1])
    observations = counts[-1]
    rank = q * observations
    bucket = _first_reaching(counts[:-1], rank)
    below = np.maximum(bucket - 1, 0)
    inner = bucket > 0
    start = np.where(inner, bounds[below], 0.0)
    floor = np.where(inner, counts[below, column], 0.0)
    inside = counts[bucket, column] - floor
    width = bounds[bucket] - start
    result = start + width * ((rank - floor) / inside)
    result = np.where((bucket == 0) & (bounds[0] <= 0), bounds[0], result)
    result = np.where(bucket == len(bounds) - 1, bounds[-2], result)
    return np.where(observations == 0, np.nan, result)


def _first_reaching(counts: Floats, rank: Floats) -> Integers:
    """The first row of each column that is at least `rank`, found by halving as Go's search does."""
    column = np.arange(counts.shape[1])
    low = np.zeros(counts.shape[1], dtype=np.int64)
    high = np.full(counts.shape[1], len(counts), dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        open_ = low < high
        reaches = counts[np.minimum(middle, len(counts) - 1), column] >= rank
        high = np.where(open_ & reaches, middle, high)
        low = np.where(open_ & ~reaches, middle + 1, low)
    return low


def fraction(lower: Floats, upper: Floats, buckets: Buckets) -> Floats:
    """The share of observations between two values at each instant, linear within a bucket."""
    if not buckets.is_complete:
        return np.full(len(lower), np.nan)
    total = buckets.counts[-1]
    share = (_rank(upper, buckets) - _rank(lower, buckets)) / total
    share = np.where(lower >= upper, 0.0, share)
    return np.where((total == 0) | np.isnan(lower) | np.isnan(upper), np.nan, share)


def _rank(value: Floats, buckets: Buckets) -> Floats:
    """How many observations lie below a value."""
    total = buckets.counts[-1]
    rank = total.copy()
    settled = np.zeros(len(value), dtype=bool)
    floor = np.zeros(len(value))
    start = -np.inf if buckets.bounds[0] <= 0 else 0.0
    for end, count in zip(buckets.bounds, buckets.counts, strict=True):
        before = ~settled & (start >= value)
        rank = np.where(before, floor, rank)
        settled |= before
        inside = ~settled & (start < value) & (end > value)
        within = count if np.isneginf(start) else floor + (count - floor) * (value - start) / (end - start)
        rank = np.where(inside, within, rank)
        settled |= inside
        floor, start = count, float(end)
    capped: Floats = np.minimum(rank, total)
    return capped
