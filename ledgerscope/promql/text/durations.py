"""Prometheus durations (`1h30m`) to milliseconds and back.

Every range, offset and step of the language, and every interval of a test file, passes here.
"""

from __future__ import annotations

import re

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.text.quoting import quote

UNITS_MS: dict[str, int] = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
"""Milliseconds of each unit, largest first; a year has 365 days."""

_PARTS = re.compile(r"([0-9]+)([^0-9]+)")
_ORDER = {unit: place for place, unit in enumerate(UNITS_MS)}

_LONGEST_MS = (2**63 - 1) // 1_000_000
"""Prometheus counts nanoseconds in a signed 64-bit integer; longer durations are refused."""

_EXACT_ONLY = frozenset("ywd")
"""Units that are printed only when nothing smaller remains (8d is not printed as 1w1d)."""


class DurationError(PromQLError):
    """The text is not a duration, or one too long to count."""


def parse_duration(text: str) -> int:
    """Milliseconds of a duration such as `1d12h` or `0`; units go from the largest to the smallest."""
    if text == "0":
        return 0
    if not text:
        raise DurationError("empty duration string")
    parts = _PARTS.findall(text)
    if sum(len(count) + len(unit) for count, unit in parts) != len(text):
        raise DurationError(f"not a valid duration string: {quote(text)}")
    return _total(text, parts)


def _total(text: str, parts: list[tuple[str, str]]) -> int:
    total, place = 0, -1
    for count, unit in parts:
        if unit not in _ORDER:
            raise DurationError(f"unknown unit {quote(unit)} in duration {quote(text)}")
        if _ORDER[unit] <= place or len(count) > _MAX_DIGITS:
            raise DurationError(f"not a valid duration string: {quote(text)}")
        place = _ORDER[unit]
        total += int(count) * UNITS_MS[unit]
        if total > _LONGEST_MS:
            raise DurationError("duration out of range")
    return total


_MAX_DIGITS = 19
"""More digits are no 64-bit count."""


def format_duration(ms: int) -> str:
    """The shortest text `parse_duration` gives `ms` back for; a negative one gets a sign in front."""
    if ms == 0:
        return "0s"
    sign, rest = ("-", -ms) if ms < 0 else ("", ms)
    parts = [sign]
    for unit, size in UNITS_MS.items():
        if unit in _EXACT_ONLY and rest % size:
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
