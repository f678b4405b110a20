"""The grammar of expressions: precedence, operands, calls and aggregations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    Matcher,
    NumberLiteral,
    Paren,
    StringLiteral,
    Unary,
    VectorSelector,
    joint_type,
    value_type,
)
from ledgerscope.promql.syntax.dialect import EXPERIMENTAL_FUNCTIONS, FILL_MODIFIERS
from ledgerscope.promql.syntax.operators import AggregateOp, MatchOp, UnaryOp
from ledgerscope.promql.syntax.parse_binary import OPERATORS, POWER, assemble, has_fill, parse_bin_modifier
from ledgerscope.promql.syntax.parse_brackets import parse_brackets
from ledgerscope.promql.syntax.parse_durations import parse_number_literal
from ledgerscope.promql.syntax.parse_labels import METRIC_NAME, parse_grouping, parse_matchers
from ledgerscope.promql.syntax.parse_modifiers import (
    parse_at_modifier,
    parse_extension,
    parse_offset_modifier,
)
from ledgerscope.promql.syntax.signatures import SIGNATURES, Signature
from ledgerscope.promql.syntax.tokens import METRIC_NAMES, Kind, Token
from ledgerscope.promql.text.quoting import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.syntax.cursor import Cursor

# Reading a member off its enum costs a descriptor call in Python 3.11; these are asked for at every operand.
_LEFT_PAREN, _RIGHT_PAREN, _LEFT_BRACE, _COMMA = (
    Kind.LEFT_PAREN,
    Kind.RIGHT_PAREN,
    Kind.LEFT_BRACE,
    Kind.COMMA,
)

LOWEST = 1
"""The loosest precedence, that of a whole expression."""


def parse_expression(cursor: Cursor, lowest: int = LOWEST) -> Expr:
    """Operands and the operators between them, of at least this precedence."""
    cursor.descend()
    lhs = _unary(cursor) if cursor.kind in _SIGNS else _postfix(cursor)
    # Types are followed along a chain: asking each time anew would go down all of it.
    found = value_type(lhs)
    while (entry := OPERATORS.get(cursor.kind)) is not None and entry[1] >= lowest:
        op, precedence = entry
        if op.is_trim:
            cursor.need_version("3", "operators that trim histograms", cursor.token.span)
        height = cursor.height
        cursor.advance()
        modifier = parse_bin_modifier(cursor)
        rhs = parse_expression(cursor, precedence if precedence == POWER else precedence + 1)
        # A chain grows along its left operands, which nothing goes down by recursion.
        cursor.grow(height - isinstance(lhs, Binary), cursor.height)
        types = (found, value_type(rhs))
        lhs, found = assemble(op, lhs, rhs, modifier, types), joint_type(*types)
        if has_fill(modifier.matching):
            cursor.need_version("3", "fill modifiers", lhs.span)
            cursor.need(FILL_MODIFIERS, "binop fill modifiers are experimental and not enabled", lhs.span)
    cursor.depth -= 1
    return lhs


_SIGNS = {Kind.ADD: UnaryOp.PLUS, Kind.SUB: UnaryOp.MINUS}


def _unary(cursor: Cursor) -> Expr:
    token = cursor.advance()
    # A sign binds like multiplication: -2^2 is -(2^2), and -2*3 is (-2)*3.
    expr = parse_expression(cursor, POWER)
    span = Span(token.start, expr.span.end)
    if isinstance(expr, NumberLiteral):
        value = -expr.value if token.kind is Kind.SUB else expr.value
        return NumberLiteral(value, expr.duration, span)
    cursor.grow(cursor.height)
    return Unary(_SIGNS[token.kind], expr, span)


def _postfix(cursor: Cursor) -> Expr:
    expr = _primary(cursor)
    while (modifier := _MODIFIERS.get(cursor.kind)) is not None:
        expr = modifier(cursor, expr)
    return expr


def _primary(cursor: Cursor) -> Expr:
    reader = _PRIMARIES.get(cursor.kind)
    if reader is None:
        cursor.unexpected()
    cursor.height = 1
    return reader(cursor)


def _string(cursor: Cursor) -> StringLiteral:
    token = cursor.advance()
    return StringLiteral(unquote(token.text), token.span)


def _paren(cursor: Cursor) -> Paren:
    start = cursor.advance().start
    expr = parse_expression(cursor)
    cursor.expect(Kind.RIGHT_PAREN)
    cursor.grow(cursor.height)
    return Paren(expr, Span(start, cursor.end))


def parse_braces(cursor: Cursor) -> VectorSelector:
    """A selector without a name in front."""
    start = cursor.token.start
    matchers = parse_matchers(cursor)
    return VectorSelector("", matchers, span=Span(start, cursor.end))


def _word(cursor: Cursor) -> Expr:
    token = cursor.advance()
    if cursor.at(_LEFT_PAREN) and token.kind in _FUNCTION_NAMES:
        return _call(cursor, token)
    return parse_named(cursor, token)


def parse_named(cursor: Cursor, token: Token) -> VectorSelector:
    """A selector whose name was just read, with its braces if there are any."""
    matchers = parse_matchers(cursor) if cursor.at(_LEFT_BRACE) else ()
    name = Matcher(METRIC_NAME, MatchOp.EQUAL, token.text, token.span)
    return VectorSelector(token.text, (*matchers, name), span=Span(token.start, cursor.end))


_FUNCTION_NAMES = frozenset(
    {Kind.IDENTIFIER, Kind.START, Kind.END, Kind.STEP, Kind.RANGE, Kind.MAX_OF, Kind.MIN_OF},
)


def _call(cursor: Cursor, token: Token) -> Call:
    args = _arguments(cursor)
    signature = _signature(cursor, token)
    if signature.experimental:
        cursor.need(EXPERIMENTAL_FUNCTIONS, f"function {quote(token.text)} is not enabled", token.span)
    if token.text == "info" and len(args) > 1 and isinstance(args[1], VectorSelector):
        args = (args[0], replace(args[1], allow_empty=True), *args[2:])
    return Call(token.text, args, Span(token.start, cursor.end))


def _signature(cursor: Cursor, token: Token) -> Signature:
    """The function of that name, if the generation of Prometheus has it."""
    signature = SIGNATURES.get(token.text)
    is_old = cursor.dialect.generation == "2"
    unknown = f"unknown function with name {quote(token.text)}"
    if signature is None:
        cursor.fail(unknown, token.span)
    if signature.renamed and not is_old:
        cursor.fail(f"{unknown}, which Prometheus 3 calls {quote(signature.renamed)}", token.span)
    if signature.since and is_old:
        cursor.fail(f"{unknown}; Prometheus has it since {signature.since}", token.span)
    return signature


def _arguments(cursor: Cursor) -> tuple[Expr, ...]:
    cursor.expect(Kind.LEFT_PAREN)
    args: list[Expr] = []
    height = 0
    while not cursor.at(_RIGHT_PAREN):
        args.append(parse_expression(cursor))
        height = max(height, cursor.height)
        if cursor.at(_COMMA):
            comma = cursor.advance()
            if cursor.kind not in _OPERAND_STARTS:
                cursor.fail("trailing commas not allowed in function call args", comma.span)
        elif not cursor.at(_RIGHT_PAREN):
            cursor.unexpected()
    cursor.advance()
    cursor.grow(height)
    return tuple(args)


_BEFORE_BODY = (Kind.LEFT_PAREN, Kind.BY, Kind.WITHOUT)
_GROUPINGS = (Kind.BY, Kind.WITHOUT)


def _aggregator(cursor: Cursor) -> Expr:
    token = cursor.advance()
    if cursor.kind not in _BEFORE_BODY:
        return parse_named(cursor, token)
    outer = cursor.enter("aggregation")
    grouping, without = _grouping(cursor)
    args = _arguments(cursor)
    if grouping is None:
        grouping, without = _grouping(cursor)
        if cursor.at(Kind.ERROR):
            cursor.unexpected()  # Prometheus, too, must look ahead here before it looks at the arguments
    cursor.context = outer
    span = Span(token.start, cursor.end)
    return _aggregate(
        cursor, AggregateOp(token.text.lower()), args, grouping or (), without=without, span=span
    )


def _grouping(cursor: Cursor) -> tuple[tuple[str, ...] | None, bool]:
    """The labels of `by (...)` or `without (...)`, None where neither stands, and which of them it was."""
    if cursor.kind not in _GROUPINGS:
        return None, False
    without = cursor.advance().kind is Kind.WITHOUT
    return parse_grouping(cursor), without


def _aggregate(
    cursor: Cursor,
    op: AggregateOp,
    args: tuple[Expr, ...],
    grouping: tuple[str, ...],
    *,
    without: bool,
    span: Span,
) -> Aggregate:
    if not args:
        cursor.fail("no arguments for aggregate expression provided", span)
    if op.experimental:
        cursor.need_version("2.54", f"aggregations such as {op.value}()", span)
        cursor.need(EXPERIMENTAL_FUNCTIONS, f"{op.value}() is experimental and not enabled", span)
    wanted = 2 if op.has_param else 1
    if len(args) != wanted:
        cursor.fail(
            "wrong number of arguments for aggregate expression provided,"
            f" expected {wanted}, got {len(args)}",
            span,
        )
    param = args[0] if op.has_param else None
    return Aggregate(op, args[-1], param, grouping, without, span)


_MODIFIERS: dict[Kind, Callable[[Cursor, Expr], Expr]] = {
    Kind.LEFT_BRACKET: parse_brackets,
    Kind.OFFSET: parse_offset_modifier,
    Kind.AT: parse_at_modifier,
    Kind.ANCHORED: parse_extension,
    Kind.SMOOTHED: parse_extension,
}
_PRIMARIES: dict[Kind, Callable[[Cursor], Expr]] = {
    **dict.fromkeys(METRIC_NAMES, _word),
    Kind.AGGREGATOR: _aggregator,
    Kind.NUMBER: parse_number_literal,
    Kind.DURATION: parse_number_literal,
    Kind.STRING: _string,
    Kind.LEFT_PAREN: _paren,
    Kind.LEFT_BRACE: parse_braces,
}
_OPERAND_STARTS = frozenset({*_PRIMARIES, *_SIGNS, Kind.ERROR})
"""What may follow a comma; what cannot be read may have been an operand."""
