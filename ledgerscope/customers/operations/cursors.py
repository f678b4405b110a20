"""Cursors: where a page of a list ended, as an opaque text that the next request hands back."""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ledgerscope.customers.decision import Fault, Refused

__all__ = ["Place", "read_cursor", "write_cursor"]

Place = tuple[datetime, str]
"""The instant and the identifier of the last row of a page."""

_UNKNOWN: Final = Refused("cursor: take it from the page before, unchanged", Fault.INVALID, "cursor")
_LAYOUT: Final = struct.Struct(">q16s")
"""Microseconds since 1970, and the identifier."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def write_cursor(place: Place) -> str:
    """The cursor that leads on from this row: 32 letters."""
    at, row_id = place
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(_LAYOUT.pack(microseconds, UUID(row_id).bytes)).decode()


def read_cursor(cursor: str) -> Place | Refused:
    """Where to go on; what no page can have given is refused."""
    try:
        microseconds, row_id = _LAYOUT.unpack(base64.b64decode(cursor, altchars=b"-_", validate=True))
        return _EPOCH + timedelta(microseconds=microseconds), UUID(bytes=row_id).hex
    except (binascii.Error, struct.error, ValueError, OverflowError):
        return _UNKNOWN
