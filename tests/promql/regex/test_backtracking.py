"""Which patterns Python's `re` is trusted with, and for texts of which lengths."""

from __future__ import annotations

import pytest

from ledgerscope.promql.regex.backtracking import UNLIMITED, compiled, ways
from ledgerscope.promql.regex.syntax import parse


def longest(pattern: str, *, search: bool = False) -> int:
    return ways(parse(pattern, dot_all=True)).longest(search=search)


@pytest.mark.parametrize(
    "pattern",
    [
        *("a|b|c", "foo.*", ".+", "5..", "(?i)foo.*", "[^/]+/x", "prod-(eu|us)-[0-9]{1,3}", "(a|b)+"),
        *("(?:foo|bar)*", "(?:[a-z]{3}-){5}", "(foo)?bar", "node[0-9]+:9100", "\\d{4}-\\d\\d-\\d\\d", ""),
    ],
)
def test_most_patterns_are_left_to_re_for_every_text(pattern: str) -> None:
    assert longest(pattern) >= UNLIMITED


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        ("[a-z]+-[0-9]+", 2000),
        ("(.*):(.*)", 2000),
        ("https?://([^/]+).*", 1414),
        (".*foo.*bar.*", 158),
        (".*.*.*.*x", 44),
        ("(?:a*,){3}", 158),
    ],
)
def test_powers_are_left_to_re_for_texts_as_long_as_labels_are(pattern: str, length: int) -> None:
    assert longest(pattern) == length


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+b", "(a|aa)*c", "(.*)*x", "(\\w+\\s?)*$", "(x+x+)+y", "(?:a?){30}a{30}", "(a|a)*", "(|a)*"),
        *("(?:a|b|ab)+", "([a-z]+\\.)+com", "(?:(?i:k)|K)*", ".{0,1000}.{0,1000}.{0,1000}x", "(a*){2}"),
        *("(?:a|ab){30}", "(^|a)*", "(" * 130 + ")" * 130),
    ],
)
def test_what_can_explode_is_never_left_to_re(pattern: str) -> None:
    assert longest(pattern) < 0


@pytest.mark.parametrize(
    ("pattern", "length"),
    [
        ("a", 4_000_000),  # from each start
        ("a*b", 2000),
        ("^a*b", 4_000_000),
        ("^(?:a*:b*)$", 2000),
        ("^a|b*", 1414),
        ("(?:^a)?b*", 1414),
        ("(?:^a){2}b*", 4_000_000),
    ],
)
def test_a_search_tries_every_start_unless_it_is_anchored(pattern: str, length: int) -> None:
    assert longest(pattern, search=True) == length


def test_repeated_groups_are_not_left_to_re_where_they_are_asked_for() -> None:
    for pattern, loose in (("(a)*", True), ("(?:(a)|b){2}", True), ("(a)?b", False), ("(?:a)*(b)", False)):
        assert ways(parse(pattern, dot_all=True)).loose is loose


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a.b", "a(?s:.)b"),
        ("(?-s)a.b", "a[^\\U0000000a]b"),
        ("(?:ab)*c{2}d{1,}e{0,1}?", "(?:ab)*c{2,2}d+e??"),
        ("(a|b|)+?", "((?:a|b|))+?"),
        ("^\\b\\B$", r"(?:\A)(?a:\b)(?a:(?!\b))(?:\Z)"),
    ],
)
def test_a_pattern_as_re_reads_it(pattern: str, text: str) -> None:
    printed = compiled(parse(pattern, dot_all=True))
    assert printed is not None
    assert printed.pattern == text
