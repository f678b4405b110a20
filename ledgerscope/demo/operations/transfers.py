"""Files of customers taken in and given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.demo.random_source import RandomSource
from ledgerscope.store.records import ExportRun, ImportBatch, ImportRowError

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.store.changes_batch import Batch

__all__ = ["write_transfers"]

_FILTERS: Final = {"all": 0.4, "status": 0.25, "segment": 0.2, "overdue": 0.15}
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
    batch.add(
        ImportBatch(
            company.tenant_id, batch_id, random.pick({"csv": 0.8, "json": 0.2}), outcome, rows,
            rows - rejected, rejected, "sales operations", when, when + random.seconds(0.5, 30),
        )
    )  # fmt: skip
    for row_no in sorted(random.sample(range(1, rows + 1), min(rejected, 20))):
        field, problem = random.choice([*_PROBLEMS.items()])
        batch.add(ImportRowError(company.tenant_id, batch_id, row_no, field, problem))


def _write_export(random: RandomSource, company: Company, batch: Batch, when: datetime) -> None:
    failed, rows = random.chance(0.02), int(random.lognormvariate(6, 0.8))
    batch.add(
        ExportRun(
            company.tenant_id, random.id(), random.pick({"csv": 0.7, "json": 0.3}), random.pick(_FILTERS),
            "failure" if failed else "success", 0 if failed else rows, 0 if failed else rows * 142,
            "sales operations", int(random.lognormvariate(6, 0.7)), when,
        )
    )  # fmt: skip
