"""Encrypting what is kept with the current key, so that former keys can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, tuple_

from ledgerscope.customers.credentials.encryption import Place, seal, unseal
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Credential

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from ledgerscope.customers.credentials.keys import CredentialKeys
    from ledgerscope.customers.decision import Call
    from ledgerscope.store.records import Id

__all__ = ["LARGEST_BATCH", "Batch", "Reencrypted", "UnreadableCredential", "left_by_key", "reencrypt_batch"]

LARGEST_BATCH: Final = 1_000
_NO_KEY: Final = "none of the keys reads it, or it was made for another row"


@dataclass(frozen=True, slots=True)
class UnreadableCredential:
    """A credential that stays as it is: `key_id` is the key that it names."""

    customer_id: Id
    version: int
    key_id: str
    reason: str = _NO_KEY


@dataclass(frozen=True, slots=True)
class Reencrypted:
    """How many credentials were encrypted anew, how many are left by key, and which nobody can read.

    A former key can go as soon as nothing is left with it.
    """

    reencrypted: int
    left: dict[str, int]
    unreadable: tuple[UnreadableCredential, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch came to: `last` is the row it ended with; None where none was left."""

    reencrypted: int = 0
    unreadable: tuple[UnreadableCredential, ...] = ()
    last: tuple[Id, int] | None = None


def reencrypt_batch(
    connection: Connection, keys: CredentialKeys, call: Call, after: tuple[Id, int] | None, size: int
) -> tuple[Changes, Batch]:
    """The next rows after a row that another key than the current one encrypted."""
    tenant_id, c = call.moment.tenant_id, t.credential.c
    query = select(c.customer_id, c.version, c.key_id, c.ciphertext).where(*_others(tenant_id, keys))
    if after is not None:
        query = query.where(tuple_(c.customer_id, c.version) > after)
    rows = connection.execute(query.order_by(c.customer_id, c.version).limit(size).with_for_update()).all()
    updates, unreadable = list[Update](), list[UnreadableCredential]()
    for row in rows:
        place = Place(tenant_id, row.customer_id.hex, row.version)
        login = unseal(keys, place, bytes(row.ciphertext))
        if login is None:
            unreadable.append(UnreadableCredential(place.customer_id, place.version, row.key_id))
            continue
        made = seal(keys, place, login)
        values = {"key_id": made.key_id, "ciphertext": made.ciphertext, "fingerprint": made.fingerprint}
        updates.append(Update(Credential, (tenant_id, place.customer_id, place.version), values))
    last = (rows[-1].customer_id.hex, rows[-1].version) if rows else None
    batch = Batch(len(updates), tuple(unreadable), last)
    if not updates:
        return Changes(), batch
    audit = call.audit("credential.reencrypted", tenant_id, credentials=len(updates), key_id=keys.current)
    return Changes((*updates, audit)), batch


def left_by_key(connection: Connection, tenant_id: str, keys: CredentialKeys) -> dict[str, int]:
    """How many credentials other keys than the current one encrypted."""
    c = t.credential.c
    query = select(c.key_id, func.count()).where(*_others(tenant_id, keys)).group_by(c.key_id)
    return {row[0]: row[1] for row in connection.execute(query.order_by(c.key_id))}


def _others(tenant_id: str, keys: CredentialKeys) -> tuple[ColumnElement[bool], ...]:
    c = t.credential.c
    return c.tenant_id == tenant_id, c.key_id != keys.current, func.octet_length(c.ciphertext) > 0
