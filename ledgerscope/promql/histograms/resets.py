"""Whether a counter of native histograms was reset between two samples.

A reset is any count that fell, a populated bucket that vanished, or a layout that only a restart can bring.
Source of the semantics: Prometheus 3.14, model/histogram.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from ledgerscope.promql.histograms.bounds import exponential_bound
from ledgerscope.promql.histograms.histogram import ResetHint
from ledgerscope.promql.histograms.layout import reduced, zero_count_at

if TYPE_CHECKING:
    from ledgerscope.promql.histograms.histogram import Buckets, Histogram

_BY_HINT = {ResetHint.RESET: True, ResetHint.NOT_RESET: False}


def is_reset(current: Histogram, previous: Histogram) -> bool:
    """Whether `current` starts anew after `previous`; a hint that says it is believed."""
    by_hint = _BY_HINT.get(current.hint)
    if by_hint is not None:
        return by_hint
    if current.count < previous.count:
        return True
    if current.uses_custom_buckets or previous.uses_custom_buckets:
        return _custom_reset(current, previous)
    return _exponential_reset(current, previous)


def _exponential_reset(current: Histogram, previous: Histogram) -> bool:
    threshold = current.zero_threshold
    if current.schema > previous.schema or threshold < previous.zero_threshold:
        return True
    zero_count, reached = zero_count_at(previous, threshold)
    if reached != threshold or current.zero_count < zero_count:
        return True
    coarse = reduced(previous, current.schema)
    return any(
        _fell(_outside(now, threshold, current.schema), _outside(before, threshold, current.schema))
        for now, before in ((current.positive, coarse.positive), (current.negative, coarse.negative))
    )


def _outside(buckets: Buckets, threshold: float, schema: int) -> Buckets:
    """The buckets beyond the zero bucket."""
    return tuple(b for b in buckets if not threshold or exponential_bound(b[0], schema) > threshold)


def _fell(now: Buckets, before: Buckets) -> bool:
    counts = dict(now)
    return any(counts[index] < count if index in counts else count != 0 for index, count in before)


def _custom_reset(current: Histogram, previous: Histogram) -> bool:
    if current.schema != previous.schema:
        return True
    if current.custom_values == previous.custom_values:
        return _fell(current.positive, previous.positive)
    theirs = frozenset(previous.custom_values)
    bounds = [bound for bound in current.custom_values if bound in theirs]
    edges = list(pairwise([-math.inf, *bounds, math.inf]))
    return any(_within(current, edge) < _within(previous, edge) for edge in edges)


def _within(histogram: Histogram, edge: tuple[float, float]) -> float:
    """The observations between two bounds the histogram has."""
    lower, upper = edge
    buckets = histogram.positive_buckets()
    return sum((bucket.count for bucket in buckets if lower < bucket.upper <= upper), 0.0)
