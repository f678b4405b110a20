"""Calendars of companies: the same days and months as PostgreSQL's, in every time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest
from sqlalchemy import text

from collectors.errors import UnknownZone
from collectors.local_time import calendar, find_zone
from tests.thoroughness import sample

if TYPE_CHECKING:
    from sqlalchemy import Engine

SINCE, UNTIL = datetime(1995, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
POSTGRES = text("""
    SELECT name, at, date(timezone(name, at)) AS day,
        timezone(name, date_trunc('month', timezone(name, at))) AS month,
        date(timezone(name, at - interval '720 hours')) AS back
    FROM unnest(cast(:names AS text[]), cast(:instants AS timestamptz[])) AS asked (name, at)
""")


def changes(zone: ZoneInfo) -> list[datetime]:
    """The instants at which the offset of a zone changes, to the second."""
    found = []
    for days in range(0, (UNTIL - SINCE).days, 20):
        low, high = SINCE + timedelta(days=days), SINCE + timedelta(days=days + 20)
        if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high.replace(microsecond=0))
    return found


def instants(zone: ZoneInfo, random: Random) -> list[datetime]:
    """Random ones, local midnights, those around changes of the clock and around the months of these."""
    chosen = [SINCE + timedelta(seconds=random.randrange(0, 29 * 365 * 86400)) for _ in range(6)]
    chosen += [
        datetime(random.randint(1996, 2023), random.randint(1, 12), 1, tzinfo=zone).astimezone(UTC)
        for _ in range(4)
    ]
    edges = changes(zone)
    for edge in random.sample(edges, min(3, len(edges))):
        chosen += [edge, edge + timedelta(days=30)]
    return [at + timedelta(microseconds=by) for at in chosen for by in (-1, 0, 1)]


@pytest.mark.parametrize("seed", sample(range(3), 1))
def test_days_and_months_are_those_of_postgresql(shared: Engine, seed: int) -> None:
    random = Random(seed)
    with shared.connect() as connection:
        known = set(connection.execute(text("SELECT name FROM pg_timezone_names")).scalars())
        # For PostgreSQL, a name that is an abbreviation too (CET) has no summer time; in the time zone
        # database it has. And `localtime` is whatever zone a machine is in.
        abbreviations = set(connection.execute(text("SELECT abbrev FROM pg_timezone_abbrevs")).scalars())
        names = sorted((known & available_timezones()) - abbreviations - {"localtime"})
        asked = [(name, at) for name in names for at in instants(ZoneInfo(name), random)]
        answers = connection.execute(
            POSTGRES, {"names": [name for name, _ in asked], "instants": [at for _, at in asked]}
        ).all()
    assert len(names) > 400
    assert len(answers) == len(asked)
    for name, at, day, month, back in answers:
        found = calendar(at, ZoneInfo(name))
        assert (found.day, found.starts["30d"].day) == (day, back), (name, at)
        assert found.starts["30d"].at == at - timedelta(days=30)
        start = found.starts["mtd"]
        assert start.at <= at
        assert start.day == day.replace(day=1), (name, at)
        if start.at != month:
            # Midnight occurs twice when clocks go back to it: the month begins with the first one.
            local = start.at.astimezone(ZoneInfo(name)).replace(tzinfo=None)
            assert local == month.astimezone(ZoneInfo(name)).replace(tzinfo=None), (name, at)
            assert start.at < month, (name, at)


def test_a_month_that_begins_with_two_midnights_begins_with_the_first() -> None:
    havana = ZoneInfo("America/Havana")  # 1 November 2026: at one o'clock it is midnight again
    first = datetime(2026, 11, 1, 4, tzinfo=UTC)
    for minutes in (0, 30, 60, 90):
        assert calendar(first + timedelta(minutes=minutes), havana).starts["mtd"].at == first


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "UTC+3", "../UTC", "/etc/passwd", "America", "a\0", None]
)
def test_an_unknown_zone_is_refused(name: str | None) -> None:
    with pytest.raises(UnknownZone, match="expected a name such as 'Europe/Berlin'"):
        find_zone(name)


@pytest.mark.parametrize("name", ["Europe/Berlin", "europe/berlin", "EUROPE/BERLIN"])
def test_a_zone_is_found_in_any_case_as_postgresql_finds_it(name: str) -> None:
    assert find_zone(name).key == "Europe/Berlin"
