"""What the generator of cases for promtool reaches: every part of the language that Prometheus 2.42 knows."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.ast import Aggregate, Binary, Call, Subquery, Unary, walk
from ledgerscope.promql.syntax.operators import AggregateOp, AtBound, BinaryOp, Cardinality
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.signatures import SIGNATURES
from tests.promql.promtool_grammar import expression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr

#: What came after Prometheus 2.42, or works there on native histograms only.
LATER = {
    "histogram_avg", "histogram_stddev", "histogram_stdvar", "histogram_fraction", "first_over_time",
    "limitk", "limit_ratio", "</", ">/",
}  # fmt: skip
#: Drawn under its newer name; promtool gets this one.
OLD_NAMES = {"holt_winters"}
FUNCTIONS = {name for name, signature in SIGNATURES.items() if not signature.experimental}
WORDS = (FUNCTIONS | {each.value for each in (*AggregateOp, *BinaryOp)}) - LATER - OLD_NAMES

SHAPES: dict[str, Callable[[Any], bool]] = {
    "offset": lambda node: getattr(node, "offset_ms", 0) > 0,
    "negative offset": lambda node: getattr(node, "offset_ms", 0) < 0,
    "@ number": lambda node: isinstance(getattr(node, "at", None), int),
    "@ start()": lambda node: getattr(node, "at", None) is AtBound.START,
    "@ end()": lambda node: getattr(node, "at", None) is AtBound.END,
    "subquery with its own step": lambda node: isinstance(node, Subquery) and node.step_ms is not None,
    "subquery with the default step": lambda node: isinstance(node, Subquery) and node.step_ms is None,
    "subquery in a subquery": lambda node: isinstance(node, Subquery) and _count(node, Subquery) > 1,
    "subquery moved": lambda node: isinstance(node, Subquery) and bool(node.offset_ms or node.at),
    "sign": lambda node: isinstance(node, Unary),
    "by": lambda node: isinstance(node, Aggregate) and bool(node.grouping) and not node.without,
    "without": lambda node: isinstance(node, Aggregate) and node.without,
    "bool": lambda node: isinstance(node, Binary) and node.return_bool,
    "on": lambda node: _matching(node, lambda each: each.on),
    "ignoring": lambda node: _matching(node, lambda each: not each.on and each.labels),
    "group_left": lambda node: _matching(node, lambda each: each.cardinality is Cardinality.MANY_TO_ONE),
    "group_right": lambda node: _matching(node, lambda each: each.cardinality is Cardinality.ONE_TO_MANY),
    "labels taken over": lambda node: _matching(node, lambda each: each.include),
    "sets with on()": lambda node: _matching(
        node, lambda each: each.cardinality is Cardinality.MANY_TO_MANY and each.on and not each.labels
    ),
}


def _count(node: Expr, kind: type) -> int:
    return sum(isinstance(each, kind) for each in walk(node))


def _matching(node: Any, has: Callable[[Any], object]) -> bool:
    return isinstance(node, Binary) and node.matching is not None and bool(has(node.matching))


def features(text: str) -> Iterator[str]:
    try:
        nodes = list(walk(parse(text)))
    except ParseError:
        yield "refused"
        return
    for node in nodes:
        if isinstance(node, Call):
            yield node.func
        if isinstance(node, Aggregate | Binary):
            yield node.op.value
        yield from (name for name, holds in SHAPES.items() if holds(node))


def test_every_function_operator_and_modifier_is_drawn_many_times() -> None:
    random = Random(1)
    seen = Counter(feature for _ in range(5_000) for feature in set(features(expression(random))))
    assert {name for name in (*WORDS, *SHAPES) if seen[name] < 10} == set()


def test_most_expressions_are_sound_and_some_are_refused() -> None:
    random = Random(2)
    refused = sum("refused" in features(expression(random)) for _ in range(2_000))
    assert 10 < refused < 300
