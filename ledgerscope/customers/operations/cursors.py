"""Cursors: where a page of a list ended, as an opaque text that the next request hands back."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from uuid import UUID

from ledgerscope.customers.decision import Fault, Refused

__all__ = ["Place", "read_cursor", "write_cursor"]

_UNKNOWN = Refused("cursor: take it from the page before, unchanged", Fault.INVALID, "cursor")
Place = tuple[datetime, str]
"""The instant and the identifier of the last row of a page."""


def write_cursor(place: Place) -> str:
    """The cursor that leads on from this row."""
    at, row_id = place
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), row_id]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Place | Refused:
    """Where to go on; a cursor that no page gave is refused."""
    try:
        decoded = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        at, row_id = json.loads(decoded)
        place = datetime.fromisoformat(at), UUID(row_id).hex
    except (binascii.Error, UnicodeError, ValueError, TypeError, AttributeError, RecursionError):
        return _UNKNOWN
    return place if place[0].tzinfo is not None else _UNKNOWN
