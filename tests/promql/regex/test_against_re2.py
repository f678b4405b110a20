"""Generated patterns and texts against RE2 itself: what is a pattern, what matches, what groups hold."""

from __future__ import annotations

import re

import re2  # type: ignore[import-untyped]  # the package has no types
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.regex.translate import Regex, compile_anchored, compile_whole

#: Letters whose cases are more than two or only seem to be pairs, and what classes and anchors look at.
LETTERS = "abkKsSiI\u017f\u212a\u0131\u0130ßẞéÉ\u03c3ςΣµμ\u212bå1_- \n.AB"
#: Pieces of patterns, sound and unsound ones. No scripts, which are refused here.
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
    *("(|a)", "(a|)"),
)  # fmt: skip
#: Of a repeated group that can be empty the engines remember different rounds (see `translate`).
_REPEATED_GROUP = re.compile(r"\)[*+?{]")
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
        grouped("(", ("",)),
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


@settings(max_examples=100)
@given(PATTERNS)
def test_what_re2_refuses_is_refused(pattern: str) -> None:
    assert (compiled(pattern) is None) == (of_re2(pattern) is None)


@settings(max_examples=100)
@given(PATTERNS, TEXTS)
def test_the_same_texts_match_and_groups_hold_the_same(pattern: str, texts: list[str]) -> None:
    ours, theirs = compiled(pattern), of_re2(pattern)
    assume(ours is not None and theirs is not None)
    assert ours is not None  # for the type checker
    assert theirs is not None
    accepts = compile_anchored(pattern)
    for text in texts:
        found, expected = ours.compiled.search(text), theirs.search(text)
        assert (found is None) == (expected is None), text
        assert accepts(text) == (expected is not None), text
        if found is not None and expected is not None and not _REPEATED_GROUP.search(pattern):
            assert [each or "" for each in found.groups()] == [each or "" for each in expected.groups()], text
