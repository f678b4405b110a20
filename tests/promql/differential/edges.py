"""Expressions at the edge of a grammar: newer than Prometheus 2.42, older than 3, or readable in neither."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.dialect import EVERYTHING, PROMETHEUS_2
from ledgerscope.promql.syntax.parser import parse

if TYPE_CHECKING:
    from collections import Counter
    from random import Random

    from ledgerscope.promql.syntax.dialect import Dialect

LINES = tuple(
    line
    for line in (Path(__file__).parents[1] / "syntax/grammar_of_2.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
#: What stands around the expression, so that it is met at every place of the grammar.
_AROUND = (
    "{}",
    "{}",
    "sum({})",
    "({})",
    "-({})",
    "({}) or g",
    "g and ({})",
    "abs({}) + 1",
    "rate(({})[5m:])",
)
KINDS = ("only 2.42 reads it", "only 3 reads it", "both read it", "neither reads it")


def kind_of(text: str) -> str:
    """Which generation reads the text."""
    in_2, in_3 = _is_read(text, PROMETHEUS_2), _is_read(text, EVERYTHING)
    if in_2 != in_3:
        return KINDS[0] if in_2 else KINDS[1]
    return KINDS[2] if in_2 else KINDS[3]


def edge(random: Random, seen: Counter[str]) -> str:
    """An expression at the edge; each kind is drawn as often as the others."""
    text = random.choice(_AROUND).format(random.choice(_by_kind()[random.choice(KINDS)]))
    seen[f"edge of the grammar: {kind_of(text)}"] += 1
    return text


@cache
def _by_kind() -> dict[str, list[str]]:
    return {kind: [line for line in LINES if kind_of(line) == kind] for kind in KINDS}


def _is_read(text: str, dialect: Dialect) -> bool:
    try:
        parse(text, dialect)
    except ParseError:
        return False
    return True
