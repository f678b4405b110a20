"""Times within a test, written as durations since its start: `5m`, `90s`, `1h30m`."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias

from ledgerscope.promql.text.durations import DurationError, format_duration, parse_duration

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
    """Milliseconds since the start of a test; equal to a text that says the same (`moment == "5m"`)."""

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

    def __repr__(self) -> str:
        return f"'{format_duration(int(self))}'"

    __str__ = __repr__
