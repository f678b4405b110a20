"""Parts of an expression that data cannot change: `absent(...)` is 1 or nothing, `vector(0)` is always there.

What can never be seen is no point of coverage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import AggregateOp

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr

_GIVE_ONE = frozenset({"absent", "absent_over_time", "present_over_time"})


def has_one_value(node: Expr) -> bool:
    """Whether the value, wherever there is one, is always the same."""
    match node:
        case ast.NumberLiteral():
            return True
        case ast.Paren(expr=inner) | ast.Unary(expr=inner) | ast.Call(func="vector", args=(inner,)):
            return has_one_value(inner)
        case ast.Call(func=func):
            return func in _GIVE_ONE
        case ast.Aggregate(op=op):
            return op is AggregateOp.GROUP
        case _:
            return False


def is_always_there(node: Expr) -> bool:
    """Whether there is a sample at every instant, whatever the data."""
    match node:
        case ast.Paren(expr=inner) | ast.Unary(expr=inner):
            return is_always_there(inner)
        case ast.Call(func=func):
            return func == "vector"
        case _:
            return False
