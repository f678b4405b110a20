"""Mutations of the labels that series are grouped, matched and joined by."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.mutation.model import Edit
from ledgerscope.promql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.syntax.ast import Expr


def labels(node: Expr, text: str) -> Iterator[Edit]:
    """One label less in `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`."""
    if isinstance(node, ast.Aggregate):
        word = "without" if node.without else "by"
        outside = _outside(node.span, node.expr.span)
        for label, kept in _one_less(node.grouping):
            yield _edit(replace(node, grouping=kept), word, label, outside, text)
    elif isinstance(node, ast.Binary) and node.matching is not None:
        matching, between = node.matching, [Span(node.lhs.span.end, node.rhs.span.start)]
        for label, kept in _one_less(matching.labels):
            changed = replace(node, matching=replace(matching, labels=kept))
            yield _edit(changed, "on" if matching.on else "ignoring", label, between, text)
        for label, kept in _one_less(matching.include):
            changed = replace(node, matching=replace(matching, include=kept))
            yield _edit(changed, "group_left|group_right", label, between, text)


def _one_less(names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for index, name in enumerate(names):
        yield name, (*names[:index], *names[index + 1 :])


def _outside(whole: Span, inner: Span) -> list[Span]:
    """The text of an aggregation before and behind what it aggregates."""
    return [Span(whole.start, inner.start), Span(inner.end, whole.end)]


def _edit(node: Expr, word: str, label: str, around: list[Span], text: str) -> Edit:
    span = next(filter(None, (_found(word, label, each, text) for each in around)), around[0])
    shown = word.partition("|")[0]
    return Edit(node, span, f"{shown} {label}", "", f"two series that differ in {label} alone")


def _found(word: str, label: str, within: Span, text: str) -> Span | None:
    """The place of a label in the list behind a word."""
    pattern = re.compile(rf"\b(?:{word})\s*\([^)]*?(?<![\w])({re.escape(label)})(?![\w])", re.IGNORECASE)
    match = pattern.search(text, within.start, within.end)
    return None if match is None else Span(*match.span(1))
