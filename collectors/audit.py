"""Audit log: its length by its last entry, against what proofs and seals have seen of it.

Nothing is counted: the numbers of the entries have no gaps unless somebody removed some, and the end of each
company's log is one step in an index. That the chain itself is whole a proof shows, not this.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, lateral, select, true

from collectors.area import AreaCollector
from collectors.clock import clock, instant, parameters
from ledgerscope.catalogue import audit as catalogue
from ledgerscope.store.tables import audit_log, audit_seal, audit_verification

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select, Table
    from sqlalchemy.sql.selectable import LateralFromClause, NamedFromClause

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["AuditCollector"]


class AuditCollector(AreaCollector):
    """Reads the end of the log, the last seal, and what was proven."""

    name = "audit"
    metrics = catalogue.METRICS
    reads = (audit_log, audit_seal, audit_verification)

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        for row in connection.execute(ends(), parameters(companies, as_of)):
            key = (row.tenant_id,)
            samples.put(catalogue.ENTRIES, key, row.last)
            samples.put(catalogue.MISSING, key, max(row.seen, row.sealed, row.last) - row.last)
            if row.verified_at is not None:
                samples.put(catalogue.LAST_VERIFIED, key, row.verified_at.timestamp())
                samples.put(catalogue.FAULTS, key, row.faults)


@cache
def ends() -> Select[Any]:
    """Per company: its last entry, how far seals and proofs reach, and what the last proofs found."""
    company = clock()
    entry, seal = _last_of(audit_log, "at", company), _last_of(audit_seal, "sealed_at", company)
    c = audit_verification.c
    mine = (c.tenant_id == company.c.tenant_id) & (c.verified_at <= instant())
    last = select(c.verified_at, c.faults).where(mine).order_by(c.verified_at.desc()).limit(1)
    proof, keyed = lateral(last, "proof"), lateral(last.where(c.checked == "seals"), "keyed_proof")
    seen = select(func.coalesce(func.max(c.rows), 0)).where(mine).correlate(company).scalar_subquery()
    return (
        select(
            company.c.tenant_id,
            func.coalesce(entry.c.seq, 0).label("last"),
            func.coalesce(seal.c.seq, 0).label("sealed"),
            seen.label("seen"),
            proof.c.verified_at,
            func.greatest(proof.c.faults, keyed.c.faults).label("faults"),
        )
        .select_from(company)
        .outerjoin(entry, true())
        .outerjoin(seal, true())
        .outerjoin(proof, true())
        .outerjoin(keyed, true())
    )


def _last_of(table: Table, instant_column: str, company: NamedFromClause) -> LateralFromClause:
    """The row with the greatest number that is there at the instant."""
    c = table.c
    mine = (c.tenant_id == company.c.tenant_id) & (c[instant_column] <= instant())
    return lateral(select(c.seq).where(mine).order_by(c.seq.desc()).limit(1), f"last_{table.name}")
