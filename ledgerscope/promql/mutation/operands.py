"""Mutations that leave an operand out: a condition that is not there, one side of `or`, a factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.comparisons import operator_span
from ledgerscope.promql.mutation.constants import constant
from ledgerscope.promql.mutation.model import Edit
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import BinaryOp
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.syntax.ast import Expr

#: What a test has to show where the left and where the right operand is left out.
_SHOWS = {
    BinaryOp.AND: ("a series of {rhs} without one of {lhs}", "a series of {lhs} without one of {rhs}"),
    BinaryOp.OR: ("a series of {lhs} that is not in {rhs}", "a series of {rhs} that is not in {lhs}"),
    BinaryOp.UNLESS: ("", "a series of {lhs} with one of {rhs}"),
}
_VALUES = ("values of {lhs} that change the result", "values of {rhs} that change the result")


def operands(node: Expr, text: str) -> Iterator[Edit]:
    """One operand alone, without the operator and the other one."""
    if isinstance(node, ast.Binary):
        yield from _comparison(node, text) if node.op.is_comparison else _sides(node, text)


def _comparison(node: ast.Binary, text: str) -> Iterator[Edit]:
    """A comparison filters the left side, or whichever side has series."""
    if node.return_bool:
        return
    kept, other = node.lhs, node.rhs
    if ast.value_type(kept) is not ValueType.VECTOR:
        kept, other = other, kept
    yield _without(node, kept, other, text, f"a series for which {to_string(node)} does not hold")


def _sides(node: ast.Binary, text: str) -> Iterator[Edit]:
    shows = _SHOWS.get(node.op, _VALUES)
    for kept, other, wanted in ((node.rhs, node.lhs, shows[0]), (node.lhs, node.rhs, shows[1])):
        if wanted and constant(kept) is None:
            shown = wanted.format(lhs=to_string(node.lhs), rhs=to_string(node.rhs))
            yield _without(node, kept, other, text, shown)


def _without(node: ast.Binary, kept: Expr, other: Expr, text: str, shows: str) -> Edit:
    operator = operator_span(node, text)
    dropped = other.span._replace(
        start=min(operator.start, other.span.start), end=max(operator.end, other.span.end)
    )
    return Edit(kept, dropped, " ".join(text[dropped.start : dropped.end].split()), "", shows)
