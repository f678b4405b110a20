"""Seals: a keyed hash over the end of a company's audit log, written with every entry.

The log chains its rows by plain hashes, which whoever can write to the tables could compute anew. A seal is
an HMAC-SHA256 over the company, the place and the hash there, so it vouches for every row up to that place.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.customers.audit.keys import AuditKeys
    from ledgerscope.customers.decision import Moment

__all__ = ["seal_end", "seal_of"]

_PURPOSE: Final = b"ledgerscope audit seal 1"
_END: Final = text("select seq, hash from audit_log where tenant_id = :tenant order by seq desc limit 1")
_WRITE: Final = text("""
    insert into audit_seal (tenant_id, seq, key_id, mac, sealed_at) values (:tenant, :seq, :key, :mac, :at)
""")


def seal_end(connection: Connection, keys: AuditKeys, moment: Moment) -> None:
    """Seal the entries that this transaction has written; nobody else can add one before it ends."""
    end = connection.execute(_END, {"tenant": moment.tenant_id}).one()
    mac = seal_of(keys.secrets[keys.current], moment.tenant_id, end.seq, end.hash)
    connection.execute(
        _WRITE,
        {"tenant": moment.tenant_id, "seq": end.seq, "key": keys.current, "mac": mac, "at": moment.at},
    )


def seal_of(secret: bytes, tenant_id: str, seq: int, row_hash: bytes) -> bytes:
    """The seal on a row of a company's log; the parts cannot run into each other."""
    tenant = tenant_id.encode()
    message = b"".join((_PURPOSE, len(tenant).to_bytes(4), tenant, seq.to_bytes(8), row_hash))
    return hmac.digest(secret, message, "sha256")
