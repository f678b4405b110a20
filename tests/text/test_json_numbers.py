"""Whole numbers of JSON that comes from outside."""

from __future__ import annotations

import json

import pytest

from ledgerscope.text.json_numbers import whole_number


@pytest.mark.parametrize("text", ["0", "-7", "9" * 100, f"-{'9' * 100}"])
def test_a_number_is_read(text: str) -> None:
    assert json.loads(f"[{text}]", parse_int=whole_number) == [int(text)]


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_number_that_is_too_long_is_said_to_be(sign: str) -> None:
    with pytest.raises(ValueError, match=r"^a number has 10,000 digits; at most 100$"):
        json.loads(f"[{sign}{'9' * 10_000}]", parse_int=whole_number)
