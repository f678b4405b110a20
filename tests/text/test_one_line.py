"""Texts of others on one line of a terminal."""

from __future__ import annotations

import sys
from unicodedata import bidirectional, category

import pytest

from ledgerscope.text.one_line import on_one_line


@pytest.mark.parametrize(
    "name",
    [
        "Müller & Söhne",
        "क्\u200dष Traders",  # half a letter, which is another one without the joiner
        "\u0645\u06cc\u200c\u062e\u0648",  # two parts of one word, joined without the non-joiner
        "👩\u200d👧 Care",
        "❤\ufe0f Ltd",
        "\u0600\u0661\u0662",
    ],
)
def test_a_name_of_any_script_stays_as_it_is(name: str) -> None:
    assert on_one_line(name) == name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\x1b[31md\x9be", "a b c [31md e"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", "a"),
        ("soft\u00adhyphen\ufeff", "softhyphen"),
        ("wide\u3000space\u00a0and\u2028line", "wide space and line"),
        ("half\ud800", "half "),
    ],
)
def test_what_could_do_anything_to_a_terminal_is_left_out(text: str, shown: str) -> None:
    assert on_one_line(text) == shown


def test_no_control_and_no_direction_is_let_through() -> None:
    every = on_one_line("".join(map(chr, range(sys.maxunicode + 1))))
    assert {category(each) for each in every}.isdisjoint({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
    marks = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert {bidirectional(each) for each in every}.isdisjoint(marks)
