"""Payments through the public operations: received, set against invoices, taken back, refunded."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.credit import Exposure
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.receivables.operations import (
    AllocatedPayment,
    Instalment,
    Invoices,
    NewInvoice,
    NewPayment,
    Payments,
    RefundedPayment,
    ReversedPayment,
)
from tests.customers.receivables.conftest import Desk, done, faults, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Clock, Ledger


def happened(ledger: Ledger) -> list[tuple[str, int | None]]:
    """What was written of payments: events with their amounts, in order."""
    rows = ledger.rows(
        "select event_type, amount_minor from event where event_type not like 'Customer%' order by event_id"
    )
    return [tuple(row) for row in rows]


def open_parts(desk: Desk, invoice_id: str) -> list[int]:
    return [part.open_minor for part in desk.shown(invoice_id).instalments]


def test_money_settles_what_is_due_first_whatever_its_invoice(desk: Desk, ledger: Ledger) -> None:
    long = desk.invoice(
        100, instalments=(Instalment(date(2026, 3, 20), 40), Instalment(date(2026, 6, 1), 60))
    )
    short = desk.invoice(50, instalments=(Instalment(date(2026, 4, 1), 50),))
    assert desk.pay(70).allocated_minor == 70
    assert open_parts(desk, long.invoice_id) == [0, 60]
    assert open_parts(desk, short.invoice_id) == [20]
    assert desk.pay(20).allocated_minor == 20
    assert (desk.shown(short.invoice_id).status, desk.shown(long.invoice_id).status) == ("paid", "open")
    assert happened(ledger)[2:] == [
        ("PaymentSucceeded", 70),
        ("MoneyAllocated", 70),
        ("PaymentSucceeded", 20),
        ("MoneyAllocated", 20),
    ]
    assert ledger.count("audit_log") == 1 + 2 + 2  # the customer, two invoices, two payments
    assert faults(ledger) == []


def test_of_what_is_due_on_one_day_the_invoice_given_first_is_settled_first(desk: Desk) -> None:
    issued = [desk.invoice(10) for _ in range(6)]
    for number in range(1, 7):
        desk.pay(10)
        states = [desk.shown(each.invoice_id).status for each in issued]
        assert states == ["paid"] * number + ["open"] * (6 - number)


def test_what_nothing_is_open_for_stays_unallocated(desk: Desk, ledger: Ledger) -> None:
    desk.invoice(50)
    payment = desk.pay(80)
    assert payment.allocated_minor == 50
    assert desk.exposure() == Exposure(desk.customer_id, "EUR", 0, 30)
    desk.invoice(25)
    assert desk.payments.allocate(payment.payment_id) == AllocatedPayment(payment.payment_id, 25)
    assert done(desk.payments.get(payment.payment_id)).left_minor == 5
    assert refused(desk.payments.allocate(payment.payment_id)).reason == (
        "the customer has no open invoice in EUR"
    )
    assert faults(ledger) == []


def test_money_settles_invoices_of_its_own_currency_only(desk: Desk) -> None:
    invoice_id = desk.invoice(50, currency="USD").invoice_id
    payment = desk.pay(50)
    assert payment.allocated_minor == 0
    said = refused(desk.payments.allocate(payment.payment_id, invoice_id))
    assert said.reason == "the money is in EUR, the invoice in USD"


def test_an_invoice_of_another_customer_is_said_to_be_one(desk: Desk, operations: Operations) -> None:
    made = Customers(operations).create(NewCustomer(name="Southwind"))
    assert isinstance(made, CreatedCustomer)
    other = done(Invoices(operations).issue(NewInvoice(customer_id=made.customer_id, total_minor=50)))
    payment = desk.pay(50)
    said = refused(desk.payments.allocate(payment.payment_id, other.invoice_id))
    assert (said.reason, said.field) == ("the invoice belongs to another customer", "invoice_id")
    unknown = refused(desk.payments.allocate(payment.payment_id, "0" * 32))
    assert (unknown.fault, unknown.field) == (Fault.NOT_FOUND, "invoice_id")


def test_a_part_of_a_payment_is_set_against_a_named_invoice(desk: Desk) -> None:
    desk.invoice(50)
    later = desk.invoice(50).invoice_id
    payment = desk.pay(100, allocate=False)
    assert done(desk.payments.allocate(payment.payment_id, later, limit_minor=30)).allocated_minor == 30
    assert desk.shown(later).open_minor == 20
    assert desk.owed() == 0


def test_a_payment_that_bounces_opens_what_it_settled(desk: Desk, ledger: Ledger) -> None:
    invoice_id = desk.invoice(50).invoice_id
    payment = desk.pay(60)
    assert desk.payments.reverse(payment.payment_id, "bounced") == ReversedPayment(payment.payment_id, False)
    assert (desk.shown(invoice_id).status, desk.shown(invoice_id).open_minor, desk.owed()) == ("open", 50, 50)
    assert happened(ledger)[-1] == ("PaymentReversed", 60)
    again = refused(desk.payments.reverse(payment.payment_id, "bounced"))
    assert again.reason == "only a payment that stands can be reversed"
    assert faults(ledger) == []


def test_a_chargeback_of_a_part_takes_unused_money_first(desk: Desk, ledger: Ledger) -> None:
    invoice_id = desk.invoice(50).invoice_id
    payment = desk.pay(60)
    done(desk.payments.reverse(payment.payment_id, "charged_back", amount_minor=25))
    assert desk.shown(invoice_id).open_minor == 15
    assert done(desk.payments.get(payment.payment_id)).left_minor == 0
    assert refused(desk.payments.reverse(payment.payment_id, "charged_back", amount_minor=36)).reason == (
        "up to 0.35 EUR can be reversed, not 0.36 EUR"
    )
    assert faults(ledger) == []


def test_a_chargeback_over_the_limit_is_not_refused_but_recorded(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    first = desk.invoice(90).invoice_id
    payment = desk.pay(90)
    desk.invoice(80)
    said = done(desk.payments.reverse(payment.payment_id, "charged_back"))
    assert said.over_limit
    ((invoice_id, by, exposure),) = ledger.rows(
        "select invoice_id, override_by, exposure_minor from credit_breach"
    )
    assert (invoice_id.hex, by, exposure) == (first, None, desk.owed())
    assert exposure == 170
    assert happened(ledger)[-2:] == [("PaymentReversed", 90), ("CreditLimitBreached", 70)]
    assert len(ledger.rows("select 1 from audit_log where action = 'payment.reversed'")) == 1


def test_a_chargeback_within_the_limit_is_no_breach(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    desk.invoice(90)
    assert not done(desk.payments.reverse(desk.pay(90).payment_id, "charged_back")).over_limit
    assert ledger.count("credit_breach") == 0


def test_unused_money_is_refunded(desk: Desk, ledger: Ledger) -> None:
    desk.invoice(50)
    payment = desk.pay(80)
    assert refused(desk.payments.refund(payment.payment_id, 31)).reason == (
        "up to 0.30 EUR is unused and can be refunded, not 0.31 EUR"
    )
    assert desk.payments.refund(payment.payment_id, 30) == RefundedPayment(payment.payment_id, 30)
    assert desk.owed() == 0
    assert happened(ledger)[-1] == ("MoneyRefunded", 30)
    assert faults(ledger) == []


def test_a_cheque_of_next_week_is_worth_nothing_today(desk: Desk, clock: Clock) -> None:
    payment = desk.pay(50, method="cheque", received_on=date(2026, 3, 17))
    for said in (
        desk.payments.reverse(payment.payment_id, "bounced", amount_minor=20),
        desk.payments.refund(payment.payment_id, 50),
    ):
        assert "dated 2026-03-17" in refused(said).reason

    def worth() -> list[tuple[int, int]]:
        view = done(desk.payments.get(payment.payment_id))
        (line,) = done(desk.payments.list(desk.customer_id)).sources
        return [(each.value_minor, each.left_minor) for each in (view, line)]

    assert worth() == [(0, 0), (0, 0)]
    clock.forward(days=7)
    assert worth() == [(50, 50), (50, 50)]
    done(desk.payments.reverse(payment.payment_id, "bounced", amount_minor=20))


def test_a_cheque_that_is_taken_back_before_its_day_never_counts(
    desk: Desk, ledger: Ledger, clock: Clock
) -> None:
    desk.limit(40)
    invoice = desk.invoice(50, "known", override_by="ben")
    payment = desk.pay(50, method="cheque", received_on=date(2026, 3, 17))
    before = ledger.count("credit_breach")
    assert not done(desk.payments.reverse(payment.payment_id, "bounced")).over_limit
    for _ in range(2):
        view = done(desk.payments.get(payment.payment_id))
        assert (view.value_minor, view.left_minor, desk.owed()) == (0, 0, 50)
        shown = desk.shown(invoice.invoice_id)
        assert (shown.status, shown.open_minor) == ("open", 50)
        clock.forward(days=7)
    assert ledger.count("credit_breach") == before
    assert desk.pay(50).allocated_minor == 50
    assert faults(ledger) == []


def test_a_request_with_its_key_is_carried_out_once(desk: Desk, ledger: Ledger) -> None:
    desk.invoice(50)
    new, note = NewPayment(customer_id=desk.customer_id, amount_minor=20), Note(key="k")
    first = done(desk.payments.receive(new, note))
    assert desk.payments.receive(new, note) == first
    back = done(desk.payments.reverse(first.payment_id, "bounced", Note(key="b"), amount_minor=5))
    assert desk.payments.reverse(first.payment_id, "bounced", Note(key="b"), amount_minor=5) == back
    assert (ledger.count("payment"), ledger.count("payment_reversal"), desk.owed()) == (1, 1, 35)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": 1, "currency": "XXY"}, "currency"),
        ({"amount_minor": 1, "method": "shells"}, "method"),
        ({"amount_minor": 1, "gateway": "door"}, "gateway"),
        ({"amount_minor": 1, "received_on": date(26, 3, 10)}, "received_on"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(desk: Desk, given: dict[str, object], field: str) -> None:
    said = desk.payments.receive(NewPayment(customer_id=desk.customer_id, **given))  # type: ignore[arg-type] # of the table above
    assert (refused(said).fault, refused(said).field) == (Fault.INVALID, field)


@pytest.mark.parametrize(
    ("reversal", "amount", "field"),
    [("stolen", None, "reversal"), ("refunded", 1, "reversal"), ("bounced", 0, None), ("bounced", -1, None)],
)
def test_a_reversal_that_cannot_be_is_refused(
    desk: Desk, reversal: str, amount: int | None, field: str | None
) -> None:
    payment = desk.pay(10)
    assert refused(desk.payments.reverse(payment.payment_id, reversal, amount_minor=amount)).field == field


def test_another_company_sees_and_changes_nothing(
    desk: Desk, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    invoice_id, payment_id = desk.invoice(100).invoice_id, desk.pay(5, allocate=False).payment_id
    before, other = ledger.counts(), Payments(operations_of("bolt"))
    answers: tuple[object, ...] = (
        other.receive(NewPayment(customer_id=desk.customer_id, amount_minor=1)),
        other.allocate(payment_id),
        other.allocate(payment_id, invoice_id),
        other.reverse(payment_id, "bounced"),
        other.refund(payment_id, 1),
        other.get(payment_id),
    )
    assert [each.fault for each in answers if isinstance(each, Refused)] == [Fault.NOT_FOUND] * len(answers)
    assert ledger.counts() == before


LATE_FIRST = tuple(Instalment(date(2026, month, 1), 10) for month in (9, 6, 4, 12, 5, 8, 7, 11, 10))


def due_and_open(desk: Desk, invoice_id: str) -> list[tuple[int, int]]:
    parts = desk.shown(invoice_id).instalments
    return [(part.due_on.month, part.open_minor) for part in parts if part.open_minor]


def test_instalments_are_settled_as_they_are_due_however_they_were_given(desk: Desk) -> None:
    invoice = desk.invoice(90, instalments=LATE_FIRST)
    desk.pay(35)
    assert due_and_open(desk, invoice.invoice_id) == [(7, 5), *((month, 10) for month in range(8, 13))]


def test_what_goes_back_in_part_opens_what_was_due_last(desk: Desk) -> None:
    invoice = desk.invoice(90, instalments=LATE_FIRST)
    payment = desk.pay(90)
    done(desk.payments.reverse(payment.payment_id, "charged_back", amount_minor=25))
    assert due_and_open(desk, invoice.invoice_id) == [(10, 5), (11, 10), (12, 10)]
