"""Calendar parts of timestamps, in UTC: hour, day_of_week, month and the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ledgerscope.promql.axis import Floats, Integers

_DAY = 86_400
_THURSDAY = 4  # the weekday of the epoch, Sunday being 0
#: Seconds beyond which no calendar is asked for; larger numbers are cut off here.
_FARTHEST = 9.0e15


def _seconds(values: Floats) -> Integers:
    """Whole seconds, cut towards zero."""
    bounded = np.clip(np.nan_to_num(values, nan=-_FARTHEST, posinf=_FARTHEST), -_FARTHEST, _FARTHEST)
    return np.trunc(bounded).astype(np.int64)


def _days(seconds: Integers) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return (seconds // _DAY).astype("datetime64[D]")


def _months(seconds: Integers) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return _days(seconds).astype("datetime64[M]")


def _whole(delta: np.ndarray[tuple[int, ...], np.dtype[np.timedelta64]]) -> Integers:
    return delta.astype(np.int64)


def _day_of_month(seconds: Integers) -> Integers:
    return _whole(_days(seconds) - _months(seconds).astype("datetime64[D]")) + 1


def _day_of_year(seconds: Integers) -> Integers:
    return _whole(_days(seconds) - _days(seconds).astype("datetime64[Y]").astype("datetime64[D]")) + 1


def _days_in_month(seconds: Integers) -> Integers:
    month = _months(seconds)
    following = month + np.timedelta64(1, "M")
    return _whole(following.astype("datetime64[D]") - month.astype("datetime64[D]"))


_PARTS: dict[str, Callable[[Integers], Integers]] = {
    "day_of_month": _day_of_month,
    "day_of_week": lambda seconds: (seconds // _DAY + _THURSDAY) % 7,
    "day_of_year": _day_of_year,
    "days_in_month": _days_in_month,
    "hour": lambda seconds: seconds % _DAY // 3600,
    "minute": lambda seconds: seconds % 3600 // 60,
    "month": lambda seconds: _months(seconds).astype(np.int64) % 12 + 1,
    "year": lambda seconds: _days(seconds).astype("datetime64[Y]").astype(np.int64) + 1970,
}


def _part(name: str) -> Callable[[Floats], Floats]:
    extract = _PARTS[name]
    return lambda values: extract(_seconds(values)).astype(np.float64)


#: Function name to the calendar part of seconds since the epoch.
DATES: dict[str, Callable[[Floats], Floats]] = {name: _part(name) for name in _PARTS}
