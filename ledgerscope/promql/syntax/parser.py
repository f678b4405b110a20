"""PromQL text to a checked tree: a precedence parser over the whole language of Prometheus 3.14.

Whatever the text, the only exception is `ParseError`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import NOWHERE
from ledgerscope.promql.syntax.cursor import Cursor
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.syntax.parse_expression import parse_braces, parse_expression, parse_named
from ledgerscope.promql.syntax.parse_labels import METRIC_NAME, parse_label_set
from ledgerscope.promql.syntax.tokens import METRIC_NAMES, Kind
from ledgerscope.promql.syntax.typecheck import check

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr, VectorSelector

_CACHED = 4096


@lru_cache(maxsize=_CACHED)
def parse(text: str, dialect: Dialect = PROMETHEUS_3) -> Expr:
    """The tree of an expression. Raises ParseError. Results are cached by text.

    dialect: the generation of Prometheus and its feature flags; what is off is refused.
    """
    cursor = Cursor(text, dialect)
    if cursor.at(Kind.EOF):
        cursor.fail("no expression found in input", NOWHERE)
    expr = parse_expression(cursor)
    if not cursor.at(Kind.EOF):
        cursor.unexpected()
    check(expr, text)
    return expr


def parse_selector(text: str) -> VectorSelector:
    """The tree of a bare selector (`name{label="value"}`), which may match everything."""
    cursor = Cursor(text)
    if cursor.at(Kind.LEFT_BRACE):
        selector = parse_braces(cursor)
    elif cursor.kind in METRIC_NAMES:
        selector = parse_named(cursor, cursor.advance())
    else:
        cursor.unexpected()
    if not cursor.at(Kind.EOF):
        cursor.unexpected()
    return selector


def parse_metric(text: str, dialect: Dialect = PROMETHEUS_3) -> dict[str, str]:
    """The labels of a series written as `name{label="value"}`, sorted by name. Cached by text."""
    return dict(_metric(text, dialect))


@lru_cache(maxsize=_CACHED)
def _metric(text: str, dialect: Dialect) -> dict[str, str]:
    cursor = Cursor(text, dialect)
    name = cursor.advance().text if cursor.kind in METRIC_NAMES else ""
    labels = parse_label_set(cursor)
    if not cursor.at(Kind.EOF):
        cursor.unexpected()
    if name:  # Prometheus drops empty labels beside a name only
        labels = {label: value for label, value in labels.items() if value} | {METRIC_NAME: name}
    return dict(sorted(labels.items()))
