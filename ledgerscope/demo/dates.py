"""Days, months and billing periods as a company lives them: in its own time zone, across clock changes."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

__all__ = ["Calendar", "add_months"]

_MONTHS_PER_YEAR = 12


def add_months(day: date, months: int) -> date:
    """The same day of a later month; the last one where the month is too short."""
    years, month = divmod(day.month - 1 + months, _MONTHS_PER_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar of one time zone; instants come and go in UTC."""

    zone: ZoneInfo

    def day(self, when: datetime) -> date:
        """The date on the wall of the company at that instant."""
        return when.astimezone(self.zone).date()

    def at(self, day: date, clock: time) -> datetime:
        """The instant at which the company's clocks show that time of that day."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def months_later(self, when: datetime, months: int) -> datetime:
        """The same local time of the same day, months later."""
        local = when.astimezone(self.zone)
        return self.at(add_months(local.date(), months), local.time())

    def days_later(self, when: datetime, days: int) -> datetime:
        """The same local time, days later."""
        local = when.astimezone(self.zone)
        return self.at(local.date() + timedelta(days=days), local.time())

    def days_between(self, start: datetime, end: datetime) -> Iterator[date]:
        """Every local date from that of `start` to that of `end`, both included."""
        first, last = self.day(start), self.day(end)
        return (first + timedelta(days=n) for n in range((last - first).days + 1))
