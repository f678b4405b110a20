"""Binary expressions: between scalars, between a vector and a scalar, between two vectors."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.operations.arithmetic import ARITHMETIC, combine
from ledgerscope.promql.engine.operations.filling import filled
from ledgerscope.promql.engine.operations.native import Side, combine_histograms
from ledgerscope.promql.engine.operations.setops import FILTERS, union
from ledgerscope.promql.engine.operations.vector_matching import Matcher
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Scalar, Value, Vector, merge_equal
from ledgerscope.promql.syntax.ast import spine
from ledgerscope.promql.syntax.operators import BinaryOp

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers, Objects
    from ledgerscope.promql.syntax.ast import Binary, VectorMatching


def evaluate_binary(evaluator: Evaluator, node: Binary) -> Value:
    """A binary expression along the axis, with the chain of operations that is its left side."""
    operations = spine(node)
    prefixes = evaluator.query.prefixes
    known = None if prefixes is None else prefixes.known(evaluator, operations)
    done, value = known or (0, evaluator.evaluate(operations[0].lhs))
    last: list[tuple[Binary, Value]] = []
    for (op, matching), run in groupby(operations[done:], key=lambda each: (each.op, each.matching)):
        if op is BinaryOp.OR:
            value = _united(evaluator, value, list(run), matching)
            continue
        for each in run:
            last = [(each.lhs, value)] if isinstance(each.lhs, type(each)) else []
            value = _operation(evaluator, each, value, evaluator.evaluate(each.rhs))
    if prefixes is not None and done < len(operations):
        prefixes.remember(evaluator, (operations[-1], value), *last)
    return value


def _united(
    evaluator: Evaluator, left: Value, operations: list[Binary], matching: VectorMatching | None
) -> Vector:
    """A run of `or`, at once: one after the other, each would copy all that came before."""
    assert isinstance(left, Vector)  # noqa: S101 - the parser admits no other operands of `or`
    assert matching is not None  # noqa: S101 - set by the parser for two vectors
    return union(left, (evaluator.vector(each.rhs) for each in operations), matching)


def _operation(evaluator: Evaluator, node: Binary, left: Value, right: Value) -> Value:
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return _scalars(node, left, right)
    if isinstance(left, Vector) and isinstance(right, Scalar):
        return evaluator.named(_vector_scalar(evaluator, node, left, right, swapped=False))
    if isinstance(left, Scalar) and isinstance(right, Vector):
        return evaluator.named(_vector_scalar(evaluator, node, right, left, swapped=True))
    assert isinstance(left, Vector)  # noqa: S101 - the parser admits no other operands
    assert isinstance(right, Vector)  # noqa: S101 - as above
    assert node.matching is not None  # noqa: S101 - set by the parser for two vectors
    if node.op in FILTERS:
        return FILTERS[node.op](left, right, node.matching)
    return evaluator.named(_vectors(evaluator, node, left, right))


def _scalars(node: Binary, left: Scalar, right: Scalar) -> Scalar:
    values, holds = combine(node.op, left.values, right.values)
    return Scalar(left.axis, values if holds is None else holds.astype(np.float64))


def _vector_scalar(
    evaluator: Evaluator, node: Binary, vector: Vector, scalar: Scalar, *, swapped: bool
) -> Vector:
    number = Side(np.broadcast_to(scalar.values, vector.values.shape), None)
    samples = Side(vector.values, vector.histograms)
    left, right = (number, samples) if swapped else (samples, number)
    values, holds = combine(node.op, left.values, right.values)
    if holds is not None:
        values = vector.values  # a comparison keeps the vector's value, whichever side it is on
    decided = _decided(evaluator, node, left, right, Cellwise(values, vector.present, holds))
    marks = (True,) * len(vector) if _changes_meaning(evaluator, node) else vector.drop_name
    return Vector(
        vector.axis, vector.labels, decided.values, decided.present, decided.histograms, marks
    ).seen()


def _vectors(evaluator: Evaluator, node: Binary, left: Vector, right: Vector) -> Vector:
    assert node.matching is not None  # noqa: S101 - set by the parser for two vectors
    left, right = filled(left, right, node.matching)
    arithmetic = node.op in ARITHMETIC and (
        node.op is not BinaryOp.ATAN2 or evaluator.compat.atan2_drops_name
    )
    # Names dropped late still keep results apart here.
    answers = node.return_bool and not evaluator.query.settings.delayed_name_removal
    dropped = evaluator.compat.schema_labels if arithmetic or answers else frozenset[str]()
    matcher = Matcher.between(left, right, node.matching, dropped)
    pairs = matcher.pairs()
    if not pairs.labels:
        matcher.refuse_violations(pairs, pairs.present)
        return Vector.empty(evaluator.axis)
    sides = _side(left, pairs.left), _side(right, pairs.right)
    values, holds = combine(node.op, sides[0].values, sides[1].values)
    decided = _decided(evaluator, node, *sides, Cellwise(values, pairs.present, holds))
    matcher.refuse_violations(
        pairs, pairs.present if evaluator.compat.filtered_pairs_count else decided.present
    )
    marks = (node.return_bool,) * len(pairs.labels)
    result = Vector(evaluator.axis, pairs.labels, decided.values, decided.present, decided.histograms, marks)
    return merge_equal(result.seen())


def _side(vector: Vector, rows: Integers) -> Side:
    return Side(vector.values[rows], None if vector.histograms is None else vector.histograms[rows])


@dataclass(frozen=True, slots=True)
class Cellwise:
    """Results pair by pair: the floats, where the pairs are present, and where a comparison holds."""

    values: Floats
    present: Booleans
    holds: Booleans | None


@dataclass(frozen=True, slots=True)
class Decided:
    """Results with their comparison applied."""

    values: Floats
    present: Booleans
    histograms: Objects | None


def _decided(evaluator: Evaluator, node: Binary, left: Side, right: Side, floats: Cellwise) -> Decided:
    """A comparison filters, or with `bool` answers 1 or 0; arithmetic does neither."""
    cells = combine_histograms(node.op, left, right, floats.present)
    if cells is None:
        return _filtered(node, floats, None)
    for note in cells.notes:
        evaluator.note(note, node.span)
    refused = cells.involved & np.equal(cells.histograms, np.array(None))
    holds = floats.holds
    if holds is not None:
        holds = np.where(cells.involved, cells.holds, holds)
    return _filtered(node, Cellwise(floats.values, floats.present & ~refused, holds), cells.histograms)


def _filtered(node: Binary, floats: Cellwise, histograms: Objects | None) -> Decided:
    if floats.holds is None:
        return Decided(floats.values, floats.present, histograms)
    if node.return_bool:
        return Decided(floats.holds.astype(np.float64), floats.present, None)
    return Decided(floats.values, floats.present & floats.holds, histograms)


def _changes_meaning(evaluator: Evaluator, node: Binary) -> bool:
    if node.op is BinaryOp.ATAN2:
        return evaluator.compat.atan2_drops_name
    return node.return_bool or node.op in ARITHMETIC
