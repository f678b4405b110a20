"""Loads a business in one transaction: whole or not at all, and never a second time.

Guards against mixing: a company that is there already stays as it is, and the load is refused unless the very
same business was asked for. The database's settings, indexes and constraints stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, select, text

from ledgerscope.customers.audit.proofs import keep_proof
from ledgerscope.customers.audit.verification import verify_log
from ledgerscope.customers.decision import Moment
from ledgerscope.demo.aging import keep_aging
from ledgerscope.demo.datasets import Request, find_dataset
from ledgerscope.demo.errors import AlreadyLoaded, NotTheOwner
from ledgerscope.demo.future import future
from ledgerscope.demo.simulation import position as positions
from ledgerscope.progress import silent
from ledgerscope.store.changes_loader import copy_batch
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.records import Customer, Invoice
from ledgerscope.store.tables import tenant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.demo.datasets import Dataset
    from ledgerscope.progress import Advance

__all__ = ["Loaded", "load_demo"]

_RESTRICTED: Final = text("select row_security_active('customer')")
_ROUGH_STATISTICS: Final = text("set local default_statistics_target = 20")
"""The planner needs to know that the tables have grown; a sample of a fifth of the usual size is enough."""
_FIRST_STATISTICS: Final = text("analyze invoice, invoice_due, payment, credit_note, write_off, allocation")
"""Checks of foreign keys are planned once; of a table that seems to be empty they would read every row."""
_KEEPS_SUMS: Final = text("set local ledgerscope.load_keeps_sums = on")
"""The batches bring what the triggers keep: little is left to sum, and once, when all rows are there."""
_SUM_ONCE: Final = tuple(
    text(statement)
    for statement in (
        """select ledgerscope_keep_missing(array_agg(tenant_id), array_agg(invoice_id)) from invoice
        where tenant_id = any(:tenants) having count(*) > 0""",
        """select ledgerscope_keep_instalments(array_agg(tenant_id), array_agg(invoice_id), array_agg(seq))
        from invoice_due where tenant_id = any(:tenants) having count(*) > 0""",
        """select ledgerscope_keep_sources('payment', array_agg(tenant_id), array_agg(payment_id))
        from payment where tenant_id = any(:tenants) having count(*) > 0""",
        """select ledgerscope_keep_sources('credit_note', array_agg(tenant_id), array_agg(credit_note_id))
        from credit_note where tenant_id = any(:tenants) having count(*) > 0""",
        """select ledgerscope_keep_sources('write_off', array_agg(tenant_id), array_agg(write_off_id))
        from write_off where tenant_id = any(:tenants) having count(*) > 0""",
    )
)
"""What the batches could not know, because it lies in two of them; only rows that differ are written."""
_LOCK: Final = text("select pg_advisory_xact_lock(hashtext('ledgerscope.demo'))")


@dataclass(slots=True)
class Loaded:
    """What a load wrote; nothing where the same business was there already."""

    rows: int = 0
    customers: int = 0
    invoices: int = 0

    @property
    def was_there(self) -> bool:
        return not self.rows


def load_demo(
    database: Engine | str,
    *,
    until: datetime,
    seed: int = 1,
    scale: float = 1.0,
    dataset: str = "demo",
    progress: Advance = silent,
) -> Loaded:
    """Write a business that ends at `until` with the rights of the owner.

    Does nothing where the same dataset, seed and scale are loaded already, whatever `until` they had. Raises
    AlreadyLoaded where one of its companies exists otherwise, another DemoError, or StoreError.
    """
    request, wanted = Request(dataset, seed, scale), find_dataset(dataset)
    if isinstance(database, Engine):
        return _load(database, request, wanted, until, progress)
    engine = create_engine(database, OWNER, pool_size=0)
    try:
        return _load(engine, request, wanted, until, progress)
    finally:
        engine.dispose()


def _load(
    engine: Engine, request: Request, dataset: Dataset, until: datetime, progress: Callable[[int], None]
) -> Loaded:
    loaded = Loaded()
    with engine.begin() as connection:
        if connection.execute(_RESTRICTED).scalar_one():
            raise NotTheOwner
        connection.execute(_LOCK)
        there = _is_there(connection, request, dataset)
        for part in dataset.live_parts:
            positions.prepare(connection, dataset.tenants, part, until)
        if there:
            return loaded
        connection.execute(_KEEPS_SUMS)
        chapters = dataset.chapters(request.seed, request.scale, until, request.mark)
        with future(chapters) as made:
            for batch in made:
                copy_batch(connection, batch, progress)
                if not loaded.invoices and batch.of(Invoice):
                    connection.execute(_ROUGH_STATISTICS)
                    connection.execute(_FIRST_STATISTICS)
                loaded.rows += len(batch)
                loaded.customers += len(batch.of(Customer))
                loaded.invoices += len(batch.of(Invoice))
        connection.execute(_ROUGH_STATISTICS)
        connection.execute(text("analyze"))
        for statement in _SUM_ONCE:
            connection.execute(statement, {"tenants": list(dataset.tenants)})
        for company in dataset.tenants:
            if dataset.live_parts:
                keep_aging(connection, company, until)
            keep_proof(
                connection, verify_log(connection, company, None), Moment(company, until, until.date())
            )
    return loaded


def _is_there(connection: Connection, request: Request, dataset: Dataset) -> bool:
    """Whether the business is loaded already; raises AlreadyLoaded where another one is in its place."""
    settings = tenant.c.settings
    same = settings.op("@>")(text("cast(:mark as jsonb)").bindparams(mark=request.mark)).label("same")
    query = select(tenant.c.tenant_id, same).where(tenant.c.tenant_id.in_(dataset.tenants))
    found = {row.tenant_id: row.same for row in connection.execute(query)}
    if found and not (all(found.values()) and len(found) == len(dataset.tenants)):
        raise AlreadyLoaded(
            sorted(found), f"{request.dataset} (seed {request.seed}, scale {request.scale:g})"
        )
    return bool(found)
