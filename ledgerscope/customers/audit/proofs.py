"""Proofs of the audit log that were made, kept for the metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.customers.audit.verification import Verification
    from ledgerscope.customers.decision import Moment

__all__ = ["keep_proof"]

_KEEP: Final = text("""
    insert into audit_verification (tenant_id, verified_at, rows, checked, sealed_to, faults)
    values (:tenant, :at, :rows, :checked, :sealed_to, :faults)
    on conflict (tenant_id, verified_at) do nothing
""")


def keep_proof(connection: Connection, found: Verification, moment: Moment) -> None:
    """Keep what a proof found; where another one of the same instant was kept, that one stands."""
    row = {
        "tenant": moment.tenant_id, "at": moment.at, "rows": found.rows, "checked": found.checked,
        "sealed_to": found.sealed_to, "faults": len(found.faults),
    }  # fmt: skip
    connection.execute(_KEEP, row)
