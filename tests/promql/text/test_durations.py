from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.text.durations import DurationError, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("0", 0),
        ("0s", 0),
        ("1ms", 1),
        ("90s", 90_000),
        ("1h30m", 5_400_000),
        ("1d", 86_400_000),
        ("1w", 7 * 86_400_000),
        ("1y", 365 * 86_400_000),
        ("1y2w3d4h5m6s7ms", 365 * 86_400_000 + 17 * 86_400_000 + 14_706_007),
    ],
)
def test_a_duration_is_so_many_milliseconds(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty duration string"),
        ("5", 'not a valid duration string: "5"'),
        ("1m1h", 'not a valid duration string: "1m1h"'),
        ("5m5m", 'not a valid duration string: "5m5m"'),
        ("-5m", 'not a valid duration string: "-5m"'),
        ("1.5h", 'unknown unit "." in duration "1.5h"'),
        ("300y", "duration out of range"),
        ("9" * 18 + "s", "duration out of range"),
        (f"{'9' * 20}s", f'not a valid duration string: "{"9" * 20}s"'),
        ("5y1hs", 'unknown unit "hs" in duration "5y1hs"'),
        ("5m x", 'unknown unit "m x" in duration "5m x"'),
        ("m5", 'not a valid duration string: "m5"'),
    ],
)
def test_a_bad_duration_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0s"),
        (5_400_000, "1h30m"),
        (7 * 86_400_000, "1w"),
        (8 * 86_400_000, "8d"),  # weeks only where nothing is left over
        (36 * 3_600_000, "36h"),
        (1_500, "1s500ms"),
        (-300_000, "-5m"),
    ],
)
def test_a_duration_prints_in_its_shortest_form(ms: int, text: str) -> None:
    assert format_duration(ms) == text


@given(st.integers(min_value=0, max_value=(2**63 - 1) // 1_000_000))
def test_every_duration_reads_back(ms: int) -> None:
    assert parse_duration(format_duration(ms)) == ms
