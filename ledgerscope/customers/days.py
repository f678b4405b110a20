"""Which days can be given: what has happened lies behind, what is to come not so far ahead that it is a slip.

A day is compared with the date at the company. Days and instants of long ago are mistakes, and those
at the ends of the calendar cannot be reckoned with, or read back in every time zone.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from ledgerscope.customers.decision import Fault, Refused

__all__ = ["EARLIEST", "LATEST", "MOST_DAYS_POST_DATED", "check_calendar", "check_day", "check_past_day"]

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2999, 12, 31)
"""Late enough for "without an end" as it is often written."""
MOST_DAYS_POST_DATED: Final = 366
"""How far ahead money is dated: a series of cheques covers a year at most, and a slip in the year is seen."""


def check_calendar(field: str, day: date) -> Refused | None:
    """A day that can be reckoned with."""
    if day < EARLIEST:
        return _invalid(field, f"{day} is before {EARLIEST.year}")
    if day > LATEST:
        return _invalid(field, f"{day} is after {LATEST.year}")
    return None


def check_past_day(field: str, day: date, today: date) -> Refused | None:
    """A day on which something is said to have happened: today, or one before."""
    if day > today:
        return _invalid(field, f"{day} has not come; at most {today}, the date at the company")
    return check_calendar(field, day)


def check_day(field: str, day: date, start: date, most_days: int) -> Refused | None:
    """A day that may be ahead of `start`, but at most by so many days."""
    if day - start > timedelta(days=most_days):
        return _invalid(field, f"{day} is more than {most_days:,} days after {start}")
    return check_calendar(field, day)


def _invalid(field: str, said: str) -> Refused:
    return Refused(f"{field}: {said}", Fault.INVALID, field)
