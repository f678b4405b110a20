"""The operations on the audit log: reading it, and proving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, text

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.audit.verification import Verification, verify_log
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.guard import takes
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ledgerscope.customers.audit.keys import AuditKeys
    from ledgerscope.customers.operations import Operations

__all__ = ["Audit", "AuditPage", "AuditRow", "ListAudit"]

LARGEST_PAGE: Final = 500
_KEEP: Final = text("""
    insert into audit_verification (tenant_id, verified_at, rows, sealed_to, faults)
    values (:tenant, :at, :rows, :sealed_to, :faults)
    on conflict (tenant_id, verified_at) do nothing
""")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to whom: `seq` counts from 1 in each company, `subject` is an identifier."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAudit:
    """Which entries, newest first, `limit` at a time; `before` is the last `seq` of the page before."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    limit: int = 50
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, and the `before` of the next page; None on the last."""

    entries: tuple[AuditRow, ...]
    next_before: int | None


class Audit:
    """The audit log of one company; takes `audit:read`. Raises StoreError and UnknownCompany."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    @takes(Permission.AUDIT_READ)
    def list(self, asked: ListAudit = ListAudit()) -> AuditPage | Refused:
        """A page of entries."""
        if not 1 <= asked.limit <= LARGEST_PAGE:
            return Refused(f"limit: 1 to {LARGEST_PAGE}, not {asked.limit}", Fault.INVALID, "limit")
        c = t.audit_log.c
        query = select(c.seq, c.at, c.actor, c.action, c.subject, c.details).where(
            c.tenant_id == self._tenant_id
        )
        for column, value in ((c.subject, asked.subject), (c.actor, asked.actor), (c.action, asked.action)):
            if value is not None:
                query = query.where(column == value)
        if asked.before is not None:
            query = query.where(c.seq < asked.before)
        with self._operations.read() as connection:
            rows = connection.execute(query.order_by(c.seq.desc()).limit(asked.limit + 1)).all()
        shown = tuple(AuditRow(*row) for row in rows[: asked.limit])
        return AuditPage(shown, shown[-1].seq if len(rows) > asked.limit else None)

    @takes(Permission.AUDIT_READ)
    def verify(self, keys: AuditKeys | None = None) -> Verification | Refused:
        """Prove the log and keep what was found, for the metric of the last proof."""
        with self._operations.read() as connection:
            moment = self._operations.moment(connection)
            found = verify_log(connection, self._tenant_id, keys)
            connection.execute(
                _KEEP,
                {
                    "tenant": self._tenant_id, "at": moment.at, "rows": found.rows,
                    "sealed_to": found.sealed_to, "faults": len(found.faults),
                },
            )  # fmt: skip
        return found
