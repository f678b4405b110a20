"""Days that can be given, and those that are slips."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledgerscope.customers.days import EARLIEST, LATEST, check_calendar, check_day, check_past_day
from ledgerscope.customers.decision import Fault, Refused

TODAY = date(2026, 3, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (check_past_day("day", TODAY, TODAY), None),
        (check_past_day("day", EARLIEST, TODAY), None),
        (
            check_past_day("day", TODAY + DAY, TODAY),
            "2026-03-02 has not come; at most 2026-03-01, the date at the company",
        ),
        (
            check_past_day("day", date.max, TODAY),
            "9999-12-31 has not come; at most 2026-03-01, the date at the company",
        ),
        (check_past_day("day", date.min, TODAY), "0001-01-01 is before 1900"),
        (check_day("day", TODAY + 366 * DAY, TODAY, 366), None),
        (
            check_day("day", TODAY + 367 * DAY, TODAY, 366),
            "2027-03-03 is more than 366 days after 2026-03-01",
        ),
        (
            check_day("day", date.max, date.min, 10_980),
            "9999-12-31 is more than 10,980 days after 0001-01-01",
        ),
        (check_day("day", EARLIEST - DAY, TODAY, 366), "1899-12-31 is before 1900"),
        (check_calendar("day", LATEST), None),
        (check_calendar("day", LATEST + DAY), "3000-01-01 is after 2999"),
    ],
)
def test_a_day_that_cannot_be_says_why(said: Refused | None, reason: str | None) -> None:
    assert said == (None if reason is None else Refused(f"day: {reason}", Fault.INVALID, "day"))
