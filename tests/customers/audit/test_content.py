"""What a row says is one text, whatever the order of its details and the spelling of its numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from ledgerscope.customers.audit.content import Number, canonical, line_of, microseconds


@pytest.mark.parametrize(
    ("written", "canonical_text"),
    [
        ('{"b": 1, "a": [true, null, "\\u00e9\\n"]}', '{"a":[true,null,"\\u00e9\\n"],"b":1}'),
        ("0.1000000000000000055", "0.1000000000000000055"),
        ("1.0", "1.0"),
        ("9" * 5000, "9" * 5000),
        ('"1"', '"1"'),
    ],
)
def test_the_same_value_has_one_text_and_numbers_keep_their_digits(written: str, canonical_text: str) -> None:
    assert canonical(json.loads(written, parse_int=Number, parse_float=Number)) == canonical_text


def test_instants_are_microseconds_whatever_their_zone() -> None:
    at = datetime(2026, 3, 10, 12, 0, 0, 7, tzinfo=UTC)
    assert microseconds(at) == "1773144000000007"
    assert microseconds(at.astimezone(timezone(timedelta(hours=9)))) == microseconds(at)


def row(details: str, at: str = "5") -> Any:
    return SimpleNamespace(
        seq=1, actor="anna", action="a.b", subject="x\ny", details=details, at=at, hash=b"\x01"
    )


@pytest.mark.parametrize(
    ("details", "at", "written"),
    [
        ('{"b": -7, "a": "\u00e9"}', "5", '{"a":"\\u00e9","b":-7},5'),
        ('{"b": -7, "a": 1.50}', "5", '{"a":1.50,"b":-7},5'),
        ("{}", "Infinity", "{},Infinity"),
    ],
)
def test_a_row_is_a_line_of_json(details: str, at: str, written: str) -> None:
    assert line_of(row(details, at)) == f'[1,"anna","a.b","x\\ny",{written},"01"]'
