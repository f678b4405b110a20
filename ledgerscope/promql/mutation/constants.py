"""The number that an expression of literals stands for: `1 / 60`, `-(2 * 3)`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import BinaryOp, UnaryOp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr

_ARITHMETIC: dict[BinaryOp, Callable[[float, float], float]] = {
    BinaryOp.ADD: operator.add,
    BinaryOp.SUB: operator.sub,
    BinaryOp.MUL: operator.mul,
    BinaryOp.DIV: operator.truediv,
}


def constant(node: Expr | None) -> float | None:
    """The number, or None where the value depends on anything or is not plain arithmetic."""
    match node:
        case ast.NumberLiteral(value=value):
            return value
        case ast.Paren(expr=inner):
            return constant(inner)
        case ast.Unary(op=op, expr=inner):
            return _signed(op, constant(inner))
        case ast.Binary():
            return _of_chain(node)
        case _:
            return None


def _of_chain(node: ast.Binary) -> float | None:
    # From the right first, where a chain over series mostly shows that it is none of literals.
    if any(each.op not in _ARITHMETIC or constant(each.rhs) is None for each in reversed(ast.spine(node))):
        return None
    *_, (_, _, value) = followed(node)
    return value


def followed(node: ast.Binary) -> Iterator[tuple[ast.Binary, float | None, float | None]]:
    """The operations of a chain, innermost first, with the numbers of their left sides and of themselves."""
    operations = ast.spine(node)
    value = constant(operations[0].lhs)
    for each in operations:
        left = value
        value = _computed(each.op, left, constant(each.rhs)) if each.op in _ARITHMETIC else None
        yield each, left, value


def _signed(op: UnaryOp, value: float | None) -> float | None:
    return -value if value is not None and op is UnaryOp.MINUS else value


def _computed(op: BinaryOp, lhs: float | None, rhs: float | None) -> float | None:
    if lhs is None or rhs is None or (op is BinaryOp.DIV and rhs == 0):
        return None
    return _ARITHMETIC[op](lhs, rhs)
