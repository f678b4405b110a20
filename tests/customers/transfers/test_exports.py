"""Exports: what a file holds, what is recorded of it, and that an import of it gives the same customers."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime
from threading import Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledgerscope.customers import Refused
from ledgerscope.customers.decision import Fault
from ledgerscope.customers.lifecycle import CHANGEABLE, Customers, NewCustomer
from ledgerscope.customers.lifecycle.fields import check_fields
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.transfers import (
    Counts,
    ExportCustomers,
    ExportResult,
    Exports,
    ImportCustomers,
    ImportResult,
    Imports,
)
from ledgerscope.customers.transfers.columns import EXPORTED, Names
from ledgerscope.customers.transfers.files import open_file
from ledgerscope.customers.transfers.guard import guarded, unguarded
from ledgerscope.customers.transfers.values import read_values
from ledgerscope.customers.transfers.writers import WRITERS
from ledgerscope.store.tables.values import SIGNUP_CHANNELS
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.customers.conftest import Ledger
    from tests.customers.transfers.conftest import Desk

HOSTILE = (
    "=cmd|' /C calc'!A0", "'=already guarded", "''@twice", "+1", "-1", "@SUM(A1)", "|pipe", "%percent",
    "'plain apostrophe", 'say "no"', "comma, semicolon; tab", " leading and trailing ", "Müller & Søn",
    "株式会社", "شركة", "👩👧", "null", "None", "0", "1e5", "\\N", "sep=;", "＝wide",  # noqa: RUF001 - on purpose
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" '\"=+-@,;|"), min_size=1),
    st.builds(lambda mark, text: mark + text, st.sampled_from("'=+-@|%\""), st.text("a'= ", max_size=5)),
).filter(lambda text: check_fields({"name": text}, currencies=(), channels=()) is None)
LINES = st.one_of(
    st.none(), st.lists(NAMES, min_size=1, max_size=3).map("\n".join).filter(lambda t: len(t) < 500)
)
CUSTOMER = st.fixed_dictionaries(
    {
        "external_id": NAMES.filter(lambda text: len(text) <= 100),
        "name": NAMES,
        "email": st.sampled_from([None, "a@b.example", "=a@b", "+x@y"]),
        "phone": st.one_of(st.none(), st.sampled_from(["+43 1 555", "-", "'+1", "555"])),
        "address": LINES,
        "currency": st.sampled_from(["EUR", "JPY"]),
        "terms_days": st.integers(0, 3650),
        "signup_channel": st.sampled_from([None, *SIGNUP_CHANNELS]),
    }
)


def as_row(customer: dict[str, Any]) -> Any:
    known = {"customer_number": "C-000001", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return SimpleNamespace(**{**dict.fromkeys(EXPORTED), **known, **customer})


@pytest.mark.parametrize("file_format", WRITERS)
@given(customers=st.lists(CUSTOMER, min_size=1, max_size=5))
@settings(max_examples=tries(200, thorough=1000))
def test_what_is_written_is_read_again_without_a_difference(
    tmp_path_factory: pytest.TempPathFactory, file_format: str, customers: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"round-trip.{file_format}"
    with path.open("w", encoding="utf-8", newline="") as stream:
        WRITERS[file_format](stream, [[as_row(customer) for customer in customers]])
    with open_file(path, file_format, Names({}), encoding=None, delimiter=None) as opened:
        rows = list(opened.rows)
    assert [row.problems for row in rows] == [()] * len(customers)
    read = [read_values(row.no, row.cells, clear=True)[0] for row in rows]
    assert read == customers


@given(st.text())
@example("'=1")
@example("''\t")
def test_a_guard_is_taken_off_without_loss_and_lets_nothing_begin_like_a_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r\n")


def filled(operations: Operations) -> None:
    customers = Customers(operations)
    for place, name in enumerate(HOSTILE):
        new = NewCustomer(
            name=name, external_id=f"{name}"[:100], phone="+43 1" if place % 2 else None,
            address=f"{name}\n=2+3", terms_days=place,
        )  # fmt: skip
        assert not isinstance(customers.create(new), Refused)


@pytest.mark.parametrize("name", ["all.csv", "all.jsonl"])
def test_an_export_of_one_company_is_imported_by_another_without_a_difference(
    tmp_path: Path, operations_of: Callable[[str], Operations], ledger: Ledger, name: str
) -> None:
    filled(operations_of("acme"))
    path = tmp_path / name
    file_format = "csv" if name.endswith("csv") else "json"
    written = Exports(operations_of("acme")).to_file(
        ExportCustomers(format=file_format, bom=name == "all.csv"), path
    )
    assert isinstance(written, ExportResult)
    assert (written.rows, written.size_bytes) == (len(HOSTILE), path.stat().st_size)
    done = Imports(operations_of("bolt")).run(ImportCustomers(path=path))
    assert isinstance(done, ImportResult)
    assert (done.counts, done.problems) == (Counts(created=len(HOSTILE)), 0)
    query = f"select {', '.join(CHANGEABLE)} from customer where tenant_id = :tenant order by external_id"  # noqa: S608 - own names
    assert ledger.rows(query, tenant="acme") == ledger.rows(query, tenant="bolt")
    again = Imports(operations_of("bolt")).run(ImportCustomers(path=path, clear=True))
    assert isinstance(again, ImportResult)
    assert again.counts == Counts(unchanged=len(HOSTILE))


def exported(operations: Operations, path: Path, **asked: Any) -> list[list[str]]:
    done = Exports(operations).to_file(ExportCustomers(**asked), path)
    assert isinstance(done, ExportResult), done
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_an_export_is_guarded_csv_by_rfc_4180(tmp_path: Path, operations: Operations) -> None:
    Customers(operations).create(NewCustomer(name="=1+1", address="a\nb", phone="+43 1"))
    path = tmp_path / "customers.csv"
    header, row = exported(operations, path)
    assert header == list(EXPORTED)
    assert row[:9] == ["C-000001", "'=1+1", "", "'+43 1", "a\nb", "EUR", "30", "C-000001", ""]
    assert path.read_bytes().count(b"\r\n") == 2
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("asked", "names", "filter_type"),
    [
        ({}, ["One", "Two"], "all"),
        ({"status": "blocked"}, ["Two"], "status"),
        ({"source": "ui"}, [], "source"),
        ({"text": "ONE"}, ["One"], "text"),
        ({"deleted": True}, ["One", "Two", "Three"], "deleted"),
        ({"deleted": True, "text": "t"}, ["Two", "Three"], "several"),
    ],
)
def test_exports_are_filtered_and_recorded(
    tmp_path: Path,
    operations: Operations,
    ledger: Ledger,
    asked: dict[str, Any],
    names: list[str],
    filter_type: str,
) -> None:
    customers = Customers(operations)
    for name in ("One", "Two", "Three"):
        made = customers.create(NewCustomer(name=name, external_id=name))
        assert not isinstance(made, Refused)
        if name == "Two":
            customers.change_status(made.customer_id, "blocked", Note(reason="x"))
        if name == "Three":
            customers.delete(made.customer_id, "closed")
    path = tmp_path / "customers.csv"
    rows = exported(operations, path, **asked)[1:]
    assert sorted(row[1] for row in rows) == sorted(names)
    (run,) = ledger.rows("select * from export_run")
    assert (run.filter_type, run.outcome, run.rows, run.size_bytes, run.actor) == (
        filter_type, "success", len(names), path.stat().st_size, "anna",
    )  # fmt: skip
    (event,) = ledger.rows("select labels from event where event_type = 'CustomersExported'")
    assert event.labels == {
        "format": "csv", "filter_type": filter_type, "outcome": "success", "size_class": "0-99",
    }  # fmt: skip
    (entry,) = ledger.rows("select subject, details from audit_log where action = 'customers.exported'")
    assert (entry.subject, entry.details["rows"]) == (run.export_run_id.hex, len(names))
    assert not any(str(value) in json.dumps(entry.details) for value in asked.values() if value == "ONE")


def test_a_file_that_cannot_be_written_is_left_as_it_was_and_the_failure_is_recorded(
    tmp_path: Path, operations: Operations, ledger: Ledger
) -> None:
    refused = Exports(operations).to_file(ExportCustomers(), tmp_path / "no such folder" / "x.csv")
    assert isinstance(refused, Refused)
    assert refused.reason == "the file cannot be written: No such file or directory"

    class Full(io.BytesIO):
        def write(self, _: Any, /) -> int:
            raise OSError(28, "No space left on device")

    refused = Exports(operations).to_stream(ExportCustomers(), Full())
    assert isinstance(refused, Refused)
    assert "No space left" in refused.reason
    runs = ledger.rows("select outcome, rows from export_run")
    assert [tuple(run) for run in runs] == [("failure", 0)]


def test_an_export_replaces_a_file_only_once_it_is_whole(tmp_path: Path, operations: Operations) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("before")
    refused = Exports(operations).to_file(ExportCustomers(status="gone"), path)
    assert isinstance(refused, Refused)
    assert (path.read_text(), [each.name for each in tmp_path.iterdir()]) == ("before", ["customers.csv"])
    assert exported(operations, path) == [list(EXPORTED)]


def test_an_export_goes_through_a_link_keeps_the_mode_and_fits_a_pipe(
    tmp_path: Path, operations: Operations
) -> None:
    path, link, pipe = tmp_path / "customers.csv", tmp_path / "latest.csv", tmp_path / "pipe"
    path.write_text("before")
    path.chmod(0o644)
    link.symlink_to(path.name)
    assert exported(operations, link) == [list(EXPORTED)]
    assert (link.is_symlink(), path.stat().st_mode & 0o777) == (True, 0o644)
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert isinstance(Exports(operations).to_file(ExportCustomers(), pipe), ExportResult)
    reader.join()
    assert (read, pipe.is_fifo()) == ([path.read_bytes()], True)


@pytest.mark.parametrize("asked", [{"format": "xlsx"}, {"format": "json", "bom": True}, {"source": "fax"}])
def test_wrong_exports_are_refused(operations: Operations, ledger: Ledger, asked: dict[str, Any]) -> None:
    stream = io.BytesIO()
    refused = Exports(operations).to_stream(ExportCustomers(**asked), stream)
    assert isinstance(refused, Refused)
    assert refused.fault is Fault.INVALID
    assert (stream.getvalue(), ledger.count("export_run")) == (b"", 0)


def test_an_export_holds_no_customer_of_another_company(
    desk: Desk, operations_of: Callable[[str], Operations]
) -> None:
    desk.take_in("name\nNorthwind\n")
    stream = io.BytesIO()
    done = Exports(operations_of("bolt")).to_stream(ExportCustomers(format="json"), stream)
    assert isinstance(done, ExportResult)
    assert (done.rows, stream.getvalue()) == (0, b"")
