"""Imports: what a file does to the customers, to the events and to the audit log, and how it is undone."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from ledgerscope.customers import Refused
from ledgerscope.customers.audit import AuditKeys, verification
from ledgerscope.customers.decision import Fault
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, CustomerView, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.transfers import Counts, ImportCustomers, ImportResult, Imports, Undone, Watch
from ledgerscope.customers.transfers.batches import KEPT_PROBLEMS, Batch
from ledgerscope.customers.transfers.chunks import CHUNK_ROWS
from ledgerscope.store.audit import first_break

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger
    from tests.customers.transfers.conftest import Desk

TWO = "external_id,name,terms_days\nn-1,Northwind,14\nn-2,Südwind,30\n"
CUSTOMERS = "select external_id, name, terms_days, source from customer where tenant_id = 'acme' order by 1"


def batch_id_of(result: ImportResult) -> str:
    assert result.import_batch_id is not None
    return result.import_batch_id


def test_a_file_creates_customers_each_with_its_event_and_audit_entry(desk: Desk, ledger: Ledger) -> None:
    done = desk.take_in(TWO)
    assert (done.outcome, done.counts, done.problems) == ("success", Counts(created=2), 0)
    assert (done.format, done.encoding, done.delimiter) == ("csv", "utf-8", ",")
    assert [tuple(row) for row in ledger.rows(CUSTOMERS)] == [
        ("n-1", "Northwind", 14, "import"),
        ("n-2", "Südwind", 30, "import"),
    ]
    events = ledger.rows("select event_type, labels, user_id, correlation_id from event order by event_id")
    created: tuple[Any, ...] = ("CustomerCreated", {"source": "import", "status": "active"}, "anna", "c-1")
    assert [tuple(row) for row in events] == [
        created,
        created,
        (
            "CustomersImported", {"format": "csv", "status": "success", "size_class": "0-99"}, "anna", "c-1",
        ),
        ("CustomerImportBatchCompleted", {"format": "csv"}, "anna", "c-1"),
    ]  # fmt: skip
    entries = ledger.rows("select action, details from audit_log order by seq")
    assert [row.action for row in entries] == [
        "customers.import.started", "customer.created", "customer.created", "customers.imported",
    ]  # fmt: skip
    assert entries[-1].details["created"] == 2
    numbers = ledger.rows("select customer_number from customer order by 1")
    assert [row.customer_number for row in numbers] == ["C-000001", "C-000002"]


def test_the_same_file_again_changes_nothing_and_another_value_updates(desk: Desk, ledger: Ledger) -> None:
    desk.take_in(TWO)
    before = ledger.count("event")
    assert desk.take_in(TWO).counts == Counts(unchanged=2)
    assert ledger.count("event") == before + 2
    assert desk.take_in(TWO.replace(",14", ",21")).counts == Counts(updated=1, unchanged=1)
    changed = ledger.rows("select labels from event where event_type = 'CustomerUpdated'")
    assert [row.labels for row in changed] == [{"field_changed": "terms"}]
    old = ledger.rows("select old_values from import_change where kind = 'updated'")
    assert [row.old_values for row in old] == [{"terms_days": 14}]


@pytest.mark.parametrize("days", ["-1", "99999999999"])
def test_a_number_out_of_bounds_is_told_with_the_bounds(desk: Desk, days: str) -> None:
    done = desk.take_in(f"name,terms_days\nNorthwind,{days}\n")
    assert [each.message for each in done.first_problems] == [f"0 to 3650 days, not {days}"]


def test_a_row_that_fails_loses_no_other_and_each_problem_is_told(desk: Desk, ledger: Ledger) -> None:
    text = (
        "external_id,name,email,terms_days,currency\n"
        "n-1,Northwind,nobody,x,EUR\n"
        "n-2,,also nobody,14,ZZZ\n"
        "n-3,Good,a@b.example,14,EUR\n"
        ",No number,,,\n"
        "n-3,Again,,,\n"
    )
    done = desk.take_in(text)
    assert (done.outcome, done.counts) == ("partial", Counts(created=2, failed=3))
    told = [(each.row, each.field, each.message) for each in done.first_problems]
    assert told == [
        (1, "terms_days", "'x' is not a whole number"),
        (1, "email", "'nobody' is not an address such as accounts@example.com"),
        (2, "name", "is required"),
        (2, "email", "'also nobody' is not an address such as accounts@example.com"),
        (2, "currency", "'ZZZ' is no currency of the database; ISO 4217, as EUR"),
        (5, "external_id", "row 3 has it already"),
    ]
    kept = desk.imports.problems(batch_id_of(done))
    assert not isinstance(kept, Refused)
    assert [(each.row, each.field) for each in kept.problems] == sorted(each[:2] for each in told)
    assert all("nobody" not in each.message for each in kept.problems)
    assert ledger.count("customer") == 2


def test_a_row_that_cannot_be_read_tells_the_faults_of_all_of_its_fields(desk: Desk) -> None:
    _, told = desk.check("external_id,name,terms_days,email\nn-1,N,x,nobody\n")
    assert [(each.row, each.field) for each in told] == [(1, "terms_days"), (1, "email")]


def test_all_or_nothing_takes_in_nothing_where_one_row_fails(desk: Desk, ledger: Ledger) -> None:
    done = desk.take_in("external_id,name\nn-1,Good\nn-2,\n", all_or_nothing=True)
    assert (done.outcome, done.counts) == ("failure", Counts(skipped=1, failed=1))
    assert ledger.count("customer") == 0
    failed = ledger.rows("select labels from event where event_type = 'ImportFailed'")
    assert [row.labels for row in failed] == [{"format": "csv", "reason": "all_or_nothing"}]
    assert desk.take_in("external_id,name\nn-1,Good\n", all_or_nothing=True).counts == Counts(created=1)


def test_a_check_says_what_an_import_would_do_and_changes_nothing(desk: Desk, ledger: Ledger) -> None:
    desk.take_in(TWO)
    before = ledger.counts(), ledger.rows("select * from number_series")
    text = "external_id,name,terms_days\nn-1,New name,14\nn-2,Südwind,30\nn-3,Third,\nn-4,,\n"
    checked, _ = desk.check(text)
    assert checked.import_batch_id is None
    assert (ledger.counts(), ledger.rows("select * from number_series")) == before
    done = desk.take_in(text)
    assert (checked.outcome, checked.counts) == (done.outcome, done.counts)
    assert done.counts == Counts(created=1, updated=1, unchanged=1, failed=1)


def test_columns_are_mapped_and_others_are_passed_over(desk: Desk, ledger: Ledger) -> None:
    mapping = {"Firma": "name", "Kd-Nr": "external_id", "Notiz": ""}
    done = desk.take_in("Kd-Nr;Firma;Notiz;Farbe;E-Mail\n7;Nord;x;rot;a@b.example\n", mapping=mapping)
    assert (done.counts, done.delimiter) == (Counts(created=1), ";")
    assert [(each.field, each.severity) for each in done.first_problems] == [
        ("Farbe", "warning"), ("E-Mail", "warning"),
    ]  # fmt: skip
    assert [tuple(row)[:2] for row in ledger.rows(CUSTOMERS)] == [("7", "Nord")]


def test_empty_cells_leave_a_field_as_it_is_or_clear_it_on_request(desk: Desk, ledger: Ledger) -> None:
    desk.take_in("external_id,name,phone\nn-1,Northwind,555\n")
    text = "external_id,name,phone\nn-1,,\n"
    assert desk.take_in(text).counts == Counts(unchanged=1)
    assert desk.take_in("external_id,phone\nn-1,\n", clear=True).counts == Counts(updated=1)
    assert [row.phone for row in ledger.rows("select phone from customer")] == [None]
    assert desk.take_in(text, clear=True).first_problems[0].message == "is required"


def test_only_creating_or_only_updating_passes_over_the_other_rows(desk: Desk) -> None:
    desk.take_in("external_id,name\nn-1,Northwind\n")
    text = "external_id,name\nn-1,Other\nn-2,Second\n"
    assert desk.take_in(text, only="update").counts == Counts(updated=1, skipped=1)
    assert desk.take_in(text.replace("Other", "Third"), only="create").counts == Counts(created=1, skipped=1)


def test_a_number_that_is_an_external_id_already_is_not_given_as_one_again(
    desk: Desk, ledger: Ledger
) -> None:
    text = "name,external_id\nFirst,\nSecond,C-000001\nThird,C-000003\nFourth,\nFifth,\n"
    done = desk.take_in(text)
    assert [(each.row, each.message) for each in done.first_problems] == [(2, "row 1 has it already")]
    found = {row.name: row for row in ledger.rows("select * from customer")}
    fourth = found.pop("Fourth")
    assert (fourth.customer_number, fourth.external_id) == ("C-000003", fourth.customer_id.hex)
    assert {name: row.external_id for name, row in found.items()} == {
        "First": "C-000001", "Third": "C-000003", "Fifth": "C-000004",
    }  # fmt: skip


def test_a_currency_stays_once_there_are_invoices(desk: Desk, owner: Engine) -> None:
    desk.take_in("external_id,name,currency\nn-1,N,EUR\n")
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "insert into payment (tenant_id, payment_id, customer_id, currency, amount_minor, method,"
            " gateway, received_on, received_at) select tenant_id, gen_random_uuid(), customer_id, 'EUR', 1,"
            " 'cash', 'manual', date '2026-03-01', timestamptz '2026-03-01' from customer"
        )
    done = desk.take_in("external_id,name,currency\nn-1,N,USD\n")
    assert (done.outcome, done.first_problems[0].field) == ("failure", "currency")


def test_the_counter_of_created_customers_moves_by_the_rows(
    desk: Desk, collect_lifecycle: Callable[[], dict[Any, float]]
) -> None:
    key = ("acme", "import", "active")
    before = collect_lifecycle()[key]
    desk.take_in("external_id,name\nn-1,Northwind\n")
    assert collect_lifecycle()[key] == before + 1


def test_a_key_makes_an_import_safe_to_ask_twice(desk: Desk, ledger: Ledger) -> None:
    asked = ImportCustomers(path=desk.file("name\nNorthwind\n"))
    first = desk.imports.run(asked, Note(key="march"))
    again = desk.imports.run(asked, Note(key="march"))
    assert isinstance(first, ImportResult)
    assert isinstance(again, ImportResult)
    assert (again.import_batch_id, again.counts) == (first.import_batch_id, Counts(created=1))
    assert ledger.count("customer") == 1
    refused = desk.imports.run(ImportCustomers(path=asked.path, clear=True), Note(key="march"))
    assert isinstance(refused, Refused)
    assert refused.field == "key"


def test_what_may_have_been_meant_is_kept_no_more_than_the_value(desk: Desk, ledger: Ledger) -> None:
    asked = ImportCustomers(path=desk.file("name\nS\u00c3\u00bcd\n"))
    done = desk.imports.run(asked, Note(key="march"))
    assert isinstance(done, ImportResult)
    (told,) = done.first_problems
    assert (
        told.message
        == "'S\u00c3\u00bcd' looks like UTF-8 that was read as Windows-1252; 'S\u00fcd' may be meant"
    )
    (kept,) = ledger.rows("select problem from import_row_error")
    assert kept.problem == (
        "the value looks like UTF-8 that was read as Windows-1252; another text may be meant"
    )
    assert told.without_value.message == kept.problem


def test_a_key_gives_the_first_result_again_without_the_values_at_fault(desk: Desk, ledger: Ledger) -> None:
    rows = "name;terms_days;email;currency\nNorthwind;-1;nobody;euro\n;x;;\nSouthwind;14;;\n"
    asked = ImportCustomers(path=desk.file(rows))
    first = desk.imports.run(asked, Note(key="march"))
    again = desk.imports.run(asked, Note(key="march"))
    assert isinstance(first, ImportResult)
    assert (first.encoding, first.delimiter, first.problems > 3) == ("utf-8", ";", True)
    kept = tuple(each.without_value for each in first.first_problems)
    assert again == replace(first, first_problems=kept)
    (row,) = ledger.rows("select result::text as said from operation_request where idempotency_key = 'march'")
    assert "nobody" not in row.said


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"format": "xml"}, "format"),
        ({"delimiter": ":"}, "delimiter"),
        ({"encoding": "rot13"}, "encoding"),
        ({"encoding": "hex"}, "encoding"),
        ({"only": "delete"}, "only"),
        ({"mapping": {"a": "status"}}, "map"),
        ({"mapping": {"a": "name", "b": "name"}}, "map"),
    ],
)
def test_wrong_requests_are_refused_before_anything_is_written(
    desk: Desk, ledger: Ledger, asked: dict[str, Any], field: str
) -> None:
    refused = desk.imports.run(ImportCustomers(path=desk.file(TWO), **asked))
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.field) == (Fault.INVALID, field)
    assert ledger.count("import_batch") == 0


def test_another_company_sees_and_undoes_nothing(
    desk: Desk, operations_of: Callable[[str], Operations]
) -> None:
    batch_id = batch_id_of(desk.take_in(TWO))
    other = Imports(operations_of("bolt"))
    asked = ImportCustomers(path=desk.file(TWO))
    for answer in (
        other.get(batch_id), other.problems(batch_id), other.undo(batch_id), other.resume(batch_id, asked),
    ):  # fmt: skip
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND
    assert other.list() == ()
    done = other.run(asked)
    assert isinstance(done, ImportResult)
    assert done.counts == Counts(created=2)


class Stopped(Exception):
    """What interrupts an import."""


def many(rows: int) -> str:
    return "name,phone\n" + "".join(f"Customer {place},{place}\n" for place in range(rows))


def interrupted(desk: Desk, asked: ImportCustomers) -> str:
    """Begin an import that stops after its first chunk; the identifier."""
    begun: list[str] = []
    seen = 0

    def stop(rows: int) -> None:
        nonlocal seen
        seen += rows
        if seen > CHUNK_ROWS:
            raise Stopped

    with pytest.raises(Stopped):
        desk.imports.run(asked, watch=Watch(progress=stop, started=begun.append))
    return begun[0]


def test_an_interrupted_import_goes_on_where_it_stopped(desk: Desk, ledger: Ledger) -> None:
    rows = CHUNK_ROWS + 500
    asked = ImportCustomers(path=desk.file(many(rows)))
    batch_id = interrupted(desk, asked)
    assert ledger.count("customer") == CHUNK_ROWS
    halfway = desk.imports.get(batch_id)
    assert isinstance(halfway, Batch)
    assert (halfway.outcome, halfway.counts) == (None, Counts(created=CHUNK_ROWS))
    done = desk.imports.resume(batch_id, asked)
    assert isinstance(done, ImportResult)
    assert done.counts == Counts(created=rows)
    numbers = ledger.rows("select count(distinct name) as n, max(customer_number) as last from customer")
    assert tuple(numbers[0]) == (rows, f"C-{rows:06d}")
    assert isinstance(desk.imports.resume(batch_id, asked), Refused)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("Customer 7,", "Somebody,"), "its rows differ"),
        (lambda text: text[: text.index("Customer 9,")], "its rows differ"),
    ],
    ids=["other rows", "too short"],
)
def test_an_import_goes_on_with_the_same_file_only(
    desk: Desk, ledger: Ledger, change: Callable[[str], str], reason: str
) -> None:
    text = many(CHUNK_ROWS + 5)
    asked = ImportCustomers(path=desk.file(text))
    batch_id = interrupted(desk, asked)
    desk.file(change(text))
    refused = desk.imports.resume(batch_id, asked)
    assert isinstance(refused, Refused)
    assert reason in refused.reason
    assert ledger.count("customer") == CHUNK_ROWS


def test_an_import_goes_on_with_the_same_settings_only(desk: Desk) -> None:
    asked = ImportCustomers(path=desk.file(many(CHUNK_ROWS + 5)))
    batch_id = interrupted(desk, asked)
    refused = desk.imports.resume(batch_id, ImportCustomers(path=asked.path, clear=True))
    assert isinstance(refused, Refused)
    assert "other settings" in refused.reason


def test_an_undone_import_leaves_customers_as_they_were(desk: Desk, ledger: Ledger, clock: Clock) -> None:
    desk.take_in(TWO)
    before = ledger.rows("select external_id, name, terms_days, phone from customer order by 1")
    clock.forward(minutes=1)
    text = "external_id,name,terms_days,phone\nn-1,Changed,1,5\nn-2,Südwind,30,\nn-3,New,1,5\n"
    done = desk.take_in(text)
    assert done.counts == Counts(created=1, updated=1, unchanged=1)
    clock.forward(minutes=1)
    undone = desk.imports.undo(batch_id_of(done), Note(reason="wrong file"))
    assert undone == Undone(batch_id_of(done), erased=1, restored=1)
    query = "select external_id, name, terms_days, phone from customer where deleted_at is null order by 1"
    assert ledger.rows(query) == before
    erased = ledger.rows("select name, phone, deletion_mode from customer where deleted_at is not null")
    assert [tuple(row) for row in erased] == [("erased", None, "hard")]
    last = ledger.rows("select action, details from audit_log order by seq desc limit 1")[0]
    assert last.action == "customers.import.undone"
    assert ledger.details(last.action)[-1]["reason"] == "wrong file"
    again = desk.imports.undo(batch_id_of(done))
    assert isinstance(again, Refused)
    assert desk.take_in(text).counts == Counts(created=1, updated=1, unchanged=1)


def test_an_import_is_not_undone_once_a_customer_of_it_was_touched(
    desk: Desk, operations: Operations, ledger: Ledger, clock: Clock
) -> None:
    done = desk.take_in(TWO)
    clock.forward(minutes=1)
    (touched,) = ledger.rows("select customer_id from customer where external_id = 'n-2'")
    Customers(operations).update(touched.customer_id.hex, {"phone": "1"})
    refused = desk.imports.undo(batch_id_of(done))
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("customer C-000002 was changed or used after the import")
    assert ledger.rows("select count(*) as n from customer where deleted_at is null")[0].n == 2


def test_an_import_is_not_undone_once_something_belongs_to_a_customer_that_it_created(
    desk: Desk, owner: Engine
) -> None:
    done = desk.take_in(TWO)
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "insert into contact (tenant_id, contact_id, customer_id, name, contact_type, created_at)"
            " select tenant_id, gen_random_uuid(), customer_id, 'A', 'billing', now() from customer limit 1"
        )
    refused = desk.imports.undo(batch_id_of(done))
    assert isinstance(refused, Refused)


def test_an_import_whose_customers_are_not_known_is_not_said_to_be_undone(desk: Desk, ledger: Ledger) -> None:
    """As those of the demo, whose customers came by other ways."""
    done = desk.take_in(b"external_id,name\nn-1,One\n")
    with ledger.owner.begin() as connection:
        connection.execute(text("delete from import_change"))
    refused = desk.imports.undo(batch_id_of(done))
    assert isinstance(refused, Refused)
    assert "is not known: another program wrote it" in refused.reason
    (batch,) = ledger.rows("select undone_at from import_batch")
    assert batch.undone_at is None


def test_an_interrupted_import_can_be_undone_and_then_does_not_go_on(desk: Desk, ledger: Ledger) -> None:
    asked = ImportCustomers(path=desk.file(many(CHUNK_ROWS + 5)))
    batch_id = interrupted(desk, asked)
    assert desk.imports.undo(batch_id) == Undone(batch_id, erased=CHUNK_ROWS, restored=0)
    assert isinstance(desk.imports.resume(batch_id, asked), Refused)
    assert ledger.rows("select count(*) as n from customer where deleted_at is null")[0].n == 0


def test_erasing_a_customer_erases_the_old_values_that_imports_keep(
    desk: Desk, operations: Operations, ledger: Ledger, clock: Clock
) -> None:
    desk.take_in("external_id,name\nn-1,Anna Musterfrau\n")
    clock.forward(minutes=1)
    done = desk.take_in("external_id,name\nn-1,Anna Beispiel\n")
    (customer,) = ledger.rows("select customer_id from customer")
    Customers(operations).erase(customer.customer_id.hex)
    kept = ledger.rows("select count(*) as n from import_change where old_values is not null")
    assert kept[0].n == 0
    assert isinstance(desk.imports.undo(batch_id_of(done)), Refused)


def test_the_audit_log_is_sealed_over_imports_and_their_undoing(
    app: Engine, desk: Desk, owner: Engine
) -> None:
    keys = AuditKeys("k", {"k": b"k" * 32})
    imports = Imports(Operations(app, Caller(tenant_id="acme", actor="anna"), audit_keys=keys))
    done = imports.run(ImportCustomers(path=desk.file(many(300))))
    assert isinstance(done, ImportResult)
    assert isinstance(imports.undo(batch_id_of(done)), Undone)
    with owner.connect() as connection:
        assert first_break(connection, "acme") is None
        proof = verification.verify_log(connection, "acme", keys)
    assert proof.sound
    assert proof.sealed_to == proof.rows == 1 + 300 + 1 + 300 + 1


def test_two_imports_of_the_same_customers_at_once_lose_nothing(
    desk: Desk, ledger: Ledger, operations_of: Callable[[str], Operations]
) -> None:
    text = "external_id,name\n" + "".join(f"n-{place},Customer {place}\n" for place in range(400))
    asked = ImportCustomers(path=desk.file(text))
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(Imports(operations_of("acme")).run(asked)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = Counts()
    for answer in answers:
        assert isinstance(answer, ImportResult)
        counts += answer.counts
    assert counts == Counts(created=400, unchanged=800)
    assert ledger.rows("select count(*) as n, max(customer_number) as last from customer")[0] == (
        400,
        "C-000400",
    )


def test_a_customer_that_is_created_meanwhile_is_updated(desk: Desk, operations: Operations) -> None:
    made = Customers(operations).create(NewCustomer(name="Northwind", external_id="n-1"))
    assert isinstance(made, CreatedCustomer)
    assert desk.take_in(TWO).counts == Counts(created=1, updated=1)
    found = Customers(operations).get(made.customer_id)
    assert isinstance(found, CustomerView)
    assert (found.terms_days, found.source) == (14, "api")


def test_problems_are_kept_up_to_a_limit_and_paged(desk: Desk, ledger: Ledger) -> None:
    rows = KEPT_PROBLEMS + 700
    done = desk.take_in("external_id,name\n" + "".join(f"n-{place},\n" for place in range(rows)))
    assert (done.outcome, done.problems, len(done.first_problems)) == ("failure", rows, 20)
    assert ledger.count("import_row_error") == KEPT_PROBLEMS
    first = desk.imports.problems(batch_id_of(done), limit=500)
    assert not isinstance(first, Refused)
    second = desk.imports.problems(batch_id_of(done), limit=500, after=first.next_after)
    assert not isinstance(second, Refused)
    assert [each.row for each in second.problems] == list(range(501, 1001))


def test_an_import_from_before_its_counts_were_kept_says_how_many_rows_it_had(
    desk: Desk, owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "insert into import_batch (tenant_id, import_batch_id, format, outcome, rows_total,"
            " rows_accepted, rows_rejected, started_at, finished_at) values ('acme', gen_random_uuid(),"
            " 'csv', 'partial', 9, 7, 2, timestamptz '2026-03-01', timestamptz '2026-03-01')"
        )
    (old,) = desk.imports.list()  # type: ignore[misc] # no refusal
    assert (old.rows, old.counts.failed) == (9, 2)
