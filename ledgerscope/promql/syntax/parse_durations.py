"""Durations of the grammar: plain numbers and durations, and arithmetic on them (experimental).

Inside brackets the whole arithmetic is allowed. After `offset` an unparenthesised operator ends the
duration: `x offset 1m + 2` adds two to the value of x.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.syntax.ast import DurationExpr, DurationNode, NumberLiteral
from ledgerscope.promql.syntax.operators import DurationOp
from ledgerscope.promql.syntax.tokens import Kind, Token
from ledgerscope.promql.text.durations import DurationError, parse_duration
from ledgerscope.promql.text.numbers import NumberError, parse_number

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.cursor import Cursor

_EXPECTED = "number, duration, step(), or range()"
_IN_BRACKETS = "subquery or range selector"
_IN_OFFSET = "offset"

_LONGEST_S = (2**63 - 1) / 1e9
_POWER = 3
_BINARY = {
    Kind.ADD: (DurationOp.ADD, 1),
    Kind.SUB: (DurationOp.SUB, 1),
    Kind.MUL: (DurationOp.MUL, 2),
    Kind.DIV: (DurationOp.DIV, 2),
    Kind.MOD: (DurationOp.MOD, 2),
    Kind.POW: (DurationOp.POW, _POWER),
}
_SIGNS = {Kind.ADD: DurationOp.ADD, Kind.SUB: DurationOp.SUB}
_CALLS = {Kind.STEP: DurationOp.STEP, Kind.RANGE: DurationOp.RANGE}
_EXTREMA = {Kind.MIN_OF: DurationOp.MIN_OF, Kind.MAX_OF: DurationOp.MAX_OF}
_ZERO_ERRORS = {DurationOp.DIV: "division by zero", DurationOp.MOD: "modulo by zero"}

STARTS = frozenset({Kind.NUMBER, Kind.DURATION, Kind.LEFT_PAREN, *_SIGNS, *_CALLS, *_EXTREMA})
"""The tokens a duration can begin with."""


def parse_number_literal(cursor: Cursor) -> NumberLiteral:
    """A number of an expression; since Prometheus 3 a duration is one, too."""
    if cursor.at(Kind.DURATION):
        cursor.need_version("3.0", "durations as numbers", cursor.token.span)
    return parse_literal(cursor)


def parse_literal(cursor: Cursor) -> NumberLiteral:
    """A NUMBER or DURATION token; the value of a duration is in seconds."""
    token = cursor.advance()
    if "_" in token.text:
        cursor.need_version("3.0", "underscores in numbers", token.span)
    try:
        if token.kind is Kind.DURATION:
            return NumberLiteral(parse_duration(token.text) / 1000, duration=True, span=token.span)
        return NumberLiteral(parse_number(token.text), span=token.span)
    except DurationError as error:
        cursor.fail(str(error), token.span)
    except NumberError as error:
        cursor.fail(f"error parsing number: {error}", token.span)


def parse_window(cursor: Cursor) -> DurationNode:
    """A range or step inside brackets; a plain one must be longer than nothing."""
    if cursor.kind not in STARTS:
        cursor.unexpected(_IN_BRACKETS, _EXPECTED)
    node = _Durations(cursor, _IN_BRACKETS).binary(1)
    if isinstance(node, NumberLiteral) and not node.value > 0:
        cursor.fail("duration must be greater than 0", node.span)
    return _plain_in_2(cursor, node)


def parse_offset(cursor: Cursor) -> DurationNode:
    """What follows `offset`: a signed operand, without operators unless in parentheses."""
    if cursor.kind not in STARTS:
        cursor.unexpected(_IN_OFFSET, _EXPECTED)
    node = _plain_in_2(cursor, _Durations(cursor, _IN_OFFSET, tight=True).operand())
    if cursor.dialect.generation == "2" and isinstance(node, NumberLiteral) and node.value == 0:
        cursor.fail("duration must be greater than 0", node.span)
    return node


def _plain_in_2(cursor: Cursor, node: DurationNode) -> DurationNode:
    """Prometheus 2 takes a duration with units only."""
    if isinstance(node, DurationExpr):
        cursor.need_version("3.4", "arithmetic on durations", node.span)
    elif not node.duration:
        cursor.need_version("3.0", "durations without a unit", node.span)
    return node


def split(node: DurationNode | None) -> tuple[int, DurationExpr | None]:
    """Milliseconds of a plain duration (0 for none), or the expression that gives them."""
    if isinstance(node, DurationExpr):
        return 0, node
    return (0 if node is None else milliseconds(node.value)), None


def milliseconds(seconds: float) -> int:
    """Whole milliseconds, halves away from zero as Go rounds."""
    return math.floor(seconds * 1000 + 0.5) if seconds >= 0 else -math.floor(-seconds * 1000 + 0.5)


class _Durations:
    """The duration grammar in one place of use; `context` is how errors call that place.

    `tight` lets a sign bind one operand only, as directly after `offset`; elsewhere `-2^2` is -(2^2), as
    in expressions.
    """

    __slots__ = ("_context", "_cursor", "_tight")

    def __init__(self, cursor: Cursor, context: str, *, tight: bool = False) -> None:
        self._cursor = cursor
        self._context = context
        self._tight = tight

    def _inside(self) -> _Durations:
        """The grammar within parentheses, where operators are allowed again."""
        return _Durations(self._cursor, self._context) if self._tight else self

    def binary(self, lowest: int) -> DurationNode:
        cursor = self._cursor
        lhs = self.operand()
        while (entry := _BINARY.get(cursor.kind)) is not None and entry[1] >= lowest:
            op, precedence = entry
            token, height = cursor.advance(), cursor.height
            rhs = self.binary(precedence if precedence == _POWER else precedence + 1)
            self._refuse_zero(op, rhs, token)
            cursor.grow(height, cursor.height)
            lhs = DurationExpr(op, lhs, rhs, span=Span(lhs.span.start, rhs.span.end))
        return lhs

    def operand(self) -> DurationNode:
        cursor = self._cursor
        cursor.descend()
        node = self._signed() if cursor.kind in _SIGNS else self._primary()
        cursor.depth -= 1
        return node

    def _signed(self) -> DurationNode:
        token = self._cursor.advance()
        inner = self._primary() if self._tight else self.binary(_POWER)
        span = Span(token.start, inner.span.end)
        if isinstance(inner, NumberLiteral):
            value = -inner.value if token.kind is Kind.SUB else inner.value
            return replace(inner, value=value, span=span)
        if token.kind is Kind.ADD:
            return inner
        self._cursor.grow(self._cursor.height)
        return DurationExpr(DurationOp.SUB, None, inner, span=span)

    def _primary(self) -> DurationNode:
        cursor = self._cursor
        if cursor.kind in (Kind.NUMBER, Kind.DURATION):
            return self._literal()
        if cursor.at(Kind.LEFT_PAREN):
            return self._parenthesised()
        if cursor.kind in _CALLS:
            return self._call(cursor.advance())
        if cursor.kind not in _EXTREMA:
            cursor.unexpected(self._context, _EXPECTED)
        return self._extremum(cursor.advance())

    def _literal(self) -> NumberLiteral:
        node = parse_literal(self._cursor)
        if not -_LONGEST_S <= node.value <= _LONGEST_S:
            self._cursor.fail("duration out of range", node.span)
        self._cursor.height = 1
        return node

    def _parenthesised(self) -> DurationNode:
        self._cursor.need_version("3.4", "durations in parentheses", self._cursor.token.span)
        start = self._cursor.advance().start
        inner = self._inside().binary(1)
        self._expect(Kind.RIGHT_PAREN)
        # A literal in parentheses stays a literal, and is printed without them.
        return replace(inner, wrapped=True) if isinstance(inner, DurationExpr) else self._at(inner, start)

    def _at(self, node: NumberLiteral, start: int) -> NumberLiteral:
        return replace(node, span=Span(start, self._cursor.end))

    def _call(self, token: Token) -> DurationExpr:
        self._expect(Kind.LEFT_PAREN)
        self._expect(Kind.RIGHT_PAREN)
        self._cursor.height = 1
        return DurationExpr(_CALLS[token.kind], None, None, span=Span(token.start, self._cursor.end))

    def _extremum(self, token: Token) -> DurationExpr:
        cursor = self._cursor
        inside = self._inside()
        self._expect(Kind.LEFT_PAREN)
        lhs, height = inside.binary(1), cursor.height
        self._expect(Kind.COMMA)
        rhs = inside.binary(1)
        self._expect(Kind.RIGHT_PAREN)
        cursor.grow(height, cursor.height)
        return DurationExpr(_EXTREMA[token.kind], lhs, rhs, span=Span(token.start, cursor.end))

    def _expect(self, kind: Kind) -> None:
        self._cursor.expect(kind, self._context, _EXPECTED)

    def _refuse_zero(self, op: DurationOp, rhs: DurationNode, token: Token) -> None:
        message = _ZERO_ERRORS.get(op)
        if message is not None and isinstance(rhs, NumberLiteral) and rhs.value == 0:
            self._cursor.fail(message, token.span)
