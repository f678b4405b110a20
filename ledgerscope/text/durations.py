"""Durations as people and Prometheus write them: `15s`, `5m`, `1h30m`, `250ms`."""

from __future__ import annotations

import re
from datetime import timedelta

__all__ = ["format_duration", "parse_duration"]

_UNITS: tuple[tuple[str, timedelta], ...] = (
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
    ("ms", timedelta(milliseconds=1)),
)
_DURATION = re.compile("".join(rf"(?:(?P<{unit}>\d+){unit})?" for unit, _ in _UNITS))


def parse_duration(text: object) -> timedelta:
    """Whole numbers with units, the largest first; raises ValueError with an example."""
    if isinstance(text, timedelta):
        return text
    match = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if match is None:
        hint = f", for example {text}s" if isinstance(text, int) else ", for example 15s, 5m or 1h30m"
        raise ValueError(f"a duration is a whole number with a unit (d, h, m, s, ms){hint}")
    return sum((int(match[unit] or 0) * length for unit, length in _UNITS), timedelta(0))


def format_duration(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads as the same duration, to the millisecond."""
    parts, rest = [], duration
    for unit, length in _UNITS:
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
