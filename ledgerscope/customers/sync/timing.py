"""When a customer is synchronised next: by its frequency, in its own place, and later after failures.

Pure and without chance: the same customer is always due at the same place of the hour, day or week (in UTC,
so that no change of clocks moves it), so that no load builds up and nothing drifts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

__all__ = ["FIRST_WAIT", "INTERVALS", "back_off_until", "next_due_at"]

INTERVALS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
}
FIRST_WAIT: Final = timedelta(minutes=5)
"""After one failure; doubled with each that follows."""
_SPREAD: Final = 0.2
"""Waits after failures differ by up to this share, so that what failed together is not tried together."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_ASKED: Final = timedelta(days=1)
"""What an outside system asks to wait is waited up to this; a wrong answer stops nobody for good."""
_DOUBLINGS: Final = 20
"""From so many on every wait is the longest."""


def next_due_at(place: str, frequency: str, after: datetime) -> datetime:
    """The place of the customer in its interval that is nearest to one interval after a start.

    `place` is what its place follows from: the identifiers of company and customer. The result is at least
    half an interval and less than one and a half after `after`; exactly one where that was at the place.
    """
    every = INTERVALS[frequency]
    earliest = after + every / 2
    phase = every * _share(place, frequency)
    passed = (earliest - _EPOCH - phase) % every
    return earliest if not passed else earliest + every - passed


def back_off_until(
    place: str,
    frequency: str,
    failures: int,
    at: datetime,
    *,
    longest: timedelta,
    asked: timedelta = timedelta(0),
) -> datetime:
    """When to try again after so many failures in a row, at least one.

    `longest` and the interval bound the wait. `asked` is what the outside system asked to wait: that is
    waited where it is longer, up to a day.
    """
    every = INTERVALS[frequency]
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - 1, _DOUBLINGS)
    spread = 1 + _SPREAD * (2 * _share(place, failures) - 1)
    return at + max(min(doubled * spread, longest, every), min(asked, _LONGEST_ASKED))


def _share(*parts: object) -> float:
    """A number from 0 up to 1 that follows from the parts alone."""
    digest = blake2b("/".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
