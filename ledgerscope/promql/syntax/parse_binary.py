"""Infix operators: their precedence, what may stand between operator and right side, the node made of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.ast import Binary, Expr, VectorMatching
from ledgerscope.promql.syntax.operators import BinaryOp, Cardinality
from ledgerscope.promql.syntax.parse_durations import parse_literal
from ledgerscope.promql.syntax.parse_labels import parse_grouping
from ledgerscope.promql.syntax.tokens import Kind
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.cursor import Cursor

POWER = 6
"""The tightest precedence, and the only right-associative one."""

OPERATORS: dict[Kind, tuple[BinaryOp, int]] = {
    Kind.LOR: (BinaryOp.OR, 1),
    Kind.LAND: (BinaryOp.AND, 2),
    Kind.LUNLESS: (BinaryOp.UNLESS, 2),
    Kind.EQLC: (BinaryOp.EQ, 3),
    Kind.NEQ: (BinaryOp.NE, 3),
    Kind.GTR: (BinaryOp.GT, 3),
    Kind.LSS: (BinaryOp.LT, 3),
    Kind.GTE: (BinaryOp.GE, 3),
    Kind.LTE: (BinaryOp.LE, 3),
    Kind.TRIM_UPPER: (BinaryOp.TRIM_UPPER, 3),
    Kind.TRIM_LOWER: (BinaryOp.TRIM_LOWER, 3),
    Kind.ADD: (BinaryOp.ADD, 4),
    Kind.SUB: (BinaryOp.SUB, 4),
    Kind.MUL: (BinaryOp.MUL, 5),
    Kind.DIV: (BinaryOp.DIV, 5),
    Kind.MOD: (BinaryOp.MOD, 5),
    Kind.ATAN2: (BinaryOp.ATAN2, 5),
    Kind.POW: (BinaryOp.POW, POWER),
}
"""Operators by token, with their precedence (higher binds tighter)."""

_ONE_TO_ONE = VectorMatching(Cardinality.ONE_TO_ONE)
_MANY_TO_MANY = VectorMatching(Cardinality.MANY_TO_MANY)
_GROUPS = {Kind.GROUP_LEFT: Cardinality.MANY_TO_ONE, Kind.GROUP_RIGHT: Cardinality.ONE_TO_MANY}
_FILLS = (Kind.FILL, Kind.FILL_LEFT, Kind.FILL_RIGHT)
_OTHER_SIDE = {Kind.FILL_LEFT: Kind.FILL_RIGHT, Kind.FILL_RIGHT: Kind.FILL_LEFT}
_FIELDS = {Kind.FILL_LEFT: "fill_lhs", Kind.FILL_RIGHT: "fill_rhs"}


@dataclass(frozen=True, slots=True)
class BinModifier:
    """What stood between an operator and its right side."""

    return_bool: bool = False
    matching: VectorMatching = _ONE_TO_ONE


_NONE = BinModifier()
_STARTS = frozenset({Kind.BOOL, Kind.ON, Kind.IGNORING, *_FILLS})


def parse_bin_modifier(cursor: Cursor) -> BinModifier:
    """`bool`, `on`/`ignoring` with `group_left`/`group_right`, and fill values, each if there."""
    if cursor.kind not in _STARTS:
        return _NONE
    return_bool = cursor.accept(Kind.BOOL)
    return BinModifier(return_bool, _filled(cursor, _matching(cursor)))


def _matching(cursor: Cursor) -> VectorMatching:
    if not (cursor.at(Kind.ON) or cursor.at(Kind.IGNORING)):
        return _ONE_TO_ONE
    on = cursor.advance().kind is Kind.ON
    labels = parse_grouping(cursor)
    cardinality = _GROUPS.get(cursor.kind)
    if cardinality is None:
        return VectorMatching(Cardinality.ONE_TO_ONE, labels, on)
    cursor.advance()
    include = parse_grouping(cursor) if cursor.at(Kind.LEFT_PAREN) else ()
    return VectorMatching(cardinality, labels, on, include)


def _filled(cursor: Cursor, matching: VectorMatching) -> VectorMatching:
    kind = cursor.kind
    # The words are metric names too: only a parenthesis makes them modifiers.
    if kind not in _FILLS or cursor.peek() is not Kind.LEFT_PAREN:
        return matching
    value = _fill_value(cursor)
    if kind is Kind.FILL:
        return replace(matching, fill_lhs=value, fill_rhs=value)
    values = {_FIELDS[kind]: value}
    other = _OTHER_SIDE[kind]
    if cursor.at(other) and cursor.peek() is Kind.LEFT_PAREN:
        values[_FIELDS[other]] = _fill_value(cursor)
    return replace(matching, fill_lhs=values.get("fill_lhs"), fill_rhs=values.get("fill_rhs"))


def _fill_value(cursor: Cursor) -> float:
    cursor.advance()
    cursor.expect(Kind.LEFT_PAREN)
    negative = cursor.at(Kind.SUB)
    if cursor.kind in (Kind.ADD, Kind.SUB):
        cursor.advance()
    if cursor.kind not in (Kind.NUMBER, Kind.DURATION):
        cursor.unexpected()
    value = parse_literal(cursor).value
    cursor.expect(Kind.RIGHT_PAREN)
    return -value if negative else value


def assemble(
    op: BinaryOp, lhs: Expr, rhs: Expr, modifier: BinModifier, types: tuple[ValueType, ValueType]
) -> Binary:
    """The node of a binary operation; a matching that is not allowed stays, for the checks to refuse.

    types: those of the operands.
    """
    span = Span(lhs.span.start, rhs.span.end)
    matching: VectorMatching | None = modifier.matching
    if types != (ValueType.VECTOR, ValueType.VECTOR):
        if not (modifier.matching.labels or has_fill(modifier.matching)):
            matching = None
    elif op.is_set and modifier.matching.cardinality is Cardinality.ONE_TO_ONE:
        matching = _many_to_many(modifier.matching)
    return Binary(op, lhs, rhs, modifier.return_bool, matching, span)


def has_fill(matching: VectorMatching) -> bool:
    """Whether a value stands in for missing partners."""
    return matching.fill_lhs is not None or matching.fill_rhs is not None


def _many_to_many(matching: VectorMatching) -> VectorMatching:
    if matching is _ONE_TO_ONE:
        return _MANY_TO_MANY
    return replace(matching, cardinality=Cardinality.MANY_TO_MANY)
