"""Aggregations of vectors that hold native histograms, group by group and instant by instant.

sum and avg combine histograms; mixed with floats they give nothing and warn. The other aggregations pass over
histograms and remark on it, but for count and group, which take samples of either kind.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.aggregations.floats import SIMPLE, Members, quantile
from ledgerscope.promql.engine.functions.point_sums import Remarks, average, total
from ledgerscope.promql.histograms.arithmetic import IncompatibleSchemaError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Vector
from ledgerscope.promql.syntax.operators import AggregateOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.engine.aggregations.grouping import Groups
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.samples.axis import Booleans, Floats
    from ledgerscope.promql.syntax.ast import Aggregate

_OF_EITHER_KIND = frozenset({AggregateOp.COUNT, AggregateOp.GROUP})
_COMBINING: dict[AggregateOp, Callable[[list[Histogram], Remarks], Histogram]] = {
    AggregateOp.SUM: total,
    AggregateOp.AVG: average,
}


def aggregate_with_histograms(
    evaluator: Evaluator, node: Aggregate, vector: Vector, groups: Groups, parameter: Floats | None
) -> Vector:
    """The aggregation of a vector with histograms in it."""
    floats = vector if node.op in _OF_EITHER_KIND else vector.floats_only()
    members = Members(floats.values, floats.present, groups, evaluator.compat)
    values = SIMPLE[node.op](members) if parameter is None else quantile(members, parameter)
    present = np.stack([floats.present[list(rows)].any(axis=0) for rows in groups.members])
    drop = tuple(any(vector.drop_name[row] for row in rows) for rows in groups.members)
    result = Vector(vector.axis, groups.labels, values, present, None, drop)
    if node.op in _COMBINING:
        return _Combination(evaluator, node, vector, groups).added_to(result)
    if node.op not in _OF_EITHER_KIND and vector.is_histogram.any():
        evaluator.note(notes.histogram_ignored_in_aggregation(node.op.value), node.expr.span)
    return result.seen()


@dataclass(frozen=True, slots=True)
class _Combination:
    """The histograms of every group combined, wherever a group has any."""

    evaluator: Evaluator
    node: Aggregate
    vector: Vector
    groups: Groups

    def added_to(self, floats: Vector) -> Vector:
        """The float results with those of histograms; nothing where a group has both kinds."""
        present, values = floats.present.copy(), floats.values.copy()
        histograms = np.full(values.shape, None, dtype=object)
        held = self.vector.is_histogram
        for group, rows in enumerate(self.groups.members):
            index = np.array(rows)
            for column in np.flatnonzero(held[index].any(axis=0)):
                mixed = bool(present[group, column])
                values[group, column], present[group, column] = 0.0, False
                if mixed:
                    self._note(notes.MIXED_FLOATS_HISTOGRAMS_AGGREGATION)
                    continue
                combined = self._combined(index[held[index, column]], int(column))
                present[group, column] = combined is not None
                histograms[group, column] = combined
        return replace(floats, values=values, present=present, histograms=histograms).seen()

    def _note(self, note: notes.Note) -> None:
        self.evaluator.note(note, self.node.expr.span)

    def _combined(self, rows: Booleans, column: int) -> Histogram | None:
        assert self.vector.histograms is not None  # noqa: S101 - the caller has looked
        members = [self.vector.histograms[row, column] for row in rows]
        remarks = Remarks()
        try:
            result = _COMBINING[self.node.op](members, remarks)
        except IncompatibleSchemaError:
            names = [self.vector.labels[row].name for row in rows]
            kinds = [member.uses_custom_buckets for member in members]
            odd = next(place for place, kind in enumerate(kinds) if kind is not kinds[0])
            self._note(notes.mixed_exponential_custom(names[odd]))
            return None
        for note in remarks.notes():
            self._note(note)
        return result.compacted()
