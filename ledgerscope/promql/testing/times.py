"""Times of a test: the moment at which it begins, and durations since then (`5m`, `90s`, `1h30m`).

Without a start a test begins at 1970-01-01T00:00:00Z, where `time()` is 0 and every rule about days, months
or ages sees 1970.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.text.durations import DurationError, format_duration, parse_duration

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?([Zz]|[-+]\d\d:\d\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HINT = "write it like 2024-01-31T00:00:00Z, or as seconds since 1970"

When: TypeAlias = "str | int | float | timedelta"
"""A time since the start: a duration as text, seconds, or a timedelta."""


def milliseconds(when: When) -> int:
    """A time since the start in milliseconds. Raises DurationError."""
    if isinstance(when, Moment):
        return int(when)
    if isinstance(when, timedelta):
        return round(when.total_seconds() * 1000)
    if isinstance(when, str):
        return parse_duration(when)
    if isinstance(when, bool):
        raise DurationError(f"{when} is no time; write it like '5m'")
    return round(when * 1000)


class Moment(int):
    """Milliseconds since the start of a test; compares with durations (`moment == "5m"`, `moment < "1h"`)."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return int(self) == parse_duration(other)
        if isinstance(other, timedelta):
            return int(self) == milliseconds(other)
        return int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(int(self))

    def __lt__(self, other: object) -> bool:
        return int(self) < _comparable(other)

    def __le__(self, other: object) -> bool:
        return int(self) <= _comparable(other)

    def __gt__(self, other: object) -> bool:
        return int(self) > _comparable(other)

    def __ge__(self, other: object) -> bool:
        return int(self) >= _comparable(other)

    def __repr__(self) -> str:
        return f"'{format_duration(int(self))}'"

    __str__ = __repr__


def _comparable(other: object) -> float:
    """Milliseconds of what a moment is compared with; a number is milliseconds, as the moment is."""
    if isinstance(other, (str, timedelta)):
        return milliseconds(other)
    if isinstance(other, (int, float)) and not isinstance(other, bool):
        return other
    raise TypeError(f"a moment is compared with a time such as '5m', not with {other!r}")


class StartError(PromQLError):
    """What is given as the start of a test is no moment."""


def start_of(when: str | float | datetime) -> int:
    """The moment in milliseconds since 1970. Raises StartError; a datetime without a zone is no moment."""
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise StartError(f"{when.isoformat()} has no time zone; give it one, such as datetime.UTC")
        return _since_epoch(when)
    try:
        if isinstance(when, str) and (written := _RFC3339.fullmatch(when)):
            return _since_epoch(_moment(*written.groups()))
        return int(float(when) * 1000)
    except (ValueError, OverflowError) as error:
        raise StartError(f"{when!r} is no moment; {HINT}") from error


def _moment(seconds: str, fraction: str | None, zone: str) -> datetime:
    """Python 3.10 reads neither `Z` nor a fraction of other than three or six digits."""
    offset = "+00:00" if zone in "Zz" else zone
    return datetime.fromisoformat(f"{seconds}.{fraction or '':0<6}{offset}")


def _since_epoch(moment: datetime) -> int:
    return round((moment - _EPOCH).total_seconds() * 1000)
