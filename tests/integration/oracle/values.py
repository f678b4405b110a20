"""What every section uses: values by labels, and validity ranges."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = Any
Labels = tuple[str, ...]
Values = dict[Labels, Any]  # Fraction or int


INSTANT: Final = timedelta(microseconds=1)  # the least difference between two instants in the tables
WINDOWS: Final = ("30d", "mtd")


def contains(valid: Row, t: datetime) -> bool:
    return (valid.lower is None or valid.lower <= t) and (valid.upper is None or t < valid.upper)


def total(pairs: Iterable[tuple[Labels, Any]]) -> Values:
    found: Values = {}
    for labels, value in pairs:
        found[labels] = found.get(labels, 0) + value
    return found
