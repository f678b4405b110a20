from __future__ import annotations

import pytest

from ledgerscope.promql.syntax.lexer import tokenize
from ledgerscope.promql.syntax.tokens import Kind, describe


def spelled(text: str) -> list[tuple[str, str]]:
    return [(token.kind.name, token.text) for token in tokenize(text)][:-1]


def error_of(text: str) -> tuple[str, int]:
    last = tokenize(text)[-1]
    assert last.kind is Kind.ERROR
    return last.text, last.start


def test_words_keywords_and_recorded_names_are_distinguished() -> None:
    assert spelled("foo SUM a:b by Inf") == [
        ("IDENTIFIER", "foo"),
        ("AGGREGATOR", "SUM"),
        ("METRIC_IDENTIFIER", "a:b"),
        ("BY", "by"),
        ("NUMBER", "Inf"),
    ]


def test_inside_braces_every_word_is_a_label() -> None:
    assert spelled("{by=~'x'}") == [
        ("LEFT_BRACE", "{"),
        ("IDENTIFIER", "by"),
        ("EQL_REGEX", "=~"),
        ("STRING", "'x'"),
        ("RIGHT_BRACE", "}"),
    ]


@pytest.mark.parametrize("number", ["1", "1.", ".5", "1e3", "1E-3", "0x1F", "1_000", "017"])
def test_numbers_in_all_their_forms(number: str) -> None:
    assert spelled(number) == [("NUMBER", number)]


@pytest.mark.parametrize("duration", ["5m", "1h30m", "100ms", "1y2w3d4h5m6s7ms"])
def test_durations_are_one_token(duration: str) -> None:
    assert spelled(duration) == [("DURATION", duration)]


def test_comments_reach_to_the_end_of_the_line() -> None:
    assert spelled("1 # one + 2\n+ 2 # two") == [("NUMBER", "1"), ("ADD", "+"), ("NUMBER", "2")]


def test_tokens_know_where_they_stand() -> None:
    assert [(token.start, token.end) for token in tokenize("a  == b")] == [(0, 1), (3, 5), (6, 7), (7, 7)]


def test_the_trim_operators_are_not_a_comparison_and_a_division() -> None:
    assert [kind for kind, _ in spelled("h </ 1 >/ 2 < 3")][1::2] == ["TRIM_UPPER", "TRIM_LOWER", "LSS"]


@pytest.mark.parametrize(
    ("text", "message", "start"),
    [
        ("2.5.", 'bad number or duration syntax: "2.5."', 0),
        ("100..4", 'bad number or duration syntax: "100.."', 0),
        ("0deadbeef", 'bad number or duration syntax: "0de"', 0),
        ("1 + 5mm", 'bad number or duration syntax: "5mm"', 4),
        ("1e5e6", 'bad number or duration syntax: "1e5e"', 0),
        ("1_e", 'bad number or duration syntax: "1_e"', 0),
        ("5m1y", 'bad number or duration syntax: "5m1"', 0),
        ("0x1.5", 'bad number or duration syntax: "0x1."', 0),
        ("(1", "unclosed left parenthesis", 2),
        ("1)", "unexpected right parenthesis ')'", 2),
        ("1]", "unexpected right bracket ']'", 1),
        ("x[5m", "unclosed left bracket", 4),
        ("x[", "unexpected end of input in duration expression", 2),
        ("x[:1m]", "unexpected colon before duration in duration expression", 3),
        ("x[1m:1m:1m]", "unexpected colon ':'", 7),
        ("x[1m foo]", "unexpected character: 'f', expected ':'", 5),
        ("x[1m [", "unexpected left bracket '['", 5),
        ("x[1m $]", "unexpected character: '$'", 5),
        ("a !", "unexpected character after '!': '\ufffd'", 2),
        ("x[foo]", "unexpected character in duration expression: 'f'", 2),
        ("{a", "unexpected end of input inside braces", 2),
        ("{a{", "unexpected left brace '{'", 2),
        ("{1}", "unexpected character inside braces: '1'", 1),
        ("{a!b}", "unexpected character after '!' inside braces: 'b'", 2),
        ("a !b", "unexpected character after '!': 'b'", 2),
        ("a =~ b", "unexpected character after '=': '~'", 2),
        ("a $ b", "unexpected character: '$'", 2),
        ('"abc', "unterminated quoted string", 0),
        ('"a\nb"', "unterminated quoted string", 0),
        ("`abc", "unterminated raw string", 0),
        (r'"\q"', "unknown escape sequence U+0071 'q'", 0),
        (r'"\xg0"', "illegal character U+0067 'g' in escape sequence", 0),
        (r'"\x0', "escape sequence not terminated", 0),
        (r'"\x0"', "illegal character U+0022 '\"' in escape sequence", 0),
        (r'"\ud800"', "escape sequence is an invalid Unicode code point", 0),
        (r'"\777"', "escape sequence is an invalid Unicode code point", 0),
    ],
)
def test_what_cannot_be_read_ends_the_tokens_with_its_reason(text: str, message: str, start: int) -> None:
    assert error_of(text) == (message, start)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("foo", 'identifier "foo"'),
        ("a:b", 'metric identifier "a:b"'),
        ("12", 'number "12"'),
        ("5m", 'duration "5m"'),
        ("by", "<by>"),
        ("sum", "<aggr:sum>"),
        ("and", "<op:and>"),
        ("+", "<op:+>"),
        (",", '","'),
        ("start", '"start"'),
        ('"a rather long text"', 'string "\\"a rather "...'),
        ("", "end of input"),
    ],
)
def test_a_token_is_named_in_errors_as_prometheus_names_it(text: str, shown: str) -> None:
    assert describe(tokenize(text)[0]) == shown
