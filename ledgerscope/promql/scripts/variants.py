"""An instant case in other words: the same query pinned with `@`, and as the middle of a range.

A result that does not depend on when it is asked for must come out the same at any time, and an instant must
come out the same inside a range; running a script checks both along with the case itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    Paren,
    Subquery,
    Unary,
    VectorSelector,
    children,
    spine,
)
from ledgerscope.promql.syntax.invariance import TIME_DEPENDENT
from ledgerscope.promql.syntax.operators import AtBound

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOUND_FUNCTIONS = re.compile(r"(start|end|range|step)\(\)")


def depends_on_query(expression: str) -> bool:
    """Whether the text speaks of the query's own bounds, so that a range differs from an instant."""
    return _BOUND_FUNCTIONS.search(expression) is not None


def pinned(node: Expr, at_ms: int) -> Expr | None:
    """Every selector fixed with `@` to one instant; None where a function looks at the time by itself."""
    if any(isinstance(each, Call) and each.func in TIME_DEPENDENT for each in _outside_subqueries(node)):
        return None
    return _pin(node, at_ms)


def other_times(at_ms: int) -> list[int]:
    """When else to evaluate a pinned expression."""
    if at_ms == 0:
        return [-1000, 0, 1000]
    return [-10 * at_ms, 0, at_ms // 5, at_ms, 10 * at_ms]


def _outside_subqueries(node: Expr) -> Iterator[Expr]:
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, Subquery):
            pending.extend(reversed(children(current)))


def _pin(node: Expr, at_ms: int) -> Expr:  # noqa: PLR0911 - one return per kind of node
    match node:
        case VectorSelector() | Subquery():
            return replace(node, at=at_ms) if node.at is None or isinstance(node.at, AtBound) else node
        case MatrixSelector():
            vector = _pin(node.vector, at_ms)
            assert isinstance(vector, VectorSelector)  # noqa: S101 - what pinning a selector gives
            return replace(node, vector=vector)
        case Call():
            return replace(node, args=tuple(_pin(arg, at_ms) for arg in node.args))
        case Aggregate():
            param = None if node.param is None else _pin(node.param, at_ms)
            return replace(node, expr=_pin(node.expr, at_ms), param=param)
        case Binary():
            operations = spine(node)
            pinned = _pin(operations[0].lhs, at_ms)
            for each in operations:
                pinned = replace(each, lhs=pinned, rhs=_pin(each.rhs, at_ms))
            return pinned
        case Unary() | Paren():
            return replace(node, expr=_pin(node.expr, at_ms))
        case _:
            return node
