"""Binary expressions: between scalars, between a vector and a scalar, between two vectors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.vector_matching import Matcher, Pairs
from ledgerscope.promql.operations import ARITHMETIC, combine
from ledgerscope.promql.operators import BinaryOp
from ledgerscope.promql.setops import SET_OPERATIONS
from ledgerscope.promql.values import Scalar, Value, Vector, merge_equal

if TYPE_CHECKING:
    from ledgerscope.promql.ast import Binary
    from ledgerscope.promql.axis import Booleans, Floats
    from ledgerscope.promql.evaluator import Evaluator


def evaluate_binary(evaluator: Evaluator, node: Binary) -> Value:
    """A binary expression along the axis."""
    left, right = evaluator.evaluate(node.lhs), evaluator.evaluate(node.rhs)
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return _scalars(node, left, right)
    if isinstance(left, Vector) and isinstance(right, Scalar):
        return evaluator.named(_vector_scalar(evaluator, node, left, right, swapped=False))
    if isinstance(left, Scalar) and isinstance(right, Vector):
        return evaluator.named(_vector_scalar(evaluator, node, right, left, swapped=True))
    assert isinstance(left, Vector)  # noqa: S101 - the parser admits no other operands
    assert isinstance(right, Vector)  # noqa: S101 - as above
    assert node.matching is not None  # noqa: S101 - set by the parser for two vectors
    if node.op in SET_OPERATIONS:
        return SET_OPERATIONS[node.op](left, right, node.matching)
    return evaluator.named(_vectors(evaluator, node, left, right))


def _scalars(node: Binary, left: Scalar, right: Scalar) -> Scalar:
    values, holds = combine(node.op, left.values, right.values)
    return Scalar(left.axis, values if holds is None else holds.astype(np.float64))


def _vector_scalar(
    evaluator: Evaluator, node: Binary, vector: Vector, scalar: Scalar, *, swapped: bool
) -> Vector:
    number = np.broadcast_to(scalar.values, vector.values.shape)
    pair = (number, vector.values) if swapped else (vector.values, number)
    values, holds = combine(node.op, *pair)
    if holds is not None and not node.return_bool:
        values = vector.values  # a comparison keeps the vector's value, whichever side it is on
    values, present = _decided(node, values, vector.present, holds)
    result = replace(vector, values=values, present=present, histograms=None)
    if _changes_meaning(evaluator, node):
        result = replace(result, drop_name=(True,) * len(vector))
    return result.seen()


def _vectors(evaluator: Evaluator, node: Binary, left: Vector, right: Vector) -> Vector:
    assert node.matching is not None  # noqa: S101 - set by the parser for two vectors
    arithmetic = node.op in ARITHMETIC and (node.op is not BinaryOp.ATAN2 or evaluator.compat.atan2_drops_name)
    dropped = evaluator.compat.schema_labels if arithmetic else frozenset[str]()
    pairs = Matcher.between(left, right, node.matching, dropped).pairs()
    if not pairs.labels:
        return Vector.empty(evaluator.axis)
    values, holds = combine(node.op, left.values[pairs.left], right.values[pairs.right])
    values, present = _decided(node, values, pairs.present, holds)
    return _paired(evaluator, node, pairs, values, present)


def _paired(evaluator: Evaluator, node: Binary, pairs: Pairs, values: Floats, present: Booleans) -> Vector:
    result = Vector(
        evaluator.axis, pairs.labels, values, present, None, (node.return_bool,) * len(pairs.labels)
    )
    return merge_equal(result.seen())


def _decided(
    node: Binary, values: Floats, present: Booleans, holds: Booleans | None
) -> tuple[Floats, Booleans]:
    """A comparison filters, or with `bool` answers 1 or 0; arithmetic does neither."""
    if holds is None:
        return values, present
    if node.return_bool:
        return holds.astype(np.float64), present
    return values, present & holds


def _changes_meaning(evaluator: Evaluator, node: Binary) -> bool:
    if node.op is BinaryOp.ATAN2:
        return evaluator.compat.atan2_drops_name
    return node.return_bool or node.op in ARITHMETIC
