"""A statement as a file: its bytes, its name and its media type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledgerscope.customers.statements.request import Asked
    from ledgerscope.store.records import Id

__all__ = ["MEDIA_TYPES", "StatementFile", "file_name"]

MEDIA_TYPES: Final = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}
_OTHER: Final = re.compile(r"[^A-Za-z0-9-]+")
_LONGEST_NUMBER: Final = 40


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A statement that was made; two of the same documents and days are the same bytes."""

    statement_id: Id
    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hexadecimal."""
        return sha256(self.content).hexdigest()


def file_name(asked: Asked, customer_number: str | None, statement_id: Id) -> str:
    """A name that no other statement has, of letters, digits, hyphens and one point."""
    whose = _OTHER.sub("-", customer_number or asked.customer_id)[:_LONGEST_NUMBER]
    first, last = asked.period
    return f"statement-{whose}-{asked.currency}-{first}-{last}-{statement_id}.{asked.format}"
