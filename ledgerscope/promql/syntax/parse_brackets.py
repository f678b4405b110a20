"""What may stand in brackets after an expression: a range (`[5m]`) or a subquery (`[1h:1m]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.syntax.ast import DurationNode, Expr, MatrixSelector, Subquery, VectorSelector
from ledgerscope.promql.syntax.parse_durations import STARTS, parse_window, split
from ledgerscope.promql.syntax.tokens import Kind

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.cursor import Cursor


def parse_brackets(cursor: Cursor, expr: Expr) -> Expr:
    """The range selector or subquery over `expr`; the cursor stands on the opening bracket."""
    opening, height = cursor.advance().start, cursor.height
    outer = cursor.enter("subquery or range selector", "number, duration, step(), or range()")
    window = parse_window(cursor)
    subquery = cursor.accept(Kind.COLON)
    step = _step(cursor) if subquery else None
    cursor.expect(Kind.RIGHT_BRACKET, *(_AFTER_STEP if subquery else _AFTER_RANGE))
    cursor.context = outer
    cursor.height = height
    if subquery:
        cursor.grow(height)
        return _subquery(expr, window, step, cursor.end)
    return _range(cursor, expr, window, Span(opening, cursor.end))


_AFTER_STEP = ("subquery selector", '"]"')
_AFTER_RANGE = ("subquery or range", '":" or "]"')


def _step(cursor: Cursor) -> DurationNode | None:
    if cursor.kind in STARTS:
        return parse_window(cursor)
    if not cursor.at(Kind.RIGHT_BRACKET):
        cursor.unexpected("subquery selector", 'number, duration, step(), range(), or "]"')
    return None


def _subquery(expr: Expr, window: DurationNode, step: DurationNode | None, end: int) -> Subquery:
    range_ms, range_expr = split(window)
    step_ms, step_expr = split(step)
    return Subquery(
        expr,
        range_ms,
        step_ms or None,
        range_expr=range_expr,
        step_expr=step_expr,
        span=Span(expr.span.start, end),
    )


def _range(cursor: Cursor, expr: Expr, window: DurationNode, brackets: Span) -> MatrixSelector:
    if not isinstance(expr, VectorSelector):
        cursor.fail("ranges only allowed for vector selectors", brackets)
    if expr.offset_ms or expr.offset_expr is not None:
        cursor.fail("no offset modifiers allowed before range", brackets)
    if expr.at is not None:
        cursor.fail("no @ modifiers allowed before range", brackets)
    range_ms, range_expr = split(window)
    return MatrixSelector(expr, range_ms, range_expr, Span(expr.span.start, brackets.end))
