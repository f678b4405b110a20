"""Many rows go out as JSON, few as values; both leave the same rows, and lost updates are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.errors import RowVanished
from ledgerscope.store.records import AuditEntry, Customer, ImportBatch, Tenant, derive_id

if TYPE_CHECKING:
    from sqlalchemy import Engine

AT = datetime(2026, 3, 10, 12, 30, 15, 123456, tzinfo=UTC)


def rows(count: int) -> list[Any]:
    customers = [
        Customer(
            "acme", derive_id(place), f"n-{place}", 'N "quoted" \\ \n 株', None, "active",
            bool(place % 2), "EUR", place, "import", None, AT, AT,
        )
        for place in range(count)
    ]  # fmt: skip
    entries = [
        AuditEntry("acme", "anna", "tried", str(place), '{"a": [1, "b"]}', AT) for place in range(count)
    ]
    batches = [
        ImportBatch(
            "acme", derive_id("b", place), "csv", None, 0, 0, 0, "anna", AT, None, rows_hash=b"\0\xff'\\"
        )
        for place in range(count)
    ]
    return [*customers, *entries, *batches]


def written(owner: Engine, *portions: list[Any]) -> list[Any]:
    queries = (
        "select * from customer order by customer_id",
        "select actor, subject, details, at from audit_log order by seq",
        "select * from import_batch order by import_batch_id",
    )
    with owner.connect() as connection, connection.begin() as transaction:
        write_changes(connection, [Changes((Tenant("acme", "A", "UTC", "EUR", "{}", AT),))])
        for portion in portions:
            write_changes(connection, [Changes(tuple(portion))])
        found = [[tuple(row) for row in connection.exec_driver_sql(query)] for query in queries]
        transaction.rollback()
    return found


def test_many_rows_are_written_as_few_are(owner: Engine) -> None:
    all_rows = rows(250)
    few = [[row] for row in all_rows]
    assert written(owner, all_rows) == written(owner, *few)


@pytest.mark.parametrize("count", [1, 3, 250])
def test_an_update_that_finds_no_row_names_it(owner: Engine, count: int) -> None:
    known = rows(count)[:count]
    updates = [Update(Customer, ("acme", row.customer_id), {"phone": "1"}) for row in known]
    lost = Update(Customer, ("acme", derive_id("nobody")), {"phone": "1"})
    with pytest.raises(RowVanished, match=derive_id("nobody")):
        written(owner, known, [*updates, lost])


def test_updates_of_one_row_leave_its_last_values(owner: Engine) -> None:
    (known,) = rows(1)[:1]
    key = ("acme", known.customer_id)
    updates = [
        Update(Customer, key, {"phone": "1", "name": "First"}),
        Update(Customer, key, {"phone": "2"}),
        Update(Customer, key, {"address": "x", "name": "Last"}),
    ]
    customers = written(owner, [known], updates)[0]
    assert {"2", "x", "Last"} <= set(customers[0])
    assert not {"1", "First"} & set(customers[0])
