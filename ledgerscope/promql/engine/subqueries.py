"""Subqueries: an expression evaluated on its own, finer axis, whose results are the samples of a range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ledgerscope.promql.engine.functions.native import forget_reset_hints
from ledgerscope.promql.engine.selectors import RangeSelection, raw_samples
from ledgerscope.promql.engine.step_spans import StepSpans
from ledgerscope.promql.samples.axis import Axis, Integers
from ledgerscope.promql.samples.storage import Samples
from ledgerscope.promql.samples.values import Scalar, Value, Vector

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.syntax.ast import Subquery


def select_subquery(evaluator: Evaluator, node: Subquery) -> RangeSelection:
    """The inner expression's results as series, and the ends of the ranges over them."""
    durations = evaluator.durations
    offset_ms = durations.offset_ms(node.offset_ms, node.offset_expr)
    range_ms = durations.positive_ms(node.range_ms, node.range_expr)
    ends = evaluator.reference_times(node.at, offset_ms)
    axis = _inner_axis(evaluator, node, ends, range_ms)
    if axis.count == 0:
        return RangeSelection([], ends, range_ms, ())
    spans = _spans(evaluator, axis, ends, range_ms)
    value = evaluator.within(axis, spans).leaving_resets().evaluate(node.expr)
    vector = value.as_vector() if isinstance(value, Scalar) else value
    assert isinstance(vector, Vector)  # noqa: S101 - the parser admits nothing else in a subquery
    series = _as_series(vector)
    return RangeSelection(series, ends, range_ms, vector.seen().drop_name)


def _inner_axis(evaluator: Evaluator, node: Subquery, ends: Integers, range_ms: int) -> Axis:
    """The multiples of the step that lie in any of the ranges."""
    step = evaluator.query.settings.default_step_ms
    if node.step_ms is not None or node.step_expr is not None:
        step = evaluator.durations.positive_ms(node.step_ms or 0, node.step_expr) or step
    earliest = int(ends[0]) - range_ms
    start = step * (earliest // step if earliest >= 0 else -(-earliest // step))  # cut towards zero, as in Go
    too_early = start <= earliest if evaluator.compat.left_open else start < earliest
    return Axis.spanning(start + step if too_early else start, int(ends[-1]), step)


def _spans(evaluator: Evaluator, axis: Axis, ends: Integers, range_ms: int) -> StepSpans:
    side: Literal["left", "right"] = "right" if evaluator.compat.left_open else "left"
    return StepSpans(
        np.searchsorted(axis.times, ends - range_ms, side), np.searchsorted(axis.times, ends, "right")
    )


def _as_series(vector: Vector) -> list[Samples]:
    """Each row's present instants as samples; rows present at the same instants share their times."""
    times = vector.axis.times
    grids: dict[bytes, Integers] = {}
    series = []
    for row in vector.seen():
        key = np.packbits(row.present).tobytes()
        if key not in grids:
            grids[key] = times[row.present]
        histograms = None if row.histograms is None else row.histograms[row.present]
        if histograms is not None:
            histograms = forget_reset_hints(histograms)
        series.append(Samples(row.labels, grids[key], row.values[row.present], histograms))
    return series


def evaluate_subquery_matrix(evaluator: Evaluator, node: Subquery) -> Value:
    """A subquery by itself: its samples, at a single instant."""
    return raw_samples(evaluator, select_subquery(evaluator, node))
