"""When the next synchronisation is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.customers.sync.timing import FIRST_WAIT, INTERVALS, back_off_until, next_due_at
from tests.thoroughness import tries

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONGEST = timedelta(days=1)
FREQUENCIES = st.sampled_from([*INTERVALS])
PLACES = st.text(min_size=1, max_size=8)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@settings(max_examples=tries(200, thorough=1000))
@given(place=PLACES, frequency=FREQUENCIES, after=INSTANTS)
def test_the_next_is_about_an_interval_later_and_then_exactly_one(
    place: str, frequency: str, after: datetime
) -> None:
    every = INTERVALS[frequency]
    due = next_due_at(place, frequency, after)
    assert every / 2 <= due - after < every * 3 / 2
    assert next_due_at(place, frequency, due) - due == every
    assert next_due_at(place, frequency, due + every / 3) == due + every, "a late start moves nothing"


@settings(max_examples=tries(200, thorough=1000))
@given(place=PLACES, frequency=FREQUENCIES, failures=st.integers(1, 10_000), longest=st.integers(5, 10_080))
def test_a_wait_after_failures_is_bounded_and_never_for_ever(
    place: str, frequency: str, failures: int, longest: int
) -> None:
    bound = timedelta(minutes=longest)
    wait = back_off_until(place, frequency, failures, NOON, longest=bound) - NOON
    assert timedelta(0) < wait <= min(bound, INTERVALS[frequency])
    again = back_off_until(place, frequency, failures + 1, NOON, longest=bound) - NOON
    assert again >= wait or again == min(bound, INTERVALS[frequency])


@pytest.mark.parametrize(("failures", "doublings"), [(1, 0), (2, 1), (3, 2), (5, 4)])
def test_waits_double_and_differ_by_a_fifth_at_most(failures: int, doublings: int) -> None:
    waits = {back_off_until(str(n), "weekly", failures, NOON, longest=LONGEST) - NOON for n in range(200)}
    usual = FIRST_WAIT * 2**doublings
    assert len(waits) > 150
    assert usual * 0.8 <= min(waits) < usual * 0.85
    assert usual * 1.15 < max(waits) <= usual * 1.2


def test_what_the_outside_asks_to_wait_is_waited_but_for_one_day_at_most() -> None:
    def wait(asked: timedelta) -> timedelta:
        return back_off_until("p", "hourly", 1, NOON, longest=timedelta(minutes=5), asked=asked) - NOON

    assert wait(timedelta(minutes=50)) == timedelta(minutes=50)
    assert wait(timedelta(hours=3)) == timedelta(hours=3)
    assert wait(timedelta(days=9)) == timedelta(days=1)
    assert wait(timedelta(seconds=1)) == wait(timedelta(0))


def test_customers_are_spread_over_the_interval() -> None:
    places = [next_due_at(f"acme/{n}", "hourly", NOON).minute // 10 for n in range(600)]
    assert all(60 <= places.count(part) <= 140 for part in range(6))
