"""What the records have in common: ids, validity ranges, and the columns a record fills.

A record is an immutable row whose fields are columns of its table; columns it does not name are filled by the
database. The values are what PostgreSQL reads as text, so that COPY and INSERT take the same record.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Id", "Record", "columns", "derive_id", "span"]

Id = str
"""32 hexadecimal digits, which PostgreSQL reads as a uuid; making `UUID` objects would double the time."""

Record = tuple[Any, ...]
"""A row of one table: every record class is a named tuple."""


def columns(kind: type[Record]) -> tuple[str, ...]:
    """The columns that records of this kind fill, in order."""
    return tuple(kind.__annotations__)


def span(start: datetime, end: datetime | None) -> str:
    """The half-open range [start, end); None: it has not ended."""
    return f"[{start.isoformat()},{'' if end is None else end.isoformat()})"


def derive_id(*parts: object) -> Id:
    """The identifier of what follows from a request: the same parts always give the same identifier."""
    return blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()
