"""Aggregation expressions: what is aggregated, by which groups, with which parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.aggregations.count_values import count_values
from ledgerscope.promql.engine.aggregations.floats import SIMPLE, Members, quantile
from ledgerscope.promql.engine.aggregations.grouping import Groups, group_rows
from ledgerscope.promql.engine.aggregations.native import aggregate_with_histograms
from ledgerscope.promql.engine.aggregations.ranking import RANKING
from ledgerscope.promql.samples.values import Value, Vector
from ledgerscope.promql.syntax.ast import Paren, StringLiteral
from ledgerscope.promql.syntax.operators import AggregateOp

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans, Floats
    from ledgerscope.promql.syntax.ast import Aggregate, Expr


#: Instants from which on an aggregation costs clearly more than finding out whether it was made before.
_WORTH_SHARING = 256


def evaluate_aggregate(evaluator: Evaluator, node: Aggregate) -> Value:
    """An aggregation along the axis."""
    if evaluator.axis.count < _WORTH_SHARING:
        return _evaluate(evaluator, node)
    return evaluator.shared(node, lambda inner: _evaluate(inner, node))


def _evaluate(evaluator: Evaluator, node: Aggregate) -> Value:
    if node.op is AggregateOp.COUNT_VALUES:
        return count_values(evaluator, node, _text(node.param))
    parameter = None if node.param is None else evaluator.scalar(node.param).values
    vector = evaluator.vector(node.expr)
    groups = group_rows(vector.labels, node.grouping, without=node.without)
    if node.op in RANKING:
        assert parameter is not None  # noqa: S101 - the parser requires it
        return RANKING[node.op](evaluator, node, vector, groups, parameter)
    if parameter is not None:
        _check_quantiles(evaluator, node, parameter)
    if not len(vector):
        return Vector.empty(evaluator.axis)
    if vector.histograms is not None:
        return aggregate_with_histograms(evaluator, node, vector, groups, parameter)
    members = Members(vector.values, vector.present, groups, evaluator.compat)
    values = SIMPLE[node.op](members) if parameter is None else quantile(members, parameter)
    return grouped(vector, groups, values, _any_present(groups, vector.present))


def _text(node: Expr | None) -> StringLiteral:
    while isinstance(node, Paren):
        node = node.expr
    assert isinstance(node, StringLiteral)  # noqa: S101 - the parser requires it
    return node


def _any_present(groups: Groups, present: Booleans) -> Booleans:
    return np.stack([present[list(rows)].any(axis=0) for rows in groups.members])


def grouped(vector: Vector, groups: Groups, values: Floats, present: Booleans) -> Vector:
    """A result with one series per group; the name goes if any member's has to."""
    drop = tuple(any(vector.drop_name[row] for row in rows) for rows in groups.members)
    return Vector(vector.axis, groups.labels, values, present, None, drop)


def _check_quantiles(evaluator: Evaluator, node: Aggregate, parameter: Floats) -> None:
    span = node.expr.span if node.param is None else node.param.span
    if np.isnan(parameter).any():
        evaluator.note(notes.invalid_quantile(float("nan")), span)
    known = parameter[~np.isnan(parameter)]
    if known.size and known.max() > 1:
        evaluator.note(notes.invalid_quantile(float(known.max())), span)
    if known.size and known.min() < 0:
        evaluator.note(notes.invalid_quantile(float(known.min())), span)
