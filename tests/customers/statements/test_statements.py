"""Statements through the public operation, on PostgreSQL with the application's rights."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.statements import (
    FailedStatement,
    Folder,
    ListStatements,
    Period,
    StatementFile,
    StatementPage,
    Statements,
)
from ledgerscope.customers.statements.errors import DeliveryFailed
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledgerscope.customers.statements.delivery import Letter
    from tests.customers.conftest import Clock, Ledger

FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
ADA, BEN = "a" * 32, "b" * 32


def invoice(ledger: Ledger, number: str, issued: date, minor: int, customer_id: str = ADA) -> None:
    invoice_id = f"{int(number.partition('-')[2]):032x}"
    with ledger.owner.begin() as connection:
        connection.execute(
            insert(t.invoice).values(
                tenant_id="acme", invoice_id=invoice_id, customer_id=customer_id, number=number,
                status="open", kind="one_time", issued_on=issued, currency="EUR", total_minor=minor,
                tax_minor=0,
            )
        )  # fmt: skip
        connection.execute(
            insert(t.invoice_due).values(
                tenant_id="acme", invoice_id=invoice_id, seq=1, due_on=issued, amount_minor=minor
            )
        )


@pytest.fixture
def books(ledger: Ledger) -> Ledger:
    """Two customers of acme; the first was invoiced in January and February."""
    with ledger.owner.begin() as connection:
        for customer_id, name, email in ((ADA, "Ada", "ada@ada.example"), (BEN, "Ben", None)):
            connection.execute(
                insert(t.customer).values(
                    tenant_id="acme", customer_id=customer_id, external_id=name, name=name, email=email,
                    status="active", currency="EUR", source="api", created_at=LONG_AGO, updated_at=LONG_AGO,
                    customer_number=f"C-{name}",
                )
            )  # fmt: skip
    invoice(ledger, "I-1", date(2026, 1, 10), 10000)
    invoice(ledger, "I-2", date(2026, 2, 10), 2550)
    return ledger


@pytest.fixture
def statements(operations: Operations, books: Ledger) -> Statements:
    ticks = iter(range(1000))
    return Statements(operations, timer=lambda: next(ticks) * 0.25)


def made(answer: object) -> StatementFile:
    assert isinstance(answer, StatementFile), answer
    return answer


def failed(answer: object) -> FailedStatement:
    assert isinstance(answer, FailedStatement), answer
    return answer


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def rows(ledger: Ledger) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in ledger.rows("select * from statement order by at, statement_id")]


def events(ledger: Ledger) -> list[tuple[str, dict[str, str], int]]:
    found = ledger.rows("select event_type, labels, duration_ms from event order by event_id")
    return [(row.event_type, row.labels, row.duration_ms) for row in found]


@dataclass
class Carrier:
    """Takes letters, or says why it does not."""

    faults: list[DeliveryFailed] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    method: str = "email"
    needs_address: bool = True

    def deliver(self, letter: Letter) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.letters.append(letter)


def test_a_statement_is_returned_and_recorded(statements: Statements, books: Ledger) -> None:
    file = made(statements.generate(ADA, "EUR", FEBRUARY, "csv", note=Note(reason="asked by phone")))
    cells = list(csv.reader(StringIO(file.content.decode())))
    assert [row[2:7] for row in cells[1:4]] == [
        ["", "", "", "", "100.00"],
        ["invoice", "I-2", "25.50", "", "125.50"],
        ["", "", "", "", "125.50"],
    ]
    assert file.name == f"statement-C-Ada-EUR-2026-02-01-2026-02-28-{file.statement_id}.csv"
    assert file.media_type == "text/csv; charset=utf-8"
    (row,) = rows(books)
    assert row["statement_id"].hex == file.statement_id
    assert (row["period_start"], row["period_end"], row["as_of"]) == (
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 2, 28),
    )
    assert (row["format"], row["delivery_method"], row["outcome"], row["currency"]) == (
        "csv",
        "download",
        "success",
        "EUR",
    )
    assert (row["duration_ms"], row["failure_class"]) == (250, None)
    assert row["delivered_at"] is not None
    labels = {"format": "csv", "delivery_method": "download", "outcome": "success", "period_months": "1"}
    assert events(books) == [("StatementGenerated", labels, 250)]
    (entry,) = books.rows("select actor, action, subject, details from audit_log")
    assert (entry.actor, entry.action, entry.subject) == ("anna", "statement.generated", ADA)
    details = entry.details if isinstance(entry.details, dict) else json.loads(entry.details)
    assert books.rows("select digest, reason from audit_remark") == [(details["remark"], "asked by phone")]
    assert "Ada" not in str(details)


def test_a_pdf_names_the_customer(statements: Statements) -> None:
    file = made(statements.generate(ADA, "EUR", FEBRUARY, "pdf"))
    assert file.content.startswith(b"%PDF-")
    assert file.media_type == "application/pdf"


def test_the_aging_is_of_any_day(statements: Statements) -> None:
    file = made(statements.generate(ADA, "EUR", FEBRUARY, "csv", as_of=date(2026, 5, 15)))
    aging = {row[2]: row[6] for row in csv.reader(StringIO(file.content.decode())) if row[0] == "aging"}
    assert (aging["90+"], aging["61-90"]) == ("125.50", "0.00")


def test_a_currency_without_documents_has_an_empty_statement(statements: Statements) -> None:
    file = made(statements.generate(ADA, "JPY", FEBRUARY, "csv"))
    assert file.content.decode().splitlines()[1:3] == [
        "opening,2026-02-01,,,,,0,JPY",
        "closing,2026-02-28,,,,,0,JPY",
    ]


@pytest.mark.parametrize(
    ("changed", "field_name", "fault", "words"),
    [
        ({"customer_id": "c" * 32}, "customer_id", Fault.NOT_FOUND, "there is no customer"),
        ({"customer_id": "x"}, "customer_id", Fault.NOT_FOUND, "there is no customer"),
        ({"currency": "EURO"}, "currency", Fault.INVALID, "ISO 4217"),
        ({"format": "docx"}, "format", Fault.INVALID, "one of pdf, csv"),
        ({"period": Period(FEBRUARY.last, FEBRUARY.first)}, "period", Fault.INVALID, "is after 2026-02-01"),
        ({"period": Period(FEBRUARY.last, date.max)}, "period", Fault.INVALID, "9999-12-31 is after 2999"),
        ({"period": Period(date.min, FEBRUARY.last)}, "period", Fault.INVALID, "0001-01-01 is before 1900"),
        ({"as_of": date.max}, "as_of", Fault.INVALID, "9999-12-31 is after 2999"),
        ({"note": Note(key="\x00")}, "key", Fault.INVALID, "cannot be stored"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    statements: Statements, books: Ledger, changed: dict[str, Any], field_name: str, fault: Fault, words: str
) -> None:
    asked = {"customer_id": ADA, "currency": "EUR", "period": FEBRUARY, "format": "csv", **changed}
    answer = refused(statements.generate(**asked))
    assert (answer.field, answer.fault) == (field_name, fault)
    assert words in answer.reason
    assert (rows(books), events(books)) == ([], [])


def test_a_customer_without_an_address_gets_no_email(statements: Statements, books: Ledger) -> None:
    carrier = Carrier()
    answer = refused(statements.generate(BEN, "EUR", FEBRUARY, "csv", delivery=carrier))
    assert "no e-mail address" in answer.reason
    assert (carrier.letters, rows(books)) == ([], [])


def test_a_statement_is_delivered_to_the_address_of_the_customer(
    statements: Statements, books: Ledger
) -> None:
    carrier = Carrier()
    file = made(statements.generate(ADA, "EUR", FEBRUARY, "pdf", delivery=carrier))
    (letter,) = carrier.letters
    assert (letter.file, letter.recipient, letter.company, letter.period) == (
        file,
        "ada@ada.example",
        "Acme",
        FEBRUARY,
    )
    assert events(books)[0][1]["delivery_method"] == "email"
    assert "ada@" not in str(books.rows("select details from audit_log"))


def test_a_file_is_placed_in_a_folder(statements: Statements, books: Ledger, tmp_path: Path) -> None:
    file = made(statements.generate(ADA, "EUR", FEBRUARY, "pdf", delivery=Folder(tmp_path)))
    assert (tmp_path / file.name).read_bytes() == file.content
    assert rows(books)[0]["delivery_method"] == "file"


def test_a_failed_delivery_is_recorded_and_may_be_tried_again_with_its_key(
    statements: Statements, books: Ledger
) -> None:
    carrier = Carrier([DeliveryFailed("the server did not answer", temporary=True, failure_class="timeout")])
    note = Note(key="february")
    first = failed(statements.generate(ADA, "EUR", FEBRUARY, "csv", delivery=carrier, note=note))
    assert (first.failure_class, first.temporary) == ("timeout", True)
    (row,) = rows(books)
    assert (row["outcome"], row["failure_class"], row["delivered_at"]) == ("failure", "timeout", None)
    labels = {
        "format": "csv", "delivery_method": "email", "outcome": "failure", "reason_class": "timeout",
    }  # fmt: skip
    assert events(books) == [("StatementFailed", labels, 250)]
    made(statements.generate(ADA, "EUR", FEBRUARY, "csv", delivery=carrier, note=note))
    assert [row["outcome"] for row in rows(books)].count("success") == 1
    assert len(carrier.letters) == 1
    actions = [row.action for row in books.rows("select action from audit_log order by seq")]
    assert actions == ["statement.failed", "statement.generated"]


def test_a_name_that_no_font_has_is_a_recorded_failure(statements: Statements, books: Ledger) -> None:
    with books.owner.begin() as connection:
        connection.execute(t.customer.update().values(name="\U00010330"))
    answer = failed(statements.generate(ADA, "EUR", FEBRUARY, "pdf"))
    assert (answer.failure_class, answer.temporary) == ("glyphs", False)
    assert "U+10330" in answer.reason
    assert rows(books)[0]["failure_class"] == "glyphs"
    made(statements.generate(ADA, "EUR", FEBRUARY, "csv"))


def test_the_same_request_with_its_key_is_delivered_once(statements: Statements, books: Ledger) -> None:
    carrier, note = Carrier(), Note(key="february")
    first = made(statements.generate(ADA, "EUR", FEBRUARY, "pdf", delivery=carrier, note=note))
    again = made(statements.generate(ADA, "EUR", FEBRUARY, "pdf", delivery=carrier, note=note))
    assert again == first
    assert (len(carrier.letters), len(rows(books)), len(events(books))) == (1, 1, 1)
    other = refused(statements.generate(ADA, "EUR", FEBRUARY, "csv", delivery=carrier, note=note))
    assert "was used on" in other.reason
    assert len(carrier.letters) == 1


def test_a_key_does_not_give_another_statement_than_the_first(statements: Statements, books: Ledger) -> None:
    note = Note(key="february")
    first = made(statements.generate(ADA, "EUR", FEBRUARY, "csv", note=note))
    invoice(books, "I-3", date(2026, 2, 20), 1)
    answer = refused(statements.generate(ADA, "EUR", FEBRUARY, "csv", note=note))
    assert answer.reason.startswith(f"the documents have changed since statement {first.statement_id}")
    assert len(rows(books)) == 1


def test_another_company_sees_and_changes_nothing(
    operations_of: Callable[[str], Operations], books: Ledger
) -> None:
    answer = refused(Statements(operations_of("bolt")).generate(ADA, "EUR", FEBRUARY, "csv"))
    assert answer.fault is Fault.NOT_FOUND
    assert rows(books) == []


def test_statements_are_listed_page_by_page_the_latest_first(statements: Statements, clock: Clock) -> None:
    asked = []
    for last in (date(2026, 1, 31), date(2026, 2, 28)):
        asked.append(
            made(statements.generate(ADA, "EUR", Period(date(2026, 1, 1), last), "csv")).statement_id
        )
        clock.forward(minutes=1)
    first = statements.list(ADA, ListStatements(limit=1))
    assert isinstance(first, StatementPage)
    (line,) = first.statements
    assert (line.statement_id, line.last, line.outcome) == (asked[1], date(2026, 2, 28), "success")
    rest = statements.list(ADA, ListStatements(limit=1, cursor=first.next_cursor))
    assert isinstance(rest, StatementPage)
    assert ([each.statement_id for each in rest.statements], rest.next_cursor) == ([asked[0]], None)
    assert statements.list(BEN) == StatementPage((), None)
    assert refused(statements.list("0" * 32)).fault is Fault.NOT_FOUND
