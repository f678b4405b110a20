"""Which parts of an expression do not vary along the axis, so that one evaluation serves every instant.

Only `@` makes a selector stand still; without one in the expression there is nothing to find.
"""

from __future__ import annotations

from ledgerscope.promql.syntax.ast import (
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    StringLiteral,
    Subquery,
    VectorSelector,
    children,
    walk,
)

#: Functions that look at the time or the bounds of the query, or at the time of their argument.
TIME_DEPENDENT = frozenset(
    {
        "day_of_month",
        "day_of_week",
        "day_of_year",
        "days_in_month",
        "end",
        "hour",
        "minute",
        "month",
        "predict_linear",
        "range",
        "start",
        "start_timestamp",
        "step",
        "time",
        "timestamp",
        "year",
    }
)


def depends_on_bounds(node: Expr) -> bool:
    """Whether `@` or duration arithmetic, which look at the ends of the query, occur anywhere."""
    return any(_is_bound(each) for each in walk(node))


def _is_bound(node: Expr) -> bool:
    if isinstance(node, VectorSelector):
        return node.at is not None or node.offset_expr is not None
    if isinstance(node, Subquery):
        return node.at is not None or any((node.range_expr, node.step_expr, node.offset_expr))
    return isinstance(node, MatrixSelector) and node.range_expr is not None


def is_step_invariant(node: Expr) -> bool:
    """Whether the node, not being a plain literal, has the same value at every instant."""
    return not isinstance(node, NumberLiteral | StringLiteral | MatrixSelector | Subquery) and _stands_still(
        node
    )


def _stands_still(node: Expr) -> bool:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, VectorSelector | Subquery):
            if current.at is None:
                return False
        elif isinstance(current, Call) and current.func in TIME_DEPENDENT:
            return False
        else:
            pending.extend(children(current))
    return True


def looks_ahead(node: Expr) -> bool:
    """Whether the node may see samples later than the instant it is evaluated at."""
    return any(
        isinstance(each, VectorSelector | Subquery)
        and (each.at is not None or each.offset_ms < 0 or each.offset_expr is not None)
        for each in walk(node)
    )
