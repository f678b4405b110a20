"""The machine: linear, whatever the pattern, with the groups of RE2; and how it bounds what it remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.regex.machine import Machine
from ledgerscope.promql.regex.syntax import parse
from ledgerscope.promql.regex.translate import compile_anchored, compile_regex, compile_whole

if TYPE_CHECKING:
    from ledgerscope.promql.regex.machine import _State

LENGTH = 50_000
#: Patterns with exponentially many ways or a high power of them, a character of the text, what ends it, and
#: whether the pattern matches such a text.
HOSTILE = [
    ("(a+)+b", "a", "", False),
    ("(a|aa)*c", "a", "", False),
    ("(.*)*x", "a", "", False),
    ("(\\w+\\s?)*$", "a", "!", False),
    (".*.*.*x", "a", "", False),
    (".*a.*a.*a.*x", "a", "", False),
    ("(x+x+)+y", "x", "", False),
    ("(?:a?){1000}a{1000}b", "a", "", False),
    ("(?:a{0,31}){32}b", "a", "", False),
    ("(a|a)*b|a*", "a", "", True),
    ("(a*)*", "a", "", True),
    ("(?:(?:a|b)*a(?:a|b){9})*", "a", "", True),
    ("(.*?,){11}P", ",", "", False),
    ("(?i)(k|K)*\u212ax", "k", "", False),
]


class Counting(Machine):
    """Counts the states that are looked for: one for each step that is not remembered."""

    steps = 0

    def before(self, state: _State, char: str) -> _State:
        self.steps += 1
        return super().before(state, char)


@pytest.mark.parametrize(("pattern", "char", "end", "expected"), HOSTILE)
def test_hostile_patterns_finish(pattern: str, char: str, end: str, expected: bool) -> None:
    text = char * (LENGTH - len(end)) + end
    assert compile_anchored(pattern)(text) is expected
    assert (compile_whole(pattern).replace_first(text, "$1") is not None) is expected
    regex = compile_regex(pattern)
    assert (regex.search(text) is not None) is (expected or pattern.endswith("$"))
    assert regex.replace_all(text, "") == ("" if expected else text)


@pytest.mark.parametrize(("pattern", "char", "end", "expected"), HOSTILE)
def test_a_uniform_text_takes_no_more_steps_than_the_pattern_has_states(
    pattern: str, char: str, end: str, expected: bool
) -> None:
    machine = Counting(parse(pattern, dot_all=True).whole())
    assert machine.matches(char * (LENGTH - len(end)) + end) is expected
    assert machine.steps <= 2100  # the largest program repeats 2,000 times


def test_all_matches_are_found_in_one_reading() -> None:
    """Each `a` may begin a match that ends with the last character: to look there each time is quadratic."""
    machine = Counting(parse("a.*b|a", dot_all=True))
    assert sum(1 for _ in machine.finditer("a" * LENGTH)) == LENGTH
    assert machine.steps <= 5


def test_what_is_remembered_is_bounded_and_forgetting_changes_nothing() -> None:
    """More different steps than are remembered, so that states in use are built again."""
    machine = Counting(parse("(?:.*,)?x(\\d+)", dot_all=True))
    text = "".join(map(chr, range(0x4E00, 0x9000))) + ",x12"
    for _ in range(2):
        found = machine.search(text)
        assert found is not None
        assert found.groups() == ("12",)
    assert 20_000 < machine.steps <= 2 * len(text)
    assert sum(len(state) for state in machine._states.values()) <= 10_000


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        ("(a*)+", "b", ("",)),
        ("(a*)+", "aa", ("aa",)),
        ("(a*)*", "b", ("",)),
        ("(a|ab)(c|bcd)(d*)", "abcd", ("a", "bcd", "")),
        ("(?:(a)|(b))*", "ab", ("a", "b")),
        ("(a+?)(a*)", "aaa", ("a", "aa")),
        ("(?U)(a+)(a*)", "aaa", ("a", "")),
        ("(|a)*", "aa", ("",)),
        ("(|a)+", "aa", ("",)),
        ("(a){0}b", "b", (None,)),
        ("(a)?b", "b", (None,)),
        ("(a|b){2,3}", "abab", ("a",)),
        ("(?:(a)(b)?)+", "aba", ("a", "b")),
        ("\\b(\\w+)$", "ab cd", ("cd",)),
        ("(?m)^(b)$", "a\nb\nc", ("b",)),
    ],
)
def test_groups_hold_what_re2_has_in_them(pattern: str, text: str, groups: tuple[str | None, ...]) -> None:
    found = Machine(parse(pattern, dot_all=False)).search(text)
    assert found is not None
    assert found.groups() == groups
    assert compile_regex(pattern).replace_all(text, "").startswith(text[: found.start()])


def test_an_empty_text_has_places_too() -> None:
    for pattern, expected in (("", True), ("^$", True), ("\\b", False), ("\\B", True), ("a", False)):
        assert (Machine(parse(pattern, dot_all=False)).search("") is not None) is expected
