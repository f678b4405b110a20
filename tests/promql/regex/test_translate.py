from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.regex.translate import compile_anchored, compile_regex, compile_whole

#: What RE2 refuses and Python has: possessive repeats, and flags of its own (before 3.11 anywhere).
_PYTHON_ALONE = re.compile(r"[*+]\+|\(\?")


@pytest.mark.parametrize(
    ("pattern", "accepted", "refused"),
    [
        ("", [""], ["a"]),
        ("abc", ["abc"], ["abcd", "xabc", "ABC"]),
        ("a|b|", ["a", "b", ""], ["ab", "c"]),
        (".*", ["", "anything\nat all"], []),
        (".+", ["x", "\n"], [""]),
        ("ab.*", ["ab", "abc\nd"], ["a", "xab"]),
        (".*ab", ["ab", "\nab"], ["abx"]),
        (".*ab.*", ["ab", "xaby"], ["a b"]),
        ("5..", ["500", "5\n0"], ["50", "5000"]),
        ("a.b", ["a\nb"], ["ab"]),
        ("(?-s)a.b", ["axb"], ["a\nb"]),
        ("(?i)abc", ["ABC", "aBc"], ["ab"]),
        ("(?i:a)b", ["Ab"], ["AB"]),
        ("a(?i)b|c", ["aB", "C"], ["AB"]),
        ("^a$", ["a"], ["a\n", "ba"]),
        ("a$", ["a"], ["a\n"]),
        ("(?m)a$\n^b", ["a\nb"], ["ab"]),
        ("a\\z", ["a"], ["a\n"]),
        ("\\d+", ["123"], ["١٢٣", "12a"]),
        ("\\w+", ["a_1"], ["é", "a b"]),
        ("\\s", [" ", "\t", "\n"], ["\v", "\u00a0"]),
        ("\\D\\W\\S", ["a-é"], ["1-a", "aaa"]),
        ("[[:alpha:]]+", ["abc"], ["a1", "é"]),
        ("[[:^alpha:]]", ["1", "é"], ["a"]),
        ("[^a-c]", ["d", "\n"], ["a"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[a\\]-]", ["]", "-"], ["\\"]),
        ("[\\d_]", ["5", "_"], ["a"]),
        ("[^\\D]", ["5"], ["a"]),
        ("[&&~~||-]", ["&", "~", "|", "-"], ["a"]),
        ("\\pL+", ["é", "Ω", "a"], ["1"]),
        ("\\p{Lu}", ["Ω"], ["ω"]),
        ("\\P{L}", ["1"], ["a"]),
        ("\\p{^L}", ["1"], ["a"]),
        ("\\p{Any}", ["1", "\n"], [""]),
        ("\\p{Greek}+", ["Ωμ"], ["a", "1"]),
        ("\\P{Greek}", ["a"], ["Ω"]),
        ("\\p{^Greek}", ["a"], ["Ω"]),
        ("[\\p{Latin}\\p{Han}]+", ["é漢"], ["Ω"]),
        ("(?i)\\p{Greek}", ["µ"], ["a"]),  # the micro sign is a Greek letter but for case
        ("\\pC", ["\x00", "­"], ["͸", "a"]),  # code points without a character are in no class
        ("\\Qa.b\\E+", ["a.b", "a.bb"], ["axb"]),
        ("\\Qa.b", ["a.b"], ["axb"]),  # open to the end
        ("(a\\Q)b\\E)c", ["a)bc"], ["abc"]),
        ("a*\\Q\\E*", ["", "aa"], ["b"]),
        ("a(?i)*", ["", "aa"], ["A"]),
        ("\\x41\\x{42}\\103\\a", ["ABC\a"], ["abc"]),
        ("\\.\\-\\_", [".-_"], ["x-_"]),
        ("a{2}", ["aa"], ["a", "aaa"]),
        ("a{1,}b{,2}", ["aab{,2}"], ["b{,2}"]),
        ("(?P<x>a)(?<y>b)", ["ab"], ["a"]),
        ("\\bfoo\\b.*", ["foo bar"], ["foobar"]),
        ("(a|)*", ["", "aa"], ["b"]),
        ("^*a", ["a"], ["b"]),
        ("(?i)k", ["K", "\u212a"], ["x"]),  # the Kelvin sign
        ("(?i)\u017f", ["s", "S"], ["f"]),
        ("(?i)i", ["I"], ["\u0130", "\u0131"]),  # nor do the two other i of Turkish equal each other
        ("(?i)\u0131", ["\u0131"], ["i", "I"]),
        ("(?i)[h-j]", ["I", "J"], ["\u0130", "\u0131"]),
        ("(?i)[^h-j]", ["\u0130", "\u0131", "k"], ["I", "h"]),
        ("(?i)\\w+", ["a\u017f\u212a"], ["é"]),
        ("(?i)\\W", ["é", "-"], ["k", "S", "\u017f", "\u212a"]),  # folded first, then complemented
        ("(?i)[\\W]", ["é"], ["k"]),
        ("(?i)[^\\W]", ["\u212a"], ["é"]),
        ("(?i)[[:^lower:]]", ["1"], ["k", "K", "\u212a"]),
        ("(?i)\\p{Lu}", ["ω", "Ω"], ["1"]),
        ("(?i)\\P{Lu}", ["1"], ["ω", "Ω"]),
        ("(?i)\u03c3", ["ς", "Σ"], ["s"]),
        ("(?i)ß", ["ẞ"], ["ss"]),
        ("(?i-i:a)", ["a"], ["A"]),
        ("a(?)b", ["ab"], ["a"]),
        ("\\B", [""], ["a"]),
        ("a\\B.", ["ab"], ["a-"]),
        ("é|ü", ["é", "ü"], ["e"]),
    ],
)  # fmt: skip
def test_a_pattern_matches_whole_values(pattern: str, accepted: list[str], refused: list[str]) -> None:
    matches = compile_anchored(pattern)
    assert [value for value in accepted if not matches(value)] == []
    assert [value for value in refused if matches(value)] == []


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("*", "missing argument to repetition operator: `*`"),
        ("a|+", "missing argument to repetition operator: `+`"),
        ("(?i)*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("((a{100}){5}|b){3}", "invalid repeat count: `{3}`"),
        ("(a", "missing closing ): `(a`"),
        ("(?", "missing closing ): `(?`"),
        ("a)", "unexpected ): `a)`"),
        ("[a", "missing closing ]: `[a`"),
        ("x[a-", "missing closing ]: `[a-`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("[[:nope:]]", "invalid character class range: `[:nope:]`"),
        ("\\pX", "invalid character class range: `\\pX`"),
        ("\\p{Grek}", "invalid character class range: `\\p{Grek}`"),
        ("\\P{greek}", "invalid character class range: `\\P{greek}`"),
        ("\\pé", "invalid character class range: `\\pé`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
        ("(?z)", "invalid or unsupported Perl syntax: `(?z`"),
        ("(?<=a)b", "invalid named capture: `(?<=a)b`"),
        ("(?P<n", "invalid named capture: `(?P<n`"),
        ("(?P<a b>x)", "invalid named capture: `(?P<a b>`"),
        ("(a)\\1", "invalid escape sequence: `\\1`"),
        ("\\y", "invalid escape sequence: `\\y`"),
        ("\\x{110000}", "invalid escape sequence: `\\x{`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        ("[a\\", "trailing backslash at end of expression: ``"),
        ("(" * 100, "missing closing ): `" + "(" * 100 + "`"),
        ("(" * 1000, "expression nests too deeply: `" + "(" * 1000 + "`"),
    ],
)
def test_a_bad_pattern_is_refused_in_the_words_of_re2(pattern: str, message: str) -> None:
    with pytest.raises(RegexError) as caught:
        compile_anchored(pattern)
    assert str(caught.value) == f"error parsing regexp: {message}"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(?<x>a)", "invalid or unsupported Perl syntax: `(?<`"),  # came with Go 1.22
        ("\\Qa", "missing closing ): `^(?:\\Qa)$`"),  # the quotation swallows the bracket
        ("(a", "missing closing ): `^(?:(a)$`"),
        ("a)|(b", "unexpected ): `a)|(b`"),
    ],
)
def test_prometheus_2_compiles_a_pattern_between_anchors_before_all(pattern: str, message: str) -> None:
    with pytest.raises(RegexError) as caught:
        compile_anchored(pattern, dot_all=False)
    assert str(caught.value) == f"error parsing regexp: {message}"


def test_groups_named_in_angles_alone_came_with_prometheus_3() -> None:
    assert compile_whole("(?<x>a)b").replace_first("ab", "$x") == "a"
    with pytest.raises(RegexError, match=r"`\(\?<`"):
        compile_whole("(?<x>a)b", dot_all=False)
    with pytest.raises(RegexError, match=r"`\(\?<`"):
        compile_regex("(?<x>a)b", angle_names=False)
    assert compile_whole("(?P<x>a)b", dot_all=False).replace_first("ab", "$x") == "a"


def test_groups_may_nest_as_deep_as_in_go() -> None:
    depth = 999
    pattern = "(" * depth + "a" + ")" * depth
    assert compile_anchored(pattern)("a")
    assert not compile_anchored(pattern)("b")
    assert compile_regex(pattern).replace_all("ab", "<$999>") == "<a>b"


def test_what_is_repeated_no_times_may_be_any_size() -> None:
    assert compile_anchored("((a{1000}){0}b){5}")("bbbbb")


@given(st.lists(st.text("ab", max_size=3), min_size=1), st.text("ab", max_size=4))
def test_an_alternation_of_literals_needs_no_engine_and_means_the_same(words: list[str], value: str) -> None:
    pattern = "|".join(words)
    assert compile_anchored(pattern)(value) == bool(re.fullmatch(pattern, value))


@given(
    st.text("ab.*+?|()", max_size=6).filter(lambda pattern: not _PYTHON_ALONE.search(pattern)),
    st.text("ab", max_size=4),
)
def test_on_the_common_ground_both_engines_agree(pattern: str, value: str) -> None:
    try:
        expected = bool(re.fullmatch(pattern, value))
        matches = compile_anchored(pattern)
    except (re.error, RegexError):
        return
    assert matches(value) == expected


@pytest.mark.parametrize(
    ("template", "expanded"),
    [
        ("$1-$2", "ab-cd"),
        ("${1}x", "abx"),
        ("$1x", ""),  # the longest name counts, and there is no group 1x
        ("$word", "cd"),
        ("${word}", "cd"),
        ("$0", "ab cd"),
        ("$9", ""),
        ("$$1", "$1"),
        ("$", "$"),
        ("a$ b", "a$ b"),
        ("${1", "${1"),
        ("${a-b}", "${a-b}"),
        ("$01", ""),
        ("plain", "plain"),
    ],
)
def test_a_template_takes_groups_as_go_does(template: str, expanded: str) -> None:
    regex = compile_whole("(\\w+) (?P<word>\\w+)")
    assert regex.replace_first("ab cd", template) == expanded


def test_a_group_that_took_no_part_expands_to_nothing() -> None:
    assert compile_whole("(a)|(b)").replace_first("b", "[$1$2]") == "[b]"


def test_only_a_whole_match_is_replaced_as_a_whole() -> None:
    assert compile_whole("a").replace_first("ab", "x") is None


@pytest.mark.parametrize(
    ("pattern", "text", "template", "expected"),
    [
        ("a", "banana", "o", "bonono"),
        ("a(.)", "banana", "$1", "bnna"),
        ("x*", "abc", "-", "-a-b-c-"),
        ("a*", "baac", "-", "-b-c-"),  # no empty match right behind the match of "aa"
        ("^", "ab", "> ", "> ab"),
        (".", "a\nb", "x", "x\nx"),
        ("(?s).", "a\nb", "x", "xxx"),
        ("(|a)", "ba", "-", "-b-a-"),  # nor a match of "a" where the empty one was
        ("(a+)+|b", "aab", "<$1>", "<aa><>"),
        ("(a|ab)(c|bcd)(d*)", "abcd", "$1,$2,$3", "a,bcd,"),
        ("(?:(a)|b)*", "ab", "<$1>", "<a>"),
    ],
)
def test_every_match_is_replaced_as_go_does(pattern: str, text: str, template: str, expected: str) -> None:
    assert compile_regex(pattern).replace_all(text, template) == expected


def test_label_replace_puts_the_anchors_around_the_text_of_a_pattern() -> None:
    regex = compile_whole("a)|(b")
    assert [regex.replace_first(text, "<$1>") for text in ("ax", "xb", "x")] == ["<>", "<b>", None]
    with pytest.raises(RegexError):
        compile_whole("\\Qa")  # the quotation swallows the bracket


def test_groups_may_share_a_name_and_the_first_that_took_part_stands_for_it() -> None:
    regex = compile_whole("(?P<x>a)?(?P<x>b)?")
    assert [regex.replace_first(text, "<${x}$1$2>") for text in ("ab", "b", "")] == ["<aab>", "<bb>", "<>"]
