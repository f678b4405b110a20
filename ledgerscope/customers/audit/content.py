"""What rows of the audit log say, as bytes that depend on nothing the database computes.

A row is a line of JSON: `[seq, actor, action, subject, details, at, hash]`, keys sorted, no spaces, ASCII,
`at` in microseconds since 1970 UTC, the hash in hex. Numbers keep the digits that they were written with.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, CursorResult, Row

__all__ = [
    "Digest",
    "canonical",
    "digest_of",
    "line_of",
    "microseconds",
    "read_rows",
    "stream",
    "stream_rows",
]

_ENCODE: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_BATCH: Final = {"yield_per": 2000}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Instants and details come as text: those that Python cannot hold are tampering to be found, not errors.
_ROWS: Final = text("""
    select seq, actor, action, subject, details::text as details, hash,
           trunc(extract(epoch from at) * 1000000)::text as at
    from audit_log where tenant_id = :tenant and seq > :after and seq <= :up_to order by seq
""")
LAST: Final = 2**63 - 1
"""After every row."""


class Number(str):
    """A number of JSON, as it is written."""

    __slots__ = ()


class Digest:
    """SHA-256 over rows, added in their order; `end` is the `seq` of the last one, 0 before the first."""

    def __init__(self) -> None:
        self._hash = sha256()
        self.end = 0
        self.readable = True

    def add(self, row: Row[Any]) -> None:
        """Add a row; one whose details nobody could have written marks the digest as not `readable`."""
        self.end = row.seq
        try:
            self._hash.update(line_of(row).encode() + b"\n")
        except RecursionError:
            self.readable = False

    @property
    def value(self) -> str:
        """In hex."""
        return self._hash.hexdigest()


def line_of(row: Row[Any]) -> str:
    """What a row says; raises RecursionError for details that nest too deep to be read."""
    try:
        return _line(row, json.loads(row.details, parse_float=_refuse), int(row.at), _ENCODE)
    except ValueError:  # fractions, whose digits a float would lose, and what no int holds: slower
        details = json.loads(row.details, parse_int=Number, parse_float=Number)
        return _line(row, details, Number(row.at), canonical)


def _line(row: Row[Any], details: Any, at: object, encode: Callable[[Any], str]) -> str:
    return encode([row.seq, row.actor, row.action, row.subject, details, at, row.hash.hex()])


def _refuse(number: str) -> Any:
    raise ValueError(number)


def canonical(value: Any) -> str:
    """JSON that is the same for the same value."""
    match value:
        case Number():
            return value
        case dict():
            parts = (f"{json.dumps(name)}:{canonical(value[name])}" for name in sorted(value))
            return "{" + ",".join(parts) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case _:
            return json.dumps(value)


def microseconds(at: datetime) -> Number:
    """An instant as rows and seals write it."""
    return Number((at - _EPOCH) // timedelta(microseconds=1))


def stream(connection: Connection, query: Any, **parameters: object) -> CursorResult[Any]:
    """The rows of a query, of which only a few thousand are in memory at a time."""
    return connection.execute(query, parameters, execution_options=_BATCH)


def read_rows(connection: Connection, tenant_id: str, after: int) -> CursorResult[Any]:
    """The rows of a company's log after one, in order; all at once, for the few of one operation."""
    return connection.execute(_ROWS, {"tenant": tenant_id, "after": after, "up_to": LAST})


def stream_rows(
    connection: Connection, tenant_id: str, after: int = 0, up_to: int = LAST
) -> CursorResult[Any]:
    """The rows with `after < seq <= up_to`, in order, as `stream` reads them."""
    return stream(connection, _ROWS, tenant=tenant_id, after=after, up_to=up_to)


def digest_of(connection: Connection, tenant_id: str, after: int, up_to: int = LAST) -> Digest:
    """The digest over the same rows."""
    digest = Digest()
    for row in stream_rows(connection, tenant_id, after, up_to):
        digest.add(row)
    return digest
