"""Mutations of conditions: another threshold, another comparison."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.mutation.constants import constant
from ledgerscope.promql.mutation.model import Edit
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import BinaryOp
from ledgerscope.promql.syntax.printer import to_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr

_TENTH = 0.1
_DIGITS = ".12g"

#: The edge of the comparison (a value at the threshold), then its opposite.
_OTHERS: dict[BinaryOp, tuple[BinaryOp, ...]] = {
    BinaryOp.GT: (BinaryOp.GE, BinaryOp.LE),
    BinaryOp.GE: (BinaryOp.GT, BinaryOp.LT),
    BinaryOp.LT: (BinaryOp.LE, BinaryOp.GE),
    BinaryOp.LE: (BinaryOp.LT, BinaryOp.GT),
    BinaryOp.EQ: (BinaryOp.NE,),
    BinaryOp.NE: (BinaryOp.EQ,),
}


def thresholds(node: Expr, _text: str) -> Iterator[Edit]:
    """A number that is compared with, shifted up and down by a tenth; a whole number by at least one."""
    if isinstance(node, ast.Binary) and node.op.is_comparison:
        yield from _shifted(node.lhs, lambda new: replace(node, lhs=new))
        yield from _shifted(node.rhs, lambda new: replace(node, rhs=new))


def _shifted(operand: Expr, put: Callable[[Expr], Expr]) -> Iterator[Edit]:
    value = constant(operand)
    for shifted in () if value is None or not math.isfinite(value) else shifts(value):
        changed = literal(shifted, operand)
        before, after = to_string(operand), to_string(changed)
        yield Edit(put(changed), operand.span, before, after, f"a value between {before} and {after}")


def shifts(value: float) -> tuple[float, float]:
    """A number a tenth greater and a tenth less; a whole number stays whole."""
    step = max(1.0, float(round(abs(value) * _TENTH))) if value.is_integer() else abs(value) * _TENTH
    return rounded(value + step), rounded(value - step)


def rounded(value: float) -> float:
    """A number that can be read: what floats add at the end is left out."""
    return float(format(value, _DIGITS))


def literal(value: float, instead_of: Expr) -> ast.NumberLiteral:
    """A number literal, written as a duration where the other one is."""
    duration = isinstance(instead_of, ast.NumberLiteral) and instead_of.duration
    return ast.NumberLiteral(value, duration)


def comparisons(node: Expr, text: str) -> Iterator[Edit]:
    """Another comparison: with or without the threshold itself, and the opposite one."""
    if isinstance(node, ast.Binary) and node.op in _OTHERS:
        edge, *opposite = _OTHERS[node.op]
        yield _compared(node, edge, text, f"a value of exactly {to_string(node.rhs)}")
        for op in opposite:
            yield _compared(node, op, text, f"values on either side of {to_string(node.rhs)}")


def _compared(node: ast.Binary, op: BinaryOp, text: str, shows: str) -> Edit:
    return Edit(replace(node, op=op), operator_span(node, text), node.op.value, op.value, shows)


def operator_span(node: ast.Binary, text: str) -> Span:
    """Where the operator stands: the first thing between the operands."""
    between = text[node.lhs.span.end : node.rhs.span.start]
    start = node.lhs.span.end + max(between.find(node.op.value), 0)
    return Span(start, start + len(node.op.value))
