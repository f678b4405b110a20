"""Mutations of selectors: other conditions on labels, another window, another offset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.mutation.model import Edit
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.analysis import METRIC_NAME
from ledgerscope.promql.syntax.operators import MatchOp
from ledgerscope.promql.syntax.printer import matcher_text
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.syntax.ast import Expr, Matcher

_OPPOSITE = {
    MatchOp.EQUAL: MatchOp.NOT_EQUAL,
    MatchOp.NOT_EQUAL: MatchOp.EQUAL,
    MatchOp.REGEX: MatchOp.NOT_REGEX,
    MatchOp.NOT_REGEX: MatchOp.REGEX,
}


def matchers(node: Expr, _text: str) -> Iterator[Edit]:
    """A condition on a label dropped, and turned round."""
    if isinstance(node, ast.VectorSelector):
        for matcher in node.matchers:
            if matcher.name != METRIC_NAME:
                opposite = replace(matcher, op=_OPPOSITE[matcher.op])
                shows = f"a series for which {matcher_text(matcher)} does not hold"
                yield _matching(node, matcher, (), shows)
                yield _matching(node, matcher, (opposite,), shows)


def _matching(node: ast.VectorSelector, old: Matcher, new: tuple[Matcher, ...], shows: str) -> Edit:
    kept = tuple(each for old_one in node.matchers for each in (new if old_one is old else (old_one,)))
    after = "".join(map(matcher_text, new))
    return Edit(replace(node, matchers=kept), old.span, matcher_text(old), after, shows)


def windows(node: Expr, text: str) -> Iterator[Edit]:
    """A window twice and half as long."""
    if isinstance(node, ast.MatrixSelector | ast.Subquery) and node.range_expr is None:
        before = format_duration(node.range_ms)
        for range_ms in (node.range_ms * 2, node.range_ms // 2):
            after = format_duration(range_ms)
            if range_ms:
                shows = f"samples that {_longer(before, after, node.range_ms < range_ms)} alone sees"
                yield Edit(replace(node, range_ms=range_ms), _bracket(node, text), before, after, shows)


def _longer(before: str, after: str, grown: bool) -> str:
    return f"the window {after if grown else before}"


def _bracket(node: ast.MatrixSelector | ast.Subquery, text: str) -> Span:
    inner = node.vector if isinstance(node, ast.MatrixSelector) else node.expr
    start = text.find("[", inner.span.end) + 1
    return Span(start, start)


def offsets(node: Expr, text: str) -> Iterator[Edit]:
    """An offset dropped, and twice as long."""
    if isinstance(node, ast.VectorSelector | ast.Subquery) and node.offset_ms and node.offset_expr is None:
        before = format_duration(node.offset_ms)
        start = max(text.find("offset", _selected_end(node)), 0)
        shows = f"values that differ from those {before} before"
        for offset_ms in (0, node.offset_ms * 2):
            after = f"offset {format_duration(offset_ms)}" if offset_ms else ""
            span = Span(start, start + len("offset"))
            yield Edit(replace(node, offset_ms=offset_ms), span, f"offset {before}", after, shows)


def _selected_end(node: ast.VectorSelector | ast.Subquery) -> int:
    """Behind what may itself have the word in it: matchers, or the expression of a subquery."""
    if isinstance(node, ast.Subquery):
        return node.expr.span.end
    return max((matcher.span.end for matcher in node.matchers), default=node.span.start)
