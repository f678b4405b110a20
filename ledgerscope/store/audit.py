"""The audit trail's proof: whether any row was changed or removed since it was written.

Each row's hash covers the row and the hash before it, per tenant. The database makes the hashes; this makes
them anew and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["first_break"]

_FIRST_BREAK: Final = text("""
    select min(seq) from (
        select seq, hash, prev_hash,
               lag(hash, 1, ''::bytea) over (order by seq) as hash_before,
               lag(seq, 1, 0::bigint) over (order by seq) as seq_before,
               ledgerscope_audit_hash(prev_hash, tenant_id, seq, actor, action, subject, details, at) as anew
        from audit_log where tenant_id = :tenant
    ) as chain
    where hash <> anew or prev_hash <> hash_before or seq <> seq_before + 1
""")


def first_break(connection: Connection, tenant_id: str) -> int | None:
    """The first `seq` of the tenant that does not fit what stands before it; None for a sound trail.

    Rows cut off at the end leave no trace in the trail itself: compare its last hash with one kept elsewhere.
    """
    seq: int | None = connection.execute(_FIRST_BREAK, {"tenant": tenant_id}).scalar_one()
    return seq
