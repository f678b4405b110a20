"""Go's time layouts, in which a reference time (2006-01-02 15:04:05) shows what goes where; UTC only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.promql.template.values import GoTime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

_PARTS: dict[str, Callable[[datetime], str]] = {
    "2006": lambda t: f"{t.year:04d}",
    "January": lambda t: MONTHS[t.month - 1],
    "Monday": lambda t: _DAYS[t.weekday()],
    "Z07:00": lambda _: "Z",
    "Z0700": lambda _: "Z",
    "-07:00": lambda _: "+00:00",
    "-0700": lambda _: "+0000",
    "-07": lambda _: "+00",
    "002": lambda t: f"{t.timetuple().tm_yday:03d}",
    "Jan": lambda t: MONTHS[t.month - 1][:3],
    "Mon": lambda t: _DAYS[t.weekday()][:3],
    "MST": lambda _: "UTC",
    "01": lambda t: f"{t.month:02d}",
    "02": lambda t: f"{t.day:02d}",
    "03": lambda t: f"{t.hour % 12 or 12:02d}",
    "04": lambda t: f"{t.minute:02d}",
    "05": lambda t: f"{t.second:02d}",
    "06": lambda t: f"{t.year % 100:02d}",
    "15": lambda t: f"{t.hour:02d}",
    "PM": lambda t: "PM" if t.hour >= 12 else "AM",  # noqa: PLR2004 - noon
    "pm": lambda t: "pm" if t.hour >= 12 else "am",  # noqa: PLR2004 - noon
    "_2": lambda t: f"{t.day:2d}",
    "1": lambda t: str(t.month),
    "2": lambda t: str(t.day),
    "3": lambda t: str(t.hour % 12 or 12),
    "4": lambda t: str(t.minute),
    "5": lambda t: str(t.second),
}
_FRACTION = r"[.,](?:0+|9+)(?!\d)"
_LAYOUT = re.compile("|".join([_FRACTION, *map(re.escape, _PARTS)]))


def format_time(time: GoTime, layout: str) -> str:
    """The instant in the shape of the layout, as `time.Time.Format` gives it."""
    moment = time.moment
    fraction = f"{time.nanoseconds % 1_000_000_000:09d}"

    def show(match: re.Match[str]) -> str:
        part = _PARTS.get(match[0])
        return _fraction(match[0], fraction) if part is None else part(moment)

    return _LAYOUT.sub(show, layout)


def _fraction(layout: str, digits: str) -> str:
    shown = digits[: len(layout) - 1]
    if layout[1] == "9":
        shown = shown.rstrip("0")
        return f"{layout[0]}{shown}" if shown else ""
    return f"{layout[0]}{shown}"
