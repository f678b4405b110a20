"""Files of customers taken in and given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.demo.dice import Dice
from ledgerscope.demo.records import ExportRun, ImportBatch, ImportRowError

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.book import Book
    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.life.story import Era

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


def write_transfers(seed: int, company: Company, book: Book, era: Era) -> None:
    """Imports and exports of one company over the whole era."""
    dice = Dice(seed, company.tenant_id, "transfers")
    when = era.since + dice.wait(_DAYS_BETWEEN_IMPORTS)
    while when <= era.until:
        _write_import(dice, company, book, when)
        when += dice.wait(_DAYS_BETWEEN_IMPORTS)
    when = era.since + dice.wait(_DAYS_BETWEEN_EXPORTS)
    while when <= era.until:
        _write_export(dice, company, book, when)
        when += dice.wait(_DAYS_BETWEEN_EXPORTS)


def _write_import(dice: Dice, company: Company, book: Book, when: datetime) -> None:
    rows, batch_id = int(dice.lognormvariate(4, 1)) + 1, dice.id()
    outcome = dice.pick({"success": 0.75, "partial": 0.19, "failure": 0.06})
    rejected = {"success": 0, "partial": min(rows, 1 + rows // 12), "failure": rows}[outcome]
    book.add(
        ImportBatch(
            company.tenant_id, batch_id, dice.pick({"csv": 0.8, "json": 0.2}), outcome, rows,
            rows - rejected, rejected, "sales operations", when, when + dice.seconds(0.5, 30),
        )
    )  # fmt: skip
    for row_no in sorted(dice.sample(range(1, rows + 1), min(rejected, 20))):
        field, problem = dice.choice([*_PROBLEMS.items()])
        book.add(ImportRowError(company.tenant_id, batch_id, row_no, field, problem))


def _write_export(dice: Dice, company: Company, book: Book, when: datetime) -> None:
    failed, rows = dice.chance(0.02), int(dice.lognormvariate(6, 0.8))
    book.add(
        ExportRun(
            company.tenant_id, dice.id(), dice.pick({"csv": 0.7, "json": 0.3}), dice.pick(_FILTERS),
            "failure" if failed else "success", 0 if failed else rows, 0 if failed else rows * 142,
            "sales operations", int(dice.lognormvariate(6, 0.7)), when,
        )
    )  # fmt: skip
