"""What may follow a selector or a subquery: `offset`, `@`, `anchored` and `smoothed`.

Nodes are immutable, so each modifier gives back the operand with one field set.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.errors import Span
from ledgerscope.promql.syntax.ast import At, Expr, MatrixSelector, Subquery, VectorSelector
from ledgerscope.promql.syntax.dialect import RANGE_SELECTORS
from ledgerscope.promql.syntax.operators import AtBound
from ledgerscope.promql.syntax.parse_durations import milliseconds, parse_number_literal, parse_offset, split
from ledgerscope.promql.syntax.tokens import Kind

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.cursor import Cursor

_Target: TypeAlias = "VectorSelector | Subquery"

_BOUNDS = {Kind.START: AtBound.START, Kind.END: AtBound.END}
_AT_LIMIT = float(2**63)
_ALLOWED = "must be preceded by an instant vector selector or range vector selector or a subquery"


def parse_offset_modifier(cursor: Cursor, expr: Expr) -> Expr:
    """`expr offset <duration>`; the cursor stands on `offset`."""
    cursor.advance()
    height = cursor.height
    outer = cursor.enter("offset", "number, duration, step(), or range()")
    offset_ms, offset_expr = split(parse_offset(cursor))
    cursor.context = outer
    cursor.height = height
    target = _target(cursor, expr, "offset")
    if target.offset_ms or target.offset_expr is not None:
        cursor.fail("offset may not be set multiple times", expr.span)
    return _rewrap(cursor, expr, replace(target, offset_ms=offset_ms, offset_expr=offset_expr))


def parse_at_modifier(cursor: Cursor, expr: Expr) -> Expr:
    """`expr @ <timestamp>`, `expr @ start()` or `expr @ end()`; the cursor stands on `@`."""
    cursor.advance()
    outer = cursor.enter("@", "timestamp")
    at = _bound(cursor) if cursor.kind in _BOUNDS else _timestamp(cursor, expr)
    cursor.context = outer
    target = _target(cursor, expr, "@")
    if target.at is not None:
        cursor.fail("@ <timestamp> may not be set multiple times", expr.span)
    return _rewrap(cursor, expr, replace(target, at=at))


def _bound(cursor: Cursor) -> AtBound:
    bound = _BOUNDS[cursor.advance().kind]
    cursor.expect(Kind.LEFT_PAREN)
    cursor.expect(Kind.RIGHT_PAREN)
    return bound


def _timestamp(cursor: Cursor, expr: Expr) -> At:
    negative = cursor.at(Kind.SUB)
    if cursor.kind in (Kind.ADD, Kind.SUB):
        cursor.advance()
    if cursor.kind not in (Kind.NUMBER, Kind.DURATION):
        cursor.unexpected()
    seconds = parse_number_literal(cursor).value * (-1 if negative else 1)
    if not math.isfinite(seconds) or abs(seconds) >= _AT_LIMIT:
        cursor.fail(f"timestamp out of bounds for @ modifier: {_fixed(seconds)}", expr.span)
    return milliseconds(seconds)


def _fixed(value: float) -> str:
    if math.isfinite(value):
        return f"{value:f}"
    return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")


def parse_extension(cursor: Cursor, expr: Expr) -> Expr:
    """`expr anchored` or `expr smoothed`; the cursor stands on the word."""
    word = cursor.advance().kind.value
    cursor.need_version("3", f"{word} selectors", expr.span)
    cursor.need(RANGE_SELECTORS, f"{word} modifier is experimental and not enabled", expr.span)
    if isinstance(expr, Subquery):
        cursor.fail(f"{word} modifier is not supported for subqueries", expr.span)
    if not isinstance(expr, (VectorSelector, MatrixSelector)):
        cursor.fail(f"{word} modifier not implemented", expr.span)
    vector = expr.vector if isinstance(expr, MatrixSelector) else expr
    anchored = vector.anchored or word == Kind.ANCHORED.value
    smoothed = vector.smoothed or word == Kind.SMOOTHED.value
    if anchored and smoothed:
        cursor.fail("anchored and smoothed modifiers cannot be used together", expr.span)
    changed = replace(vector, anchored=anchored, smoothed=smoothed)
    return replace(expr, vector=changed) if isinstance(expr, MatrixSelector) else changed


def _target(cursor: Cursor, expr: Expr, modifier: str) -> _Target:
    """The node that carries the modifier: a range selector's is its vector selector."""
    if isinstance(expr, MatrixSelector):
        return expr.vector
    if not isinstance(expr, (VectorSelector, Subquery)):
        cursor.fail(f"{modifier} modifier {_ALLOWED}", expr.span)
    return expr


def _rewrap(cursor: Cursor, expr: Expr, changed: _Target) -> Expr:
    span = Span(expr.span.start, cursor.end)
    if isinstance(expr, MatrixSelector) and isinstance(changed, VectorSelector):
        return replace(expr, vector=changed, span=span)
    return replace(changed, span=span)
