from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.customers.zuora.rate_limit import RateLimit, asked_to_wait, backed_off, read_rate_limit

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "Tue, 10 Mar 2026 12:00:30 GMT"}, 30),
        ({"Retry-After": "Tue, 10 Mar 2026 11:00:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "12"}, 12),
        ({"RateLimit-Remaining": "3", "RateLimit-Reset": "12"}, None),
        ({"Retry-After": "7", "RateLimit-Remaining": "0", "RateLimit-Reset": "12"}, 7),
    ],
)
def test_an_answer_may_ask_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_to_wait(headers, lambda: NOON) == seconds


def test_the_headers_of_a_window_are_read() -> None:
    headers = {"RateLimit-Limit": "50000, 50000;w=60", "RateLimit-Remaining": "49999"}
    assert read_rate_limit(headers) == RateLimit(limit=50000, remaining=49999)
    assert read_rate_limit({"RateLimit-Limit": "many"}) is None


@given(tries=st.integers(1, 10_000), longest=st.floats(0.1, 600), chance=st.floats(0, 1))
def test_waits_double_up_to_the_longest(tries: int, longest: float, chance: float) -> None:
    assert 0 <= backed_off(tries, longest, chance) <= min(0.5 * 2 ** min(tries - 1, 60), longest)


def test_the_whole_span_is_drawn_from() -> None:
    assert [backed_off(tries, 60, 1.0) for tries in range(1, 10)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert backed_off(5, 60, 0.0) == 0
