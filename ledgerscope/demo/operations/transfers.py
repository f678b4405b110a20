"""Statements asked for, files of customers taken in and given out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.dates import add_months
from ledgerscope.demo.dice import Dice
from ledgerscope.demo.records import Customer, ExportRun, ImportBatch, ImportRowError, Statement

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.book import Book
    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.life.story import Era

__all__ = ["write_transfers"]

_FORMATS: Final = {"pdf": 0.8, "csv": 0.2}
_DELIVERIES: Final = {"email": 0.7, "download": 0.2, "post": 0.06, "api": 0.04}
_FAILURES: Final = ("renderer", "delivery", "timeout")
_FILTERS: Final = {"all": 0.4, "status": 0.25, "segment": 0.2, "overdue": 0.15}
_PROBLEMS: Final = {
    "email": "is not an address",
    "currency": "is not an ISO 4217 code",
    "external_id": "exists already",
    "terms_days": "is not a whole number",
}
_STATEMENTS_PER_CUSTOMER: Final = 1.2
_DAYS_BETWEEN_IMPORTS: Final = 12
_DAYS_BETWEEN_EXPORTS: Final = 5


def write_transfers(seed: int, company: Company, book: Book, era: Era) -> None:
    """Statements, imports and exports of one company over the whole era."""
    dice = Dice(seed, company.tenant_id, "transfers")
    customers = [row for row in book.of(Customer) if row[0] == company.tenant_id]
    for _ in range(int(len(customers) * _STATEMENTS_PER_CUSTOMER)):
        _write_statement(dice, company, book, era, Customer._make(dice.choice(customers)))
    when = era.since + dice.wait(_DAYS_BETWEEN_IMPORTS)
    while when <= era.until:
        _write_import(dice, company, book, when)
        when += dice.wait(_DAYS_BETWEEN_IMPORTS)
    when = era.since + dice.wait(_DAYS_BETWEEN_EXPORTS)
    while when <= era.until:
        _write_export(dice, company, book, when)
        when += dice.wait(_DAYS_BETWEEN_EXPORTS)


def _write_statement(dice: Dice, company: Company, book: Book, era: Era, customer: Customer) -> None:
    when = dice.moment(customer.created_at, customer.deleted_at or era.until)
    end = company.calendar.day(when).replace(day=1)
    failed = dice.chance(0.02)
    took = int(dice.lognormvariate(6.8, 0.6))
    book.add(
        Statement(
            company.tenant_id, dice.id(), customer.customer_id, add_months(end, -dice.choice((1, 1, 3, 12))),
            end, dice.pick(_FORMATS), dice.pick(_DELIVERIES), "failure" if failed else "success",
            dice.choice(_FAILURES) if failed else None, took, when,
            None if failed else min(when + timedelta(milliseconds=took), era.until),
        )
    )  # fmt: skip


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
