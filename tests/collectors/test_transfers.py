"""Imports and exports: their events are counted, and the rows of those that ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from collectors.base import Distribution
from collectors.transfers import TransfersCollector
from ledgerscope.store import tables as t
from tests.collectors.books import Books, at

if TYPE_CHECKING:
    from datetime import datetime

IMPORTED, FAILED = "customer_import_processed_total", "customer_import_failed_total"
RECORDS, DURATION = "customer_import_records_total", "customer_import_processing_duration_seconds"
EXPORTED, SIZE = "customer_export_generated_total", "customer_export_file_size_bytes"
NOTHING = dict.fromkeys(
    (("acme", kind) for kind in ("created", "updated", "unchanged", "skipped", "failed")), 0
)


def run(books: Books, finished_at: datetime | None, **more: Any) -> None:
    rows = dict.fromkeys(("rows_created", "rows_updated", "rows_unchanged", "rows_skipped"), 0)
    given = {"rows_total": 100, "rows_accepted": 15, "rows_rejected": 0} | rows | more
    outcome = None if finished_at is None else "partial"
    whose = {"tenant_id": "acme", "import_batch_id": uuid4(), "format": "csv", "outcome": outcome}
    books.add(t.import_batch, **whose, started_at=at(-9), finished_at=finished_at, **given)


def export(books: Books, size: int, when: datetime, outcome: str = "success") -> None:
    books.add(
        t.export_run, tenant_id="acme", export_run_id=uuid4(), format="json", filter_type="all",
        outcome=outcome, rows=1, size_bytes=size, duration_ms=1, at=when,
    )  # fmt: skip


def test_without_transfers_everything_is_zero(books: Books) -> None:
    books.tenant()
    found = books.read(TransfersCollector())
    assert found[RECORDS] == NOTHING
    assert {name: set(found[name].values()) for name in (IMPORTED, FAILED, EXPORTED)} == {
        IMPORTED: {0},
        FAILED: {0},
        EXPORTED: {0},
    }
    assert found[SIZE] == dict.fromkeys([("acme", "csv"), ("acme", "json")], Distribution((0,) * 11, 0.0))


def test_events_are_counted(books: Books) -> None:
    books.tenant()
    labels = {"format": "xlsx", "status": "failure", "size_class": "0-99"}
    books.event("CustomersImported", labels=labels, duration_ms=30_000)
    books.event("ImportFailed", labels={"format": "xlsx", "reason": "rows"}, duration_ms=30_000)
    exported = {"format": "csv", "filter_type": "several", "outcome": "failure", "size_class": "0-99"}
    books.event("CustomersExported", labels=exported, duration_ms=1)
    found = books.read(TransfersCollector())
    assert found[IMPORTED]["acme", "xlsx", "failure"] == 1
    assert found[FAILED]["acme", "xlsx", "rows"] == 1
    assert found[DURATION]["acme", "xlsx", "0-99"] == Distribution((0,) * 5 + (1,) * 6, 30.0)
    assert found[EXPORTED]["acme", "csv", "several", "failure"] == 1


def test_rows_are_counted_once_their_import_has_ended(books: Books) -> None:
    books.tenant()
    run(books, at(-3), rows_created=1, rows_updated=2, rows_unchanged=3, rows_skipped=4, rows_rejected=5)
    run(books, at(0), rows_created=10, undone_at=at(0))
    run(books, at(1), rows_created=100)
    run(books, None, rows_created=100)
    found = books.read(TransfersCollector())
    assert {kind: rows for (_, kind), rows in found[RECORDS].items()} == {
        "created": 11, "updated": 2, "unchanged": 3, "skipped": 4, "failed": 5,
    }  # fmt: skip
    assert books.read(TransfersCollector(), at(-4))[RECORDS] == NOTHING


def test_sizes_are_those_of_files_that_were_given_out(books: Books) -> None:
    books.tenant()
    export(books, 1000, at(0))
    export(books, 1001, at(-1))
    export(books, 10**9 + 1, at(-1))
    export(books, 7, at(-1), "failure")
    export(books, 7, at(1))
    found = books.read(TransfersCollector())
    assert found[SIZE]["acme", "json"] == Distribution((1, *(2,) * 9, 3), 10**9 + 2002)


def test_companies_are_kept_apart(books: Books) -> None:
    books.tenant()
    books.tenant("globex")
    run(books, at(-3), rows_created=1)
    export(books, 1, at(-1))
    found = books.read(TransfersCollector())
    assert found[RECORDS]["globex", "created"] == 0
    assert found[SIZE]["globex", "json"].count == 0
