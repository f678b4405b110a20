"""Periods hold their start and not their end, and months begin at local midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.errors import BadPeriod
from ledgerscope.domain.periods import (
    Period,
    day_of,
    first_of,
    is_before,
    just_after,
    just_before,
    month_of,
    month_to_date,
    months,
    start_of_day,
    trailing,
)

BERLIN, KOLKATA, SAO_PAULO = map(ZoneInfo, ("Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo"))
ZONES = st.sampled_from([BERLIN, KOLKATA, SAO_PAULO, ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")])
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds are naive by contract


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(INSTANTS, ZONES)
def test_an_instant_lies_in_its_own_month_only(instant: datetime, zone: ZoneInfo) -> None:
    period = month_of(instant, zone)
    neighbours = [month_of(period.start - timedelta(seconds=1), zone), month_of(period.end, zone)]
    assert instant in period
    assert not any(instant in neighbour for neighbour in neighbours)
    assert (neighbours[0].end, neighbours[1].start) == (period.start, period.end)


def test_the_month_begins_at_local_midnight() -> None:
    assert month_of(utc("2026-01-31T22:59"), BERLIN) == Period(
        utc("2025-12-31T23:00"), utc("2026-01-31T23:00")
    )
    assert month_of(utc("2026-01-31T23:00"), BERLIN).start == utc("2026-01-31T23:00")
    assert day_of(utc("2026-01-31T18:30"), KOLKATA) == date(2026, 2, 1)


def test_the_month_in_which_clocks_change_is_an_hour_short() -> None:
    assert month_of(utc("2026-03-15T00:00"), BERLIN).length == timedelta(days=31, hours=-1)


def test_where_clocks_skip_midnight_the_day_begins_when_they_do() -> None:
    assert start_of_day(date(2018, 11, 4), SAO_PAULO) == utc("2018-11-04T03:00")


def test_months_follow_each_other_without_a_gap() -> None:
    year = list(months(date(2026, 1, 17), 12, BERLIN))
    assert [period.end for period in year[:-1]] == [period.start for period in year[1:]]
    assert (year[0].start, year[-1].end) == (utc("2025-12-31T23:00"), utc("2026-12-31T23:00"))


def test_windows_begin_at_their_start_and_hold_the_instant_they_are_looked_at_from() -> None:
    as_of = utc("2026-03-10T12:00")
    end = utc("2026-03-10T12:00:00.000001")
    assert month_to_date(as_of, BERLIN) == Period(utc("2026-02-28T23:00"), end)
    assert trailing(as_of, 30) == Period(utc("2026-02-08T12:00"), end)
    assert as_of in trailing(as_of, 30)


def test_at_the_midnight_of_the_1st_the_month_holds_that_instant_alone() -> None:
    midnight = datetime(2026, 6, 1, tzinfo=BERLIN)
    period = month_to_date(midnight, BERLIN)
    assert midnight in period
    assert just_before(midnight) not in period
    assert period.length == timedelta(microseconds=1)


def test_thirty_days_are_720_hours_also_where_the_clocks_change() -> None:
    as_of = datetime(2026, 4, 10, 12, tzinfo=BERLIN)
    assert trailing(as_of, 30).start == utc("2026-03-11T10:00")


def test_neighbours_of_an_instant_are_a_microsecond_away() -> None:
    noon = utc("2026-03-10T12:00")
    assert just_after(noon) - noon == noon - just_before(noon) == timedelta(microseconds=1)


def test_what_ends_at_an_instant_no_longer_holds_then() -> None:
    noon = utc("2026-03-10T12:00")
    assert [is_before(noon, end) for end in (None, noon, just_after(noon))] == [True, False, True]


def test_the_first_of_the_known_instants() -> None:
    noon = utc("2026-03-10T12:00")
    assert first_of([None, just_after(noon), noon]) == noon
    assert first_of([None]) is None


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (datetime(2026, 1, 1), utc("2026-01-02T00:00"), "time zone"),  # noqa: DTZ001 -- what is refused
        (utc("2026-01-02T00:00"), utc("2026-01-01T00:00"), "before its start"),
    ],
)
def test_a_period_that_cannot_be_is_refused(start: datetime, end: datetime, message: str) -> None:
    with pytest.raises(BadPeriod, match=message):
        Period(start, end)


def test_an_instant_without_a_zone_has_no_day() -> None:
    with pytest.raises(BadPeriod, match="no time zone"):
        day_of(datetime(2026, 1, 1), BERLIN)  # noqa: DTZ001 -- what is refused
