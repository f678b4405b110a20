"""Files of customers taken in and given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.customers.transfers.batches import row_class
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import ExportRun, ImportBatch, ImportRowError, make_event

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.store.changes_batch import Batch

__all__ = ["write_transfers"]

_FILTERS: Final = {"all": 0.4, "status": 0.25, "text": 0.2, "source": 0.15}
_PROBLEMS: Final = {
    "email": "is not an address",
    "currency": "is not an ISO 4217 code",
    "external_id": "exists already",
    "terms_days": "is not a whole number",
}
_DAYS_BETWEEN_IMPORTS: Final = 12
_DAYS_BETWEEN_EXPORTS: Final = 5


def write_transfers(seed: int, company: Company, batch: Batch, era: Era) -> None:
    """Imports and exports of one company over the whole era."""
    random = RandomSource(seed, company.tenant_id, "transfers")
    when = era.since + random.wait(_DAYS_BETWEEN_IMPORTS)
    while when <= era.until:
        _write_import(random, company, batch, when)
        when += random.wait(_DAYS_BETWEEN_IMPORTS)
    when = era.since + random.wait(_DAYS_BETWEEN_EXPORTS)
    while when <= era.until:
        _write_export(random, company, batch, when)
        when += random.wait(_DAYS_BETWEEN_EXPORTS)


def _write_import(random: RandomSource, company: Company, batch: Batch, when: datetime) -> None:
    rows, batch_id = int(random.lognormvariate(4, 1)) + 1, random.id()
    outcome = random.pick({"success": 0.75, "partial": 0.19, "failure": 0.06})
    rejected = {"success": 0, "partial": min(rows, 1 + rows // 12), "failure": rows}[outcome]
    file_format = random.pick({"csv": 0.8, "json": 0.2})
    done = when + random.seconds(0.5, 30)
    batch.add(
        ImportBatch(
            company.tenant_id, batch_id, file_format, outcome, rows, rows - rejected, rejected,
            "sales operations", when, done,
        )
    )  # fmt: skip
    told: list[tuple[EventType, tuple[str, ...]]] = [
        (EventType.CUSTOMERS_IMPORTED, (file_format, outcome, row_class(rows))),
        (EventType.CUSTOMER_IMPORT_BATCH_COMPLETED, (file_format,)),
    ]
    if outcome == "failure":
        told.append((EventType.IMPORT_FAILED, (file_format, "rows")))
    took = round((done - when).total_seconds() * 1000)
    for event_type, labels in told:
        batch.add(make_event(company.tenant_id, event_type, done, *labels, duration_ms=took))
    for row_no in sorted(random.sample(range(1, rows + 1), min(rejected, 20))):
        field, problem = random.choice([*_PROBLEMS.items()])
        batch.add(ImportRowError(company.tenant_id, batch_id, row_no, field, problem))


def _write_export(random: RandomSource, company: Company, batch: Batch, when: datetime) -> None:
    failed, rows = random.chance(0.02), int(random.lognormvariate(6, 0.8))
    run = ExportRun(
        company.tenant_id, random.id(), random.pick({"csv": 0.7, "json": 0.3}), random.pick(_FILTERS),
        "failure" if failed else "success", 0 if failed else rows, 0 if failed else rows * 142,
        "sales operations", int(random.lognormvariate(6, 0.7)), when,
    )  # fmt: skip
    batch.add(run)
    labels = (run.format, run.filter_type, run.outcome, row_class(run.rows))
    batch.add(
        make_event(
            company.tenant_id, EventType.CUSTOMERS_EXPORTED, when, *labels, duration_ms=run.duration_ms
        )
    )
