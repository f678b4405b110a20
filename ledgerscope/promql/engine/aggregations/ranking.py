"""topk, bottomk, limitk and limit_ratio: aggregations that keep some of the series as they are.

Which of several equal values stays is decided as Prometheus decides it, by what its heap happens to hold;
such instants are settled one by one, all others at once.

The series keep their order: at an instant Prometheus has them by rank, and over a range by series. A sum of
them can therefore differ from Prometheus's in its last digit where sums are not compensated (Prometheus 2);
following the rank would mean another order of addition at every instant of the axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.aggregations.label_hash import sampling_offset
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Vector
from ledgerscope.promql.syntax.operators import AggregateOp
from ledgerscope.promql.text.numbers import format_general

if TYPE_CHECKING:
    from ledgerscope.promql.engine.aggregations.grouping import Groups
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers
    from ledgerscope.promql.syntax.ast import Aggregate

_LARGEST_COUNT = 9223372036854774784.0
_SMALLEST_COUNT = -9223372036854775808.0

Ranking = Callable[["Evaluator", "Aggregate", Vector, "Groups", "Floats"], Vector]


def _counts(parameter: Floats, size: int) -> Integers | None:
    """How many series to keep at each instant; None when that is none at all."""
    if not (parameter >= 1).any() and not np.isnan(parameter).all():
        return None
    if np.isnan(parameter).any():
        raise EvaluationError("Parameter value is NaN")
    if parameter.min() <= _SMALLEST_COUNT:
        raise EvaluationError(f"Scalar value {format_general(float(parameter.min()))} underflows int64")
    if parameter.max() >= _LARGEST_COUNT:
        raise EvaluationError(f"Scalar value {format_general(float(parameter.max()))} overflows int64")
    return np.minimum(np.trunc(parameter), size).astype(np.int64)


def _extreme(name: str, sign: float) -> Ranking:
    """Keep the k largest of `sign` times the value."""

    def rank(
        evaluator: Evaluator, node: Aggregate, vector: Vector, groups: Groups, parameter: Floats
    ) -> Vector:
        counts = _counts(parameter, len(vector))
        if counts is None or not len(vector):
            return Vector.empty(evaluator.axis)
        if vector.is_histogram.any():
            evaluator.note(notes.histogram_ignored_in_aggregation(name), node.span)
        floats = vector.floats_only()
        keep = np.zeros(vector.present.shape, dtype=bool)
        for rows in groups.members:
            index = np.array(rows)
            keep[index] = _Contest(sign * floats.values[index], floats.present[index], counts).winners()
        kept = replace(floats, present=keep)
        return _best_first(kept, groups, sign) if evaluator.axis.count == 1 else kept.seen()

    return rank


def _best_first(vector: Vector, groups: Groups, sign: float) -> Vector:
    """At a single instant the series are listed group by group, best value first, NaN last."""
    order: list[int] = []
    for rows in groups.members:
        kept = [row for row in rows if vector.present[row, 0]]
        order += sorted(kept, key=lambda row: _last_if_nan(-sign * float(vector.values[row, 0])))
    return vector.take(order)


def _last_if_nan(value: float) -> tuple[bool, float]:
    return (True, 0.0) if math.isnan(value) else (False, value)


@dataclass(frozen=True, slots=True)
class _Contest:
    """One group's values (larger is better), and how many may stay at each instant."""

    values: Floats
    present: Booleans
    counts: Integers

    def winners(self) -> Booleans:
        """Who stays."""
        size = self.present.sum(axis=0)
        limit = np.clip(self.counts, 0, size)
        # NaN is worse than everything, but still a sample.
        strength = np.where(self.present, np.where(np.isnan(self.values), -np.inf, self.values), -np.inf)
        ordered = -np.sort(-strength, axis=0)
        column = np.arange(strength.shape[1])
        weakest = ordered[np.maximum(limit - 1, 0), column]
        better = self.present & (strength > weakest)
        level = self.present & (strength == weakest)
        keep: Booleans = better | level
        keep[:, limit == 0] = False
        tied = (keep.sum(axis=0) != limit) & (limit > 0)
        self._settle(keep, np.flatnonzero(tied))
        return keep

    def _settle(self, keep: Booleans, columns: Integers) -> None:
        """Instants at which equal values compete for the last places."""
        known: dict[bytes, Booleans] = {}
        for column in columns:
            values, present = self.values[:, column], self.present[:, column]
            key = values.tobytes() + present.tobytes() + bytes(self.counts[column])
            if key not in known:
                known[key] = _by_heap(values.tolist(), present, int(self.counts[column]))
            keep[:, column] = known[key]


def _by_heap(values: list[float], present: Booleans, limit: int) -> Booleans:
    """Who stays when the candidates come one by one and each better one replaces the top of a heap."""
    heap: list[int] = []
    for row in np.flatnonzero(present).tolist():
        if len(heap) < limit:
            heap.append(row)
            _sift_up(heap, values)
        elif values[heap[0]] < values[row] or (math.isnan(values[heap[0]]) and not math.isnan(values[row])):
            heap[0] = row
            _sift_down(heap, values)
    keep = np.zeros(len(values), dtype=bool)
    keep[heap] = True
    return keep


def _weaker(left: float, right: float) -> bool:
    """Go's order in the heap: NaN before everything, itself included."""
    return math.isnan(left) or left < right


def _sift_up(heap: list[int], values: list[float]) -> None:
    child = len(heap) - 1
    while child:
        parent = (child - 1) // 2
        if not _weaker(values[heap[child]], values[heap[parent]]):
            return
        heap[parent], heap[child] = heap[child], heap[parent]
        child = parent


def _sift_down(heap: list[int], values: list[float]) -> None:
    parent = 0
    while (child := 2 * parent + 1) < len(heap):
        if child + 1 < len(heap) and _weaker(values[heap[child + 1]], values[heap[child]]):
            child += 1
        if not _weaker(values[heap[child]], values[heap[parent]]):
            return
        heap[parent], heap[child] = heap[child], heap[parent]
        parent = child


def _limit_count(
    evaluator: Evaluator,
    _node: Aggregate,
    vector: Vector,
    groups: Groups,
    parameter: Floats,
) -> Vector:
    """The first k series of each group."""
    counts = _counts(parameter, len(vector))
    if counts is None or not len(vector):
        return Vector.empty(evaluator.axis)
    keep = np.zeros(vector.present.shape, dtype=bool)
    for rows in groups.members:
        index = np.array(rows)
        place = np.cumsum(vector.present[index], axis=0)
        keep[index] = vector.present[index] & (place <= counts)
    return replace(vector, present=keep).seen()


def _limit_ratio(
    evaluator: Evaluator,
    node: Aggregate,
    vector: Vector,
    _groups: Groups,
    parameter: Floats,
) -> Vector:
    """A stable sample of the series: those whose hash falls below the ratio, or above its complement."""
    if (parameter == 0).all():
        return Vector.empty(evaluator.axis)
    if np.isnan(parameter).any():
        raise EvaluationError("Ratio value is NaN")
    span = node.expr.span if node.param is None else node.param.span
    if parameter.max() > 1:
        evaluator.note(notes.invalid_ratio(float(parameter.max()), 1.0), span)
    if parameter.min() < -1:
        evaluator.note(notes.invalid_ratio(float(parameter.min()), -1.0), span)
    ratio = np.clip(parameter, -1.0, 1.0)
    offset = np.array([sampling_offset(labels) for labels in vector.labels])[:, np.newaxis]
    chosen = np.where(ratio >= 0, offset < ratio, offset >= 1.0 + ratio)
    return replace(vector, present=vector.present & chosen).seen()


RANKING: dict[AggregateOp, Ranking] = {
    AggregateOp.TOPK: _extreme("topk", 1.0),
    AggregateOp.BOTTOMK: _extreme("bottomk", -1.0),
    AggregateOp.LIMITK: _limit_count,
    AggregateOp.LIMIT_RATIO: _limit_ratio,
}
