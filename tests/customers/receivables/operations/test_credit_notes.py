"""Credit notes through the public operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.receivables.operations import (
    AllocatedCredit,
    CreditNotes,
    IssuedCreditNote,
    NewCreditNote,
    RefundedCredit,
)
from tests.customers.receivables.conftest import Desk, done, faults, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Ledger


def credit(desk: Desk, amount: int, **more: object) -> IssuedCreditNote:
    new = NewCreditNote(
        customer_id=desk.customer_id,
        amount_minor=amount,
        reason="goodwill",
        **more,  # type: ignore[arg-type] # of the test's table
    )
    return done(desk.credit_notes.issue(new))


def test_a_credit_note_lowers_what_is_owed(desk: Desk, ledger: Ledger) -> None:
    desk.invoice(100)
    made = credit(desk, 30)
    assert (made.number, made.allocated_minor, desk.owed()) == ("CN-000001", 0, 70)
    assert credit(desk, 5).number == "CN-000002"
    events = ledger.rows("select event_type, amount_minor from event order by event_id desc limit 2")
    assert [tuple(row) for row in events] == [("CreditNoteIssued", 5), ("CreditNoteIssued", 30)]
    assert faults(ledger) == []


def test_a_credit_note_settles_the_invoice_that_it_corrects(desk: Desk, ledger: Ledger) -> None:
    invoice_id = desk.invoice(100).invoice_id
    assert credit(desk, 130, invoice_id=invoice_id).allocated_minor == 100
    assert (desk.shown(invoice_id).status, desk.owed()) == ("paid", -30)
    new = NewCreditNote(
        customer_id=desk.customer_id, amount_minor=1, reason="goodwill", invoice_id=invoice_id
    )
    assert "only an open one can be settled" in refused(desk.credit_notes.issue(new)).reason
    assert faults(ledger) == []


def test_what_is_left_is_allocated_or_paid_out(desk: Desk, ledger: Ledger) -> None:
    note_id = credit(desk, 100).credit_note_id
    invoice_id = desk.invoice(30).invoice_id
    assert desk.credit_notes.allocate(note_id, invoice_id) == AllocatedCredit(note_id, 30)
    desk.invoice(20)
    assert desk.credit_notes.allocate(note_id) == AllocatedCredit(note_id, 20)
    assert refused(desk.credit_notes.refund(note_id, 51)).fault is Fault.CONFLICT
    assert desk.credit_notes.refund(note_id, 50) == RefundedCredit(note_id, 50)
    shown = done(desk.credit_notes.get(note_id))
    assert (shown.amount_minor, shown.value_minor, shown.left_minor, desk.owed()) == (100, 50, 0, 0)
    assert faults(ledger) == []


def test_numbers_are_given_or_given_out(desk: Desk) -> None:
    assert credit(desk, 1, number="G-1").number == "G-1"
    for number, said in (("G-1", Fault.CONFLICT), ("CN-000007", Fault.INVALID)):
        new = NewCreditNote(customer_id=desk.customer_id, amount_minor=1, reason="r", number=number)
        assert refused(desk.credit_notes.issue(new)).fault is said


def test_the_same_request_with_its_key_is_carried_out_once(desk: Desk, ledger: Ledger) -> None:
    new = NewCreditNote(customer_id=desk.customer_id, amount_minor=1, reason="r")
    first = done(desk.credit_notes.issue(new, Note(key="k")))
    assert desk.credit_notes.issue(new, Note(key="k")) == first
    assert ledger.count("credit_note") == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"currency": "XXY"}, "currency"),
        ({"reason": " "}, "reason"),
        ({"invoice_id": "0" * 32}, "invoice_id"),
        ({"customer_id": "no id"}, "customer_id"),
    ],
)
def test_a_credit_note_that_cannot_be_is_refused(desk: Desk, given: dict[str, object], field: str) -> None:
    usual: dict[str, object] = {"customer_id": desk.customer_id, "amount_minor": 1, "reason": "r"}
    new = NewCreditNote(**{**usual, **given})  # type: ignore[arg-type] # of the table above
    assert refused(desk.credit_notes.issue(new)).field == field


def test_another_company_sees_and_changes_nothing(
    desk: Desk, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    note_id = credit(desk, 100).credit_note_id
    before, other = ledger.counts(), CreditNotes(operations_of("bolt"))
    answers: tuple[object, ...] = (
        other.issue(NewCreditNote(customer_id=desk.customer_id, amount_minor=1, reason="r")),
        other.allocate(note_id),
        other.refund(note_id, 1),
        other.get(note_id),
    )
    assert [each.fault for each in answers if isinstance(each, Refused)] == [Fault.NOT_FOUND] * len(answers)
    assert ledger.counts() == before
