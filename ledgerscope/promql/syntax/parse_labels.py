"""Label lists of the grammar: matchers in braces, names in groupings, label sets of series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.errors import RegexError, Span
from ledgerscope.promql.regex.translate import compile_anchored
from ledgerscope.promql.syntax.ast import Matcher
from ledgerscope.promql.syntax.operators import MatchOp
from ledgerscope.promql.syntax.printer import matcher_text
from ledgerscope.promql.syntax.tokens import LABEL_NAMES, Kind, Token
from ledgerscope.promql.text.quoting import quote, unquote

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.cursor import Cursor

METRIC_NAME = "__name__"

_MATCH_OPS = {
    Kind.EQL: MatchOp.EQUAL,
    Kind.NEQ: MatchOp.NOT_EQUAL,
    Kind.EQL_REGEX: MatchOp.REGEX,
    Kind.NEQ_REGEX: MatchOp.NOT_REGEX,
}
_SORTABLE = 2
_REGEXES = (MatchOp.REGEX, MatchOp.NOT_REGEX)


def parse_matchers(cursor: Cursor) -> tuple[Matcher, ...]:
    """The matchers between braces, the braces consumed; sorted as they are printed."""
    cursor.advance()
    matchers: list[Matcher] = []
    while not cursor.at(Kind.RIGHT_BRACE):
        matchers.append(_matcher(cursor))
        if cursor.at(Kind.COMMA):
            cursor.advance()
        elif not cursor.at(Kind.RIGHT_BRACE):
            cursor.unexpected("label matching", '"," or "}"')
    cursor.advance()
    return tuple(matchers if len(matchers) < _SORTABLE else sorted(matchers, key=matcher_text))


def _matcher(cursor: Cursor) -> Matcher:
    if cursor.at(Kind.IDENTIFIER):
        label = cursor.advance()
        if cursor.kind not in _MATCH_OPS:
            cursor.unexpected("label matching", "label matching operator")
        return _comparison(cursor, label, label.text)
    name = cursor.expect(Kind.STRING, "label matching", 'identifier or "}"')
    cursor.need_version("3.0", "names in quotes", name.span)
    text = unquote(name.text)
    if cursor.kind in _MATCH_OPS:
        return _comparison(cursor, name, text)
    return Matcher(METRIC_NAME, MatchOp.EQUAL, text, name.span)


def _comparison(cursor: Cursor, label: Token, name: str) -> Matcher:
    op = _MATCH_OPS[cursor.advance().kind]
    value = cursor.expect(Kind.STRING, "label matching", "string")
    text = unquote(value.text)
    span = Span(label.start, value.end)
    dot_all = cursor.dialect.generation != "2"
    if op in _REGEXES:
        try:
            compile_anchored(text, dot_all=dot_all)
        except RegexError as error:
            cursor.fail(str(error), span)
    return Matcher(name, op, text, span, dot_all)


def parse_grouping(cursor: Cursor) -> tuple[str, ...]:
    """The label names between parentheses, the parentheses consumed."""
    cursor.expect(Kind.LEFT_PAREN, "grouping opts", '"("')
    names: list[str] = []
    while not cursor.at(Kind.RIGHT_PAREN):
        names.append(_grouping_label(cursor))
        if cursor.at(Kind.COMMA):
            cursor.advance()
        elif not cursor.at(Kind.RIGHT_PAREN):
            cursor.unexpected("grouping opts", '"," or ")"')
    cursor.advance()
    return tuple(names)


def _grouping_label(cursor: Cursor) -> str:
    token = cursor.token
    if cursor.kind in LABEL_NAMES:
        cursor.advance()
        return token.text
    if not cursor.at(Kind.STRING):
        cursor.unexpected("grouping opts", "label")
    cursor.need_version("3.0", "names in quotes", token.span)
    name = unquote(token.text)
    if not _is_utf8(name):
        cursor.fail(f"invalid label name for grouping: {quote(name)}", token.span)
    cursor.advance()
    return name


def _is_utf8(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def parse_label_set(cursor: Cursor) -> dict[str, str]:
    """The labels between braces (`{a="b", "name"}`), the braces consumed; empty where there are none."""
    labels: dict[str, str] = {}
    if not cursor.accept(Kind.LEFT_BRACE):
        return labels
    while not cursor.at(Kind.RIGHT_BRACE):
        start = cursor.token.start
        name, value = _label(cursor)
        if name in labels:
            cursor.fail(f"label name {quote(name)} is not unique", Span(start, cursor.end))
        labels[name] = value
        if cursor.at(Kind.COMMA):
            cursor.advance()
        elif not cursor.at(Kind.RIGHT_BRACE):
            cursor.unexpected("label set", '"," or "}"')
    cursor.advance()
    return labels


def _label(cursor: Cursor) -> tuple[str, str]:
    quoted = cursor.at(Kind.STRING)
    if not quoted and not cursor.at(Kind.IDENTIFIER):
        cursor.unexpected("label set", 'identifier or "}"')
    token = cursor.advance()
    if quoted:
        cursor.need_version("3.0", "names in quotes", token.span)
    name = unquote(token.text) if quoted else token.text
    if quoted and cursor.kind in (Kind.COMMA, Kind.RIGHT_BRACE):
        return METRIC_NAME, name
    cursor.expect(Kind.EQL, "label set", '"="')
    value = cursor.expect(Kind.STRING, "label set", "string")
    return name, unquote(value.text)
