"""Generated patterns and texts against RE2 itself: what is a pattern, what matches, what groups hold.

Every pattern also runs on the machine alone, whether or not Python's `re` would have been trusted with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import re2  # type: ignore[import-untyped]  # the package has no types
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.regex.machine import Machine
from ledgerscope.promql.regex.syntax import parse
from ledgerscope.promql.regex.translate import Regex, compile_anchored, compile_regex, compile_whole
from ledgerscope.promql.regex.unicode_classes import TABLES
from tests.thoroughness import tries

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from ledgerscope.promql.regex.translate import Match

#: Letters whose cases are more than two or only seem to be pairs, and what classes and anchors look at.
LETTERS = "abkKsSiI\u017f\u212a\u0131\u0130ßẞéÉ\u03c3ςΣµμ\u212bå1_- \n.AB"
#: Pieces of patterns, sound and unsound ones.
ATOMS = (
    *("a", "b", "k", "K", "s", "I", "\u017f", "\u212a", "\u0131", "ß", "é", "ς", "µ", "\u212b"),
    *("1", "_", "-", ".", "\\n", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\pL", "\\p{Lu}"),
    *("\\P{Lu}", "\\p{^Lu}", "\\pN", "[a-c]", "[^a]", "[^k]", "[k-s]", "[^\\W]", "[\\W]", "[^\\d]"),
    *("[\\p{Lu}]", "[^\\p{Lu}]", "[a-]", "[--a]", "[[:alpha:]]", "[[:^alpha:]]", "[[:word:]]"),
    *("[[:^word:]]", "[[:upper:]]", "[[:foo:]]", "[b-a]", "[]", "[^]", "[a", "[\\Qa\\E]"),
    *("[a-\\d]", "^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\1", "\\8", "\\.", "\\x41"),
    *("\\x{212a}", "\\x{110000}", "\\07", "\\Qa.b\\E", "\\Qk\\E", "\\Q", "\\E", "\\-", "\\_"),
    *("\\é", "a{2}", "a{,2}", "a{2,", "{", "}", "a{1001}", "(?:a{100}){11}", "**", "a**", "a*?"),
    *("a+?", "a???", "(?=a)", "(?i)", "(?-i)", "(?s)", "(?m)", "(?U)", "(?i-s:k)", "(?)", "()"),
    *("(|a)", "(a|)", "(a+)+", "(a|ab)*", "(.*)*", "(a*)*?", "(?:(a)|b)*", "(\\w+\\s?)*", "a(?i)*", "a{0}"),
    *("\\p{Greek}", "\\P{Latin}", "\\p{^Greek}", "[\\p{Latin}_]", "\\p{greek}", "\\p{Nope}", "\\pC"),
)  # fmt: skip
_QUIET = re2.Options()
_QUIET.log_errors = False


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def grouped(opening: str, repeats: tuple[str, ...]) -> st.SearchStrategy[str]:
        return st.builds("{}{})".format, st.just(opening), inner).flatmap(
            lambda group: st.sampled_from(repeats).map(group.__add__)
        )

    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("{}|{}".format, inner, inner),
        grouped("(", ("", "", "", "*", "+", "?", "{2}", "{1,3}", "*?", "+?", "??", "{0,2}?", "{2,}")),
        grouped("(?i:", ("",)),
        grouped("(?:", ("*", "+", "?", "{2}", "{1,3}", "*?", "+?", "{0,2}?")),
    )


PATTERNS = st.recursive(st.sampled_from(ATOMS), _larger, max_leaves=6)
TEXTS = st.lists(st.text(LETTERS, max_size=4), min_size=8, max_size=8)


def compiled(pattern: str) -> Regex | None:
    try:
        return compile_whole(pattern)
    except RegexError:
        return None


def of_re2(pattern: str) -> re.Pattern[str] | None:
    try:
        known: re.Pattern[str] = re2.compile(f"^(?s:{pattern})$", _QUIET)  # of the same shape
    except re2.error:
        return None
    return known


def searched_by_re2(pattern: str) -> re.Pattern[str] | None:
    try:
        known: re.Pattern[str] = re2.compile(pattern, _QUIET)
    except re2.error:
        return None
    return known


def shown(match: Match | None) -> tuple[int, int, list[str]] | None:
    """A match's place and groups; one that took no part counts as empty, as it does in templates."""
    if match is None:
        return None
    return match.start(), match.end(), [each or "" for each in match.groups()]


def matches_in_go(theirs: re.Pattern[str], text: str) -> Iterator[Match]:
    """All matches, counted as `Regexp.ReplaceAllString` does it."""
    position, last = 0, -1
    while position <= len(text) and (match := theirs.search(text, position)) is not None:
        if match.end() > last or match.start() == 0:
            yield match
        last = match.end()
        position = max(last, position + 1)


def comparable(pattern: str, text: str) -> bool:
    """The C++ of RE2 works on bytes, so that `\\B` holds inside of a character; in Go it does not."""
    return "\\B" not in pattern or text.isascii()


@settings(max_examples=tries(100, thorough=2_000))
@given(PATTERNS)
def test_what_re2_refuses_is_refused(pattern: str) -> None:
    assert (compiled(pattern) is None) == (of_re2(pattern) is None)


@settings(max_examples=tries(100, thorough=2_000))
@given(PATTERNS, TEXTS)
def test_the_same_texts_match_and_groups_hold_the_same(pattern: str, texts: list[str]) -> None:
    ours, theirs = compiled(pattern), of_re2(pattern)
    assume(ours is not None and theirs is not None)
    assert ours is not None  # for the type checker
    assert theirs is not None
    accepts = compile_anchored(pattern)
    machine = Machine(parse(f"^(?s:{pattern})$", dot_all=False))
    for text in texts:
        expected = shown(theirs.search(text))
        assert accepts(text) == machine.matches(text) == (expected is not None), text
        assert shown(ours.search(text)) == expected, text
        assert shown(machine.search(text)) == expected, text


@settings(max_examples=tries(100, thorough=2_000))
@given(PATTERNS, TEXTS)
def test_the_same_matches_are_found_anywhere(pattern: str, texts: list[str]) -> None:
    theirs = searched_by_re2(pattern)
    assume(theirs is not None)
    assert theirs is not None  # for the type checker
    ours, machine = compile_regex(pattern), Machine(parse(pattern, dot_all=False))
    for text in filter(lambda each: comparable(pattern, each), texts):
        expected = shown(theirs.search(text))
        assert shown(ours.search(text)) == shown(machine.search(text)) == expected, text
        every = [shown(each) for each in matches_in_go(theirs, text)]
        assert [shown(each) for each in ours.finditer(text)] == every, text
        assert [shown(each) for each in machine.finditer(text)] == every, text


@settings(max_examples=tries(30, thorough=500))
@given(
    PATTERNS,
    st.text("ab1 \nkς", min_size=1, max_size=5),
    st.integers(100, 1_000),
    st.text(LETTERS, max_size=2),
)
def test_long_texts_match_alike(pattern: str, round_: str, count: int, end: str) -> None:
    theirs, text = searched_by_re2(pattern), round_ * count + end
    assume(theirs is not None and comparable(pattern, text))
    assert theirs is not None  # for the type checker
    expected = shown(theirs.search(text))
    assert shown(compile_regex(pattern).search(text)) == expected
    assert shown(Machine(parse(pattern, dot_all=False)).search(text)) == expected


@pytest.mark.parametrize("name", [*sorted(TABLES), *"CLMNPSZ"])
def test_a_class_of_unicode_has_the_same_characters(name: str) -> None:
    """At the ends of its ranges and beside them; all of them would take minutes."""
    edges = {edge + step for table in TABLES.values() for edge in edges_of(table) for step in (-1, 0)}
    text = "".join(
        chr(code) for code in sorted(edges) if 0 <= code <= 0x10FFFF and not 0xD800 <= code < 0xE000
    )
    ours, theirs = compile_regex(f"\\p{{{name}}}"), searched_by_re2(f"\\p{{{name}}}")
    assert theirs is not None
    assert [each[0] for each in ours.finditer(text)] == theirs.findall(text)


def edges_of(table: str) -> Iterator[int]:
    after = 0
    for entry in table.split():
        skipped, _, more = entry.partition(",")
        low = after + int(skipped, 16)
        after = low + int(more or "0", 16) + 1
        yield from (low, after)
