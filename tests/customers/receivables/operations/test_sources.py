"""Lists of payments, credit notes and write-offs, and documents known by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.lifecycle import CreatedCustomer, CustomerName, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.receivables.operations import (
    CreditNotes,
    Invoices,
    IssuedCreditNote,
    IssuedInvoice,
    ListSources,
    NewCreditNote,
    NewInvoice,
    NewPayment,
    Payments,
    ReceivedPayment,
    SourcePage,
    WriteOffs,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock


@pytest.fixture
def acme(operations_of: Callable[[str], Operations]) -> Operations:
    return operations_of("acme")


@pytest.fixture
def owner_id(acme: Operations) -> str:
    made = Customers(acme).create(NewCustomer(name="Northwind"))
    assert isinstance(made, CreatedCustomer)
    return made.customer_id


def pages(list_: Callable[..., Any], customer_id: str, limit: int) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = list_(customer_id, ListSources(limit=limit, cursor=cursor))
        assert isinstance(page, SourcePage)
        found += [each.source_id for each in page.sources]
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_hold_every_document_once_the_latest_first(
    acme: Operations, owner_id: str, clock: Clock, limit: int
) -> None:
    paid, noted = [], []
    for day in range(3):
        for _ in range(2):
            payment = Payments(acme).receive(NewPayment(customer_id=owner_id, amount_minor=100))
            note = CreditNotes(acme).issue(NewCreditNote(customer_id=owner_id, amount_minor=5, reason="late"))
            assert isinstance(payment, ReceivedPayment)
            assert isinstance(note, IssuedCreditNote)
            paid.append((day, payment.payment_id))
            noted.append((day, note.credit_note_id))
        clock.forward(days=1)
    for list_, made in ((Payments(acme).list, paid), (CreditNotes(acme).list, noted)):
        assert pages(list_, owner_id, limit) == [each for _, each in sorted(made, reverse=True)]


def test_a_list_says_what_is_left_and_what_went_back(acme: Operations, owner_id: str) -> None:
    payments = Payments(acme)
    kept = payments.receive(NewPayment(customer_id=owner_id, amount_minor=100, method="card"))
    gone = payments.receive(NewPayment(customer_id=owner_id, amount_minor=70))
    assert isinstance(kept, ReceivedPayment)
    assert isinstance(gone, ReceivedPayment)
    payments.refund(kept.payment_id, 30)
    payments.reverse(gone.payment_id, "bounced")
    page = payments.list(owner_id)
    assert isinstance(page, SourcePage)
    found = {each.source_id: (each.value_minor, each.left_minor, each.reversal) for each in page.sources}
    assert found == {kept.payment_id: (70, 70, None), gone.payment_id: (0, 0, "bounced")}


def test_a_write_off_is_listed_and_read(acme: Operations, owner_id: str) -> None:
    issued = Invoices(acme).issue(NewInvoice(customer_id=owner_id, total_minor=900))
    assert isinstance(issued, IssuedInvoice)
    write_offs = WriteOffs(acme)
    write_offs.write_off(issued.invoice_id, Note(reason="insolvent"), approved_by="u4")
    page = write_offs.list(owner_id)
    assert isinstance(page, SourcePage)
    (line,) = page.sources
    assert (line.amount_minor, line.reason, line.approved_by) == (900, "insolvent", "u4")
    read = write_offs.get(line.source_id)
    assert not isinstance(read, Refused)
    assert read.value_minor == 900


def test_documents_and_customers_are_known_by_number_within_their_company(
    acme: Operations, owner_id: str, operations_of: Callable[[str], Operations]
) -> None:
    issued = Invoices(acme).issue(NewInvoice(customer_id=owner_id, total_minor=900))
    assert isinstance(issued, IssuedInvoice)
    assert (
        Invoices(acme).identify("INV-000001")
        == Invoices(acme).identify(issued.invoice_id)
        == issued.invoice_id
    )
    bolt = operations_of("bolt")
    for missing in (
        Invoices(bolt).identify("INV-000001"), Invoices(bolt).identify(issued.invoice_id),
        CreditNotes(acme).identify("CN-1"), Customers(bolt).identify("C-000001"),
    ):  # fmt: skip
        assert isinstance(missing, Refused)
        assert missing.fault is Fault.NOT_FOUND
    assert Customers(acme).names([owner_id, "x"]) == {owner_id: CustomerName("C-000001", "Northwind")}
    assert Customers(bolt).names([owner_id]) == {}


def test_a_number_that_looks_like_an_identifier_leads_to_the_identifier(
    acme: Operations, owner_id: str
) -> None:
    first = Invoices(acme).issue(NewInvoice(customer_id=owner_id, total_minor=900))
    assert isinstance(first, IssuedInvoice)
    Invoices(acme).issue(NewInvoice(customer_id=owner_id, total_minor=1, number=first.invoice_id))
    assert Invoices(acme).identify(first.invoice_id) == first.invoice_id


def test_what_may_not_be_seen_is_refused(app: Engine, acme: Operations, owner_id: str) -> None:
    nobody = Operations(app, Caller(tenant_id="acme", actor="eve", permissions=frozenset()))
    for answer in (
        Payments(nobody).list(owner_id), CreditNotes(nobody).list(owner_id), WriteOffs(nobody).list(owner_id),
        WriteOffs(nobody).get(owner_id), Customers(nobody).names([owner_id]),
    ):  # fmt: skip
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.FORBIDDEN


def test_a_wrong_page_is_refused(acme: Operations, owner_id: str) -> None:
    for asked, field in ((ListSources(limit=0), "limit"), (ListSources(cursor="x"), "cursor")):
        answer = Payments(acme).list(owner_id, asked)
        assert isinstance(answer, Refused)
        assert answer.field == field
