"""Seals: keyed hashes over what the audit log says, each over the seal before it as well.

The log chains its rows by plain hashes, which whoever can write to the tables could compute anew, and by a
function that its owner could replace. A seal is an HMAC-SHA256, with a key that the database does not have,
over the content of the rows it vouches for. An operation vouches for the rows that it wrote itself and for no
others: rows that appeared without a seal stay unsealed until somebody adopts them.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import text

from ledgerscope.customers.audit.content import Digest, canonical, digest_of, microseconds, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.audit.content import Number
    from ledgerscope.customers.audit.keys import AuditKeys
    from ledgerscope.customers.decision import Moment

__all__ = ["ADOPTED", "Head", "InvalidHead", "Seal", "seal_end", "seal_of"]

ADOPTED: Final = "audit.sealed"
"""The entry whose seal also vouches for the rows before it, from the one after its detail `after`."""
_PURPOSE: Final = "ledgerscope audit seal 2"
_HEAD: Final = re.compile(r"([1-9][0-9]{0,18}):([0-9a-f]{64})")
# Rows of this transaction are those with its number; nobody else can add one before it ends.
_PLACE: Final = text("""
    select coalesce((
        select seq from audit_log
        where tenant_id = :tenant and xmin <> pg_current_xact_id()::xid order by seq desc limit 1
    ), 0) as others_end, seal.seq, seal.mac
    from (select) as always
    left join (select seq, mac from audit_seal where tenant_id = :tenant order by seq desc limit 1) as seal
        on true
""")
_WRITE: Final = text("""
    insert into audit_seal (tenant_id, seq, prev_seq, key_id, mac, sealed_at)
    values (:tenant, :seq, :prev_seq, :key, :mac, :at)
""")


class InvalidHead(Exception):
    """A text names no seal."""


@dataclass(frozen=True, slots=True)
class Head:
    """A seal by its row and its MAC in hex. Kept outside the database, it proves the log up to that row."""

    seq: int
    mac: str

    @classmethod
    def parse(cls, given: str) -> Self:
        """The seal that `SEQ:MAC` names; raises InvalidHead."""
        found = _HEAD.fullmatch(given.strip().lower())
        if found is None:
            raise InvalidHead(f"expected SEQ:MAC, a row and 64 hex digits, not {given!r}")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.seq}:{self.mac}"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says: for which rows (`prev_seq < row <= seq`), since when, after which seal."""

    tenant_id: str
    prev_seq: int
    seq: int
    sealed_at: Number
    before: Head | None
    digest: str


def seal_of(secret: bytes, seal: Seal) -> bytes:
    """The MAC: over a list in JSON, so that its parts cannot run into each other."""
    before = None if seal.before is None else [seal.before.seq, seal.before.mac]
    said = [
        _PURPOSE, seal.tenant_id, seal.prev_seq, seal.seq, seal.sealed_at, before, seal.digest,
    ]  # fmt: skip
    return hmac.digest(secret, canonical(said).encode(), "sha256")


def seal_end(connection: Connection, keys: AuditKeys, moment: Moment) -> None:
    """Seal the entries that this transaction has written; it has written one at least."""
    tenant_id = moment.tenant_id
    place = connection.execute(_PLACE, {"tenant": tenant_id}).one()
    own = read_rows(connection, tenant_id, place.others_end).all()
    after = _begins_after(own)
    digest = _digest(own) if after == place.others_end else digest_of(connection, tenant_id, after)
    before = None if place.seq is None else Head(place.seq, place.mac.hex())
    seal = Seal(tenant_id, after, digest.end, microseconds(moment.at), before, digest.value)
    connection.execute(
        _WRITE,
        {
            "tenant": tenant_id, "seq": seal.seq, "prev_seq": after, "key": keys.current,
            "mac": seal_of(keys.secrets[keys.current], seal), "at": moment.at,
        },
    )  # fmt: skip


def _begins_after(own: Sequence[Row[Any]]) -> int:
    """The row before the first that is sealed: one that adopts says where it begins."""
    for row in own:
        if row.action == ADOPTED:
            return int(json.loads(row.details)["after"])
    return int(own[0].seq) - 1


def _digest(rows: Sequence[Row[Any]]) -> Digest:
    digest = Digest()
    for row in rows:
        digest.add(row)
    return digest
