"""A company's calendar: its date at an instant, and where its windows begin.

Pure, and from Python's time zone database instead of the server's, so that an unknown zone is a matter of one
company and not an error of the query that reads all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

from collectors.errors import UnknownZone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

__all__ = ["Calendar", "Start", "calendar", "find_zone"]


@dataclass(frozen=True, slots=True)
class Start:
    """Where a window began: the instant, and the company's date then."""

    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """The date of a time zone at an instant, and the starts of the windows that end then."""

    day: date
    starts: Mapping[str, Start]


def calendar(as_of: datetime, zone: ZoneInfo) -> Calendar:
    """The calendar of a time zone at an instant."""
    begins = {window: start(as_of, zone) for window, start in _STARTS.items()}
    starts = {window: Start(at, at.astimezone(zone).date()) for window, at in begins.items()}
    return Calendar(as_of.astimezone(zone).date(), starts)


def find_zone(name: str | None) -> ZoneInfo:
    """The time zone of that name in any case, as PostgreSQL takes it; raises UnknownZone."""
    if name is None:
        raise UnknownZone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        spelt = _spellings().get(name.casefold())
    if spelt is None:
        raise UnknownZone(name)
    return ZoneInfo(spelt)


@cache
def _spellings() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def _thirty_days_back(as_of: datetime, _zone: ZoneInfo) -> datetime:
    # Thirty days of 24 hours, also across a change to summer time.
    return as_of.astimezone(UTC) - timedelta(hours=720)


def _month_begin(as_of: datetime, zone: ZoneInfo) -> datetime:
    """The first midnight of the month; where clocks skip it, the instant that they skip it at."""
    local = as_of.astimezone(zone)
    return datetime(local.year, local.month, 1, tzinfo=zone, fold=0).astimezone(UTC)


_STARTS: Final[Mapping[str, Callable[[datetime, ZoneInfo], datetime]]] = {
    "30d": _thirty_days_back,
    "mtd": _month_begin,
}
"""How each window's first instant is found."""
