"""Calendar parts of timestamps, in UTC: hour, day_of_week, month and the others.

Any float has a date: what does not fit 64 bits becomes the smallest integer, and the calendar wraps around,
both as in Go. Days are counted from a first of January in the farthest past, in cycles of 400 years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ledgerscope.promql.samples.axis import Floats, Integers

    Seconds = NDArray[np.uint64]
    Dates = NDArray[np.datetime64]

_DAY = 86_400
_MONDAY = 1  # the weekday of day zero, Sunday being 0
_ZERO_YEAR = -292_277_022_399
_ZERO_SECONDS = np.uint64(9_223_371_966_579_724_800 + 62_135_596_800)  # from day zero to the epoch
_CYCLE_DAYS, _CYCLE_YEARS = 146_097, 400
_LIKE_ZERO_YEAR = 2001  # a year at the same place in the cycle
_CYCLE_START = np.datetime64(f"{_LIKE_ZERO_YEAR}-01-01", "D")
_LIMIT = 2.0**63


def _since_zero(values: Floats) -> Seconds:
    """Whole seconds since day zero, which fit only unsigned."""
    fits = np.isfinite(values) & (values >= -_LIMIT) & (values < _LIMIT)
    unix = np.where(fits, values, 0.0).astype(np.int64)
    unix = np.where(fits, unix, np.iinfo(np.int64).min)
    return np.add(unix.view(np.uint64), _ZERO_SECONDS)


def _days(seconds: Seconds) -> Integers:
    return (seconds // np.uint64(_DAY)).astype(np.int64)


def _of_day(seconds: Seconds) -> Integers:
    return (seconds % np.uint64(_DAY)).astype(np.int64)


def _date(seconds: Seconds) -> Dates:
    """The date within the first cycle from 2001 on."""
    return np.add(_CYCLE_START, _days(seconds) % _CYCLE_DAYS)


def _since_start(date: Dates, unit: str) -> Integers:
    start = date.astype(f"datetime64[{unit}]").astype("datetime64[D]")
    elapsed: Integers = np.subtract(date, start).astype(np.int64)
    return elapsed


def _days_in_month(seconds: Seconds) -> Integers:
    month = _date(seconds).astype("datetime64[M]")
    following = (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    length: Integers = np.subtract(following, month.astype("datetime64[D]")).astype(np.int64)
    return length


def _year(seconds: Seconds) -> Integers:
    within = _date(seconds).astype("datetime64[Y]").astype(np.int64) + 1970 - _LIKE_ZERO_YEAR
    return within + _ZERO_YEAR + _days(seconds) // _CYCLE_DAYS * _CYCLE_YEARS


_PARTS: dict[str, Callable[[Seconds], Integers]] = {
    "day_of_month": lambda seconds: _since_start(_date(seconds), "M") + 1,
    "day_of_week": lambda seconds: (_days(seconds) + _MONDAY) % 7,
    "day_of_year": lambda seconds: _since_start(_date(seconds), "Y") + 1,
    "days_in_month": _days_in_month,
    "hour": lambda seconds: _of_day(seconds) // 3600,
    "minute": lambda seconds: _of_day(seconds) % 3600 // 60,
    "month": lambda seconds: _date(seconds).astype("datetime64[M]").astype(np.int64) % 12 + 1,
    "year": _year,
}


def _part(name: str) -> Callable[[Floats], Floats]:
    extract = _PARTS[name]
    return lambda values: extract(_since_zero(values)).astype(np.float64)


#: Function name to the calendar part of seconds since the epoch.
DATES: dict[str, Callable[[Floats], Floats]] = {name: _part(name) for name in _PARTS}
