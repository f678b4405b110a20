"""Chains of thousands of operators, as generated rules have them, are read, printed and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.analysis import ANY_LABELS, infer, selectors, uses
from ledgerscope.promql.syntax.ast import Binary, spine, value_type, walk
from ledgerscope.promql.syntax.invariance import is_step_invariant
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import MAX_WIDTH, pretty, to_string
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTH = 5000
CHAINS: dict[str, Callable[[int], str]] = {
    "or": lambda length: " or ".join(f"m{i}" for i in range(length)),
    "and": lambda length: " and ".join(["a"] * length),
    "unless on": lambda length: "a" + " unless on (job) b" * length,
    "vector sum": lambda length: "a" + " + 1" * length,
    "scalar sum": lambda length: "1" + " + 1" * length,
    "product": lambda length: "a" + " * b" * length,
    "comparison": lambda length: "a" + " > 1" * length,
    "bool": lambda length: "a" + " == bool 1" * length,
    "mixed": lambda length: "a" + " * b + c % 2 > 1 and d or e" * (length // 5),
}


@pytest.fixture(params=CHAINS)
def chain(request: pytest.FixtureRequest) -> Callable[[int], str]:
    return CHAINS[request.param]


@pytest.fixture
def text(chain: Callable[[int], str]) -> str:
    return chain(LENGTH)


def test_a_chain_is_printed_as_it_was_written(text: str) -> None:
    assert to_string(parse(text)) == text


def test_a_chain_over_lines_reads_as_the_same_tree(chain: Callable[[int], str]) -> None:
    text = chain(300)
    lines = pretty(parse(text)).splitlines()
    assert max(len(line.strip()) for line in lines) <= MAX_WIDTH < len(text)
    assert parse("\n".join(lines)) == parse(text)


def test_trees_of_chains_are_equal_by_what_they_mean(text: str) -> None:
    tree, other = parse(text), parse(f"{text} ")
    assert tree is not other
    assert tree == other
    assert hash(tree) == hash(other)
    assert tree != parse(f"({text}) + 2 + 3")
    assert tree != parse(f"{text} - 2")
    assert tree != parse(f"-{text}")


def test_a_chain_has_the_type_of_its_operands(text: str) -> None:
    expected = ValueType.SCALAR if text.startswith("1 +") else ValueType.VECTOR
    assert value_type(parse(text)) is expected


def test_what_is_said_of_a_chain_is_said_of_all_of_it(text: str) -> None:
    tree = parse(text)
    assert infer(tree, lambda _: ANY_LABELS).unknown == ()
    assert [each.selector for each in uses(tree)] == list(selectors(tree))
    assert not is_step_invariant(tree) or text.startswith("1 +")


def test_the_operations_of_a_chain_from_the_innermost_on() -> None:
    tree = parse("a * 2 + b or c")
    assert isinstance(tree, Binary)
    assert [to_string(each) for each in spine(tree)] == ["a * 2", "a * 2 + b", "a * 2 + b or c"]


def test_a_fault_far_into_a_chain_is_found_where_it_stands() -> None:
    text = f"{CHAINS['scalar sum'](LENGTH)} > 1"
    with pytest.raises(ParseError, match="comparisons between scalars must use BOOL modifier") as caught:
        parse(text)
    assert caught.value.span.start == text.index(">")


def test_only_the_left_side_may_be_long() -> None:
    with pytest.raises(ParseError, match="nested more than 120 levels deep"):
        parse("a or (" * 200 + "b" + ")" * 200)


def test_a_chain_in_parentheses_is_one_level_deep() -> None:
    inner = " or ".join(["x"] * LENGTH)
    assert sum(1 for _ in walk(parse(f"sum(({inner})) > 1"))) == 2 * LENGTH + 3
