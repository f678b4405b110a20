"""When a test begins: a date with a zone, or seconds since 1970.

Without one a test begins at 1970-01-01T00:00:00Z, where `time()` is 0 and every rule about days, months or
ages sees 1970.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ledgerscope.promql.errors import PromQLError

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[-+]\d\d:\d\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HINT = "write it like 2024-01-31T00:00:00Z, or as seconds since 1970"


class StartError(PromQLError):
    """What is given as the start of a test is no moment."""


def start_of(when: str | float | datetime) -> int:
    """The moment in milliseconds since 1970. Raises StartError; a datetime without a zone is no moment."""
    if isinstance(when, datetime):
        if when.tzinfo is None:
            raise StartError(f"{when.isoformat()} has no time zone; give it one, such as datetime.UTC")
        return _since_epoch(when)
    try:
        if isinstance(when, str) and _RFC3339.fullmatch(when):
            return _since_epoch(datetime.fromisoformat(when.upper()))
        return int(float(when) * 1000)
    except (ValueError, OverflowError) as error:
        raise StartError(f"{when!r} is no moment; {HINT}") from error


def _since_epoch(moment: datetime) -> int:
    return round((moment - _EPOCH).total_seconds() * 1000)
