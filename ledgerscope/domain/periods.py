"""Periods: half-open stretches of time in the tenant's zone, so that every instant lies in exactly one month.

Calendar periods begin at local midnight, whatever the clocks do in between; rolling ones are counted in
seconds. Instants are whole microseconds, as in the database: the state just before an instant is the state
one microsecond earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.domain.errors import BadPeriod

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

__all__ = [
    "Period",
    "day_of",
    "first_of",
    "is_before",
    "just_after",
    "just_before",
    "month_of",
    "month_to_date",
    "months",
    "start_of_day",
    "trailing",
]

_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end): holds its start and not its end. Raises `BadPeriod`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise BadPeriod("a period needs instants with a time zone")
        if self.end < self.start:
            raise BadPeriod(f"the period ends at {self.end}, before its start at {self.start}")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    @property
    def length(self) -> timedelta:
        """Elapsed time; a day on which clocks change has 23 or 25 hours."""
        return self.end - self.start


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The date that a calendar in the zone shows at the instant."""
    if instant.utcoffset() is None:
        raise BadPeriod(f"{instant} has no time zone")
    return instant.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Local midnight as an instant of UTC; where clocks skip midnight, the instant at which they do."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def month_of(instant: datetime, zone: ZoneInfo) -> Period:
    """The calendar month of the zone that the instant lies in."""
    return _month(day_of(instant, zone).replace(day=1), zone)


def months(first: date, count: int, zone: ZoneInfo) -> Iterator[Period]:
    """`count` calendar months in a row, from the one `first` lies in; each begins where the last ended."""
    start = first.replace(day=1)
    for _ in range(count):
        yield _month(start, zone)
        start = _next_month(start)


def month_to_date(as_of: datetime, zone: ZoneInfo) -> Period:
    """From the start of the calendar month up to and including `as_of`."""
    return Period(month_of(as_of, zone).start, just_after(as_of))


def trailing(as_of: datetime, days: int) -> Period:
    """From `days` times 24 hours before `as_of`, in no zone, up to and including `as_of`."""
    return Period(as_of.astimezone(UTC) - timedelta(days=days), just_after(as_of))


def just_before(instant: datetime) -> datetime:
    """The last instant before this one."""
    return instant.astimezone(UTC) - _TICK


def just_after(instant: datetime) -> datetime:
    """The first instant after this one."""
    return instant.astimezone(UTC) + _TICK


def is_before(instant: datetime, end: datetime | None) -> bool:
    """Whether what ends at `end` still holds at the instant; None: it has no end."""
    return end is None or instant < end


def first_of(instants: Iterable[datetime | None]) -> datetime | None:
    """The earliest of the instants that are known."""
    return min((instant for instant in instants if instant is not None), default=None)


def _month(first: date, zone: ZoneInfo) -> Period:
    return Period(start_of_day(first, zone), start_of_day(_next_month(first), zone))


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
