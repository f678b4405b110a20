from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.text.quoting import quote, quote_rune, unquote


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('"plain"', "plain"),
        ("'it is \\'quoted\\''", "it is 'quoted'"),
        (r'"\a\b\f\n\r\t\v\\\""', '\a\b\f\n\r\t\v\\"'),
        (r"`raw \n stays`", r"raw \n stays"),
        (r'"\u00e9 \U0001F600 \x41 \101"', "é 😀 A A"),
        (r'"\xc3\xa9"', "é"),  # bytes join into characters
        (r'"a\xffb"', "a\udcffb"),  # a byte that is no character survives as a surrogate escape
    ],
)
def test_a_literal_stands_for_its_text(literal: str, text: str) -> None:
    assert unquote(literal) == text


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain", '"plain"'),
        ('say "hi"', r'"say \"hi\""'),
        ("tab\tline\n", r'"tab\tline\n"'),
        ("\x00\x7f", r'"\x00\x7f"'),
        ("é", '"é"'),
        ("\u200b", r'"\u200b"'),
        ("\U000e0001", r'"\U000e0001"'),
        ("a\udcff", r'"a\xff"'),
    ],
)
def test_a_text_is_quoted_as_go_quotes_it(text: str, literal: str) -> None:
    assert quote(text) == literal


def test_one_character_is_quoted_in_single_quotes() -> None:
    assert (quote_rune("a"), quote_rune("'"), quote_rune("\n")) == ("'a'", "'\\''", "'\\n'")


@given(st.text())
def test_every_text_reads_back_from_its_literal(text: str) -> None:
    assert unquote(quote(text)) == text
