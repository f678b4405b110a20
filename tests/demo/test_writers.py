"""The writer of transactions and the loader in bulk leave the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.generate import MONTHS, _Generator
from ledgerscope.demo.history.agenda import Era
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.changes_loader import stream_changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.records import TABLE_OF

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from sqlalchemy import URL, Engine

UNTIL = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
COMPARED = {
    "invoice": "number", "invoice_due": "invoice_id, seq", "payment": "payment_id", "refund": "refund_id",
    "payment_reversal": "payment_reversal_id", "credit_note": "credit_note_id", "write_off": "write_off_id",
    "write_off_reversal": "write_off_reversal_id", "allocation": "allocation_id", "customer": "customer_id",
    "credit_limit": "credit_limit_id", "subscription": "subscription_id", "job_run": "job_run_id",
    "subscription_version": "version_id",
}  # fmt: skip

WRITTEN = {*COMPARED, "tenant", "plan", "event", "audit_log", "import_batch"}
"""Rows of other tables are written in any order within a batch, their parents after them too."""


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Changes]:
    """Everything that a small company decides and writes, in its order."""
    changes: list[Changes] = []
    add, apply = Batch.add, Batch.apply

    def add_too(self: Batch, record: Any) -> None:
        if not applying:
            changes.append(Changes((record,)))
        add(self, record)

    applying: list[bool] = []

    def apply_too(self: Batch, decided: Changes) -> None:
        changes.append(decided)
        applying.append(True)
        apply(self, decided)
        applying.pop()

    with monkeypatch.context() as patched:
        patched.setattr(Batch, "add", add_too)
        patched.setattr(Batch, "apply", apply_too)
        company = COMPANIES[0]
        era = Era(company.calendar.months_later(UNTIL, -MONTHS), UNTIL)
        for _ in _Generator(3, 12, company, era).chapters("{}"):
            pass
    return [one for one in changes if one.events or kinds_of(one) <= WRITTEN]


def kinds_of(changes: Changes) -> set[str]:
    kinds = (row.kind if isinstance(row, Update) else type(row) for row in changes.rows)
    return {TABLE_OF[kind].name for kind in kinds}


def rows(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table: list(connection.execute(text(f"select * from {table} order by {key}")))  # noqa: S608 -- names above
            for table, key in COMPARED.items()
        }


def test_both_writers_leave_the_same_rows(
    clone_template: Callable[[], URL], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = recorded(monkeypatch)
    engines = [create_engine(clone_template(), OWNER) for _ in range(2)]
    with engines[0].begin() as connection:
        stream_changes(connection, changes, size=10**9)
    with engines[1].begin() as connection:
        for first in range(0, len(changes), 40):
            write_changes(connection, changes[first : first + 40])
    loaded, written = map(rows, engines)
    assert {table for table, found in loaded.items() if not found} == set()
    for table in COMPARED:
        assert loaded[table] == written[table], table
    for engine in engines:
        engine.dispose()
