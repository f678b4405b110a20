from __future__ import annotations

import pytest

from ledgerscope.promql.errors import ParseError, Span, position


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("up", 0, "1:1"),
        ("up", 2, "1:3"),
        ("a +\n  b", 6, "2:3"),
        ("\n\nx", 2, "3:1"),
        ("é + x", 4, "1:5"),  # characters are counted, not bytes
    ],
)
def test_a_position_is_a_line_and_a_column_counted_from_one(text: str, offset: int, expected: str) -> None:
    assert str(position(text, offset)) == expected


def test_an_error_reads_as_prometheus_writes_it() -> None:
    assert str(ParseError("unexpected this", Span(4, 5), "a\nb c")) == "2:3: parse error: unexpected this"
