"""Calendar parts agree with the standard library, and wrap around where the standard library ends."""

from __future__ import annotations

import calendar
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.promql.engine.functions.dates import DATES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module", autouse=True)
def numbers_as_in_the_engine() -> Iterator[None]:
    """NaN and the infinities are values, not accidents."""
    with np.errstate(all="ignore"):
        yield


EXPECTED: dict[str, Callable[[datetime], int]] = {
    "day_of_month": lambda at: at.day,
    "day_of_week": lambda at: at.isoweekday() % 7,
    "day_of_year": lambda at: at.timetuple().tm_yday,
    "days_in_month": lambda at: calendar.monthrange(at.year, at.month)[1],
    "hour": lambda at: at.hour,
    "minute": lambda at: at.minute,
    "month": lambda at: at.month,
    "year": lambda at: at.year,
}


@pytest.mark.parametrize("part", DATES)
@settings(max_examples=25, deadline=None)
@given(at=st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(timezone.utc)))  # noqa: DTZ001 - the strategy adds the zone
def test_every_part_agrees_with_the_standard_library(part: str, at: datetime) -> None:
    (got,) = DATES[part](np.array([float(int(at.timestamp()))]))
    assert got == EXPECTED[part](datetime.fromtimestamp(int(at.timestamp()), timezone.utc))


def test_fractions_are_cut_towards_zero() -> None:
    assert DATES["year"](np.array([-0.5, 0.5])).tolist() == [1970.0, 1970.0]


@pytest.mark.parametrize(
    ("part", "expected"),
    [("year", 292277026596.0), ("month", 12.0), ("day_of_month", 4.0), ("day_of_week", 0.0), ("hour", 15.0)],
)
def test_what_is_no_time_has_the_date_that_go_gives_it(part: str, expected: float) -> None:
    assert DATES[part](np.array([np.nan, np.inf, -np.inf, 1e300])).tolist() == [expected] * 4
