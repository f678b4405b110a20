"""The calendar periods around an instant, in a company's time zone, each [start, end)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.domain.periods import Period, day_of, month_of, start_of_day

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

__all__ = ["Scene", "days_back", "today", "week"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scene:
    """Whose figures as of when, and by which calendar."""

    tenant_id: str
    as_of: datetime
    zone: ZoneInfo

    @property
    def periods(self) -> dict[str, Period]:
        """The day, the week from Monday on and the month that the instant lies in."""
        return {
            "today": today(self.as_of, self.zone),
            "week": week(self.as_of, self.zone),
            "month": month_of(self.as_of, self.zone),
        }


def today(as_of: datetime, zone: ZoneInfo) -> Period:
    """The calendar day that the instant lies in; 23 to 25 hours where clocks change."""
    return _days(day_of(as_of, zone), 1, zone)


def week(as_of: datetime, zone: ZoneInfo) -> Period:
    """The seven calendar days from Monday on that the instant lies in."""
    day = day_of(as_of, zone)
    return _days(day - day.weekday() * _DAY, 7, zone)


def days_back(as_of: datetime, zone: ZoneInfo, count: int) -> tuple[tuple[date, Period], ...]:
    """The last `count` calendar days, the oldest first and the one that the instant lies in last."""
    last = day_of(as_of, zone)
    days = [last - back * _DAY for back in reversed(range(count))]
    return tuple((day, _days(day, 1, zone)) for day in days)


def _days(first: date, count: int, zone: ZoneInfo) -> Period:
    return Period(start_of_day(first, zone), start_of_day(first + count * _DAY, zone))
