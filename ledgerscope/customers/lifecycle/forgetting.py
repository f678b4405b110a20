"""What an erasure leaves of a customer's credential: versions, and nothing of the logins that they held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.store import tables as t
from ledgerscope.store.changes import Update
from ledgerscope.store.records import Credential, span

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["Spell", "forgotten", "load_spells"]

_STEP: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Spell:
    """When a version is or was in use: [start, end), without an end while it is."""

    version: int
    start: datetime
    end: datetime | None = None


def forgotten(tenant_id: str, customer_id: Id, spell: Spell, at: datetime, fingerprint: str) -> Update:
    """The version no longer in use, without its secret, address and client id."""
    end = spell.end or max(at, spell.start + _STEP)
    values: dict[str, Any] = {
        "valid": span(spell.start, end), "ciphertext": b"", "fingerprint": fingerprint, "base_url": None,
        "client_id": None,
    }  # fmt: skip
    return Update(Credential, (tenant_id, customer_id, spell.version), values)


def load_spells(connection: Connection, tenant_id: str, customer_id: Any) -> tuple[Spell, ...]:
    """Every version of the credential of a customer, in use or not."""
    c = t.credential.c
    query = select(c.version, func.lower(c.valid), func.upper(c.valid)).where(
        c.tenant_id == tenant_id, c.customer_id == customer_id
    )
    return tuple(Spell(*row) for row in connection.execute(query.order_by(c.version)))
