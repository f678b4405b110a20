"""What the headers of an answer say about how often Zuora may be asked, and how long to wait before a try."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["RateLimit", "asked_to_wait", "backed_off", "read_rate_limit"]

_FIRST_NUMBER: Final = re.compile(r"\s*([0-9]{1,12})\b")
_FIRST_WAIT: Final = 0.5
"""Seconds at most before the second try; twice as many before each further one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """The window that is nearest to its end: requests in it, requests left, and seconds until it ends."""

    limit: int | None = None
    remaining: int | None = None
    reset_seconds: int | None = None


def read_rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """What the headers say; None where they say nothing."""
    named = {"limit": "Limit", "remaining": "Remaining", "reset_seconds": "Reset"}
    found = {name: _number(headers.get(f"RateLimit-{header}")) for name, header in named.items()}
    return None if all(value is None for value in found.values()) else RateLimit(**found)


def asked_to_wait(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """Seconds that an answer asks to wait: Retry-After, in seconds or as a date; else the end of the window.

    None where it asks for nothing that can be read.
    """
    given = headers.get("Retry-After")
    seconds = _number(given)
    if seconds is not None:
        return float(seconds)
    until = _date(given)
    if until is not None:
        return max((until - now()).total_seconds(), 0.0)
    limit = read_rate_limit(headers)
    if limit is None or limit.remaining != 0 or limit.reset_seconds is None:
        return None
    return float(limit.reset_seconds)


def backed_off(tries: int, longest: float, chance: float) -> float:
    """Seconds to wait after so many tries: from none to a span that doubles with each, of which `chance`.

    `chance` is drawn evenly from 0 to 1, so that clients that failed together do not return together.
    """
    return chance * min(_FIRST_WAIT * 2.0 ** min(tries - 1, 30), longest)


def _number(text: str | None) -> int | None:
    found = None if text is None else _FIRST_NUMBER.match(text)
    return None if found is None else int(found[1])


def _date(text: str | None) -> datetime | None:
    try:
        found = None if text is None else parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return found if found is None or found.tzinfo is not None else found.replace(tzinfo=UTC)
