"""Decisions about receivables, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Moment, Refused
from ledgerscope.customers.receivables import (
    Allocate,
    Documents,
    Instalment,
    IssueCreditNote,
    IssueInvoice,
    ReceivePayment,
    Refund,
    ReversePayment,
    ReverseWriteOff,
    VoidInvoice,
    WriteOffInvoice,
    allocate,
    issue_credit_note,
    issue_invoice,
    receive_payment,
    refund,
    reverse_payment,
    reverse_write_off,
    void_invoice,
    write_off_invoice,
)
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import PaymentReversal

if TYPE_CHECKING:
    from ledgerscope.customers import Decision

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def on(day: int) -> Moment:
    at = START + timedelta(days=day - 1)
    return Moment("acme", at, at.date())


class Books:
    """The documents of one customer and every event so far; each decision is taken in."""

    def __init__(self) -> None:
        self.documents = Documents()
        self.events: list[str] = []

    def take(self, decision: Decision) -> Changes:
        assert isinstance(decision, Changes), decision
        self.documents.add(decision.rows)
        self.events += [event.event_type for event in decision.events]
        return decision

    def invoice(self, name: str, *amounts: int, day: int = 1) -> None:
        parts = tuple(Instalment(date(2026, 4, n), amount) for n, amount in enumerate(amounts, 1))
        request = IssueInvoice(
            moment=on(day),
            invoice_id=name,
            customer_id="c",
            number=name,
            kind="usage",
            currency="EUR",
            total_minor=sum(amounts),
            tax_minor=0,
            instalments=parts,
        )
        self.take(issue_invoice(request))

    def pay(self, name: str, amount: int, day: int = 2) -> None:
        request = ReceivePayment(
            moment=on(day),
            payment_id=name,
            customer_id="c",
            currency="EUR",
            amount_minor=amount,
            method="cheque",
            gateway="manual",
        )
        self.take(receive_payment(request))

    def allocate(self, source: str, invoice: str, day: int = 2, limit: int | None = None) -> Decision:
        states = self.documents.source(source), self.documents.invoice(invoice)
        return allocate(*states, Allocate(on(day), f"{source}-{invoice}-{day}", limit))

    def open(self, invoice: str) -> tuple[str, list[int]]:
        state = self.documents.invoice(invoice)
        return state.status, [part.open_minor for part in state.instalments]

    def left(self, source: str) -> int:
        return self.documents.source(source).left_minor


@pytest.fixture
def books() -> Books:
    """An invoice of 100 + 50 and a payment of 120 that settles the first and a part of the next."""
    books = Books()
    books.invoice("i", 100, 50)
    books.pay("p", 120)
    books.take(books.allocate("p", "i"))
    return books


def test_money_settles_the_oldest_instalments_first(books: Books) -> None:
    assert books.open("i") == ("open", [0, 30])
    assert books.left("p") == 0
    assert books.events == ["InvoiceFinalised", "PaymentSucceeded"]


def test_an_invoice_with_nothing_open_is_paid_and_the_rest_stays_unallocated(books: Books) -> None:
    books.pay("more", 100, day=3)
    books.take(books.allocate("more", "i", day=3))
    assert books.open("i") == ("paid", [0, 0])
    assert books.left("more") == 70


def test_a_limit_leaves_the_rest_of_the_money(books: Books) -> None:
    books.pay("more", 100, day=3)
    books.take(books.allocate("more", "i", day=3, limit=10))
    assert (books.open("i"), books.left("more")) == (("open", [0, 20]), 90)


def test_a_bounced_payment_opens_what_it_settled(books: Books) -> None:
    decision = reverse_payment(books.documents.source("p"), ReversePayment(on(9), "r", "bounced"))
    books.take(decision)
    assert books.open("i") == ("open", [100, 50])
    assert not books.documents.source("p").stands
    assert books.left("p") == 0


def test_a_partial_chargeback_takes_unused_money_first_and_then_the_latest_allocation(books: Books) -> None:
    books.pay("q", 50, day=3)
    books.take(books.allocate("q", "i", day=3))
    assert books.left("q") == 20
    changes = books.take(
        reverse_payment(books.documents.source("q"), ReversePayment(on(9), "r", "charged_back", 25))
    )
    assert [row.amount_minor for row in changes.rows if isinstance(row, PaymentReversal)] == [25]
    assert books.open("i") == ("open", [0, 5])
    assert books.left("q") == 0


def test_only_unused_money_is_refunded(books: Books) -> None:
    books.pay("q", 50, day=3)
    books.take(books.allocate("q", "i", day=3))
    too_much = refund(books.documents.source("q"), Refund(on(4), "r", 21))
    assert too_much == Refused("up to 0.20 EUR is unused and can be refunded, not 0.21 EUR")
    books.take(refund(books.documents.source("q"), Refund(on(4), "r", 20)))
    assert books.left("q") == 0
    assert books.open("i") == ("paid", [0, 0])


def test_a_credit_note_larger_than_the_invoice_leaves_credit_that_can_be_refunded() -> None:
    books = Books()
    books.invoice("i", 80)
    books.take(
        issue_credit_note(
            IssueCreditNote(
                moment=on(2),
                credit_note_id="n",
                customer_id="c",
                number="CN",
                currency="EUR",
                amount_minor=100,
                reason="all of it was wrong",
            )
        )
    )
    books.take(books.allocate("n", "i"))
    assert (books.open("i"), books.left("n")) == (("paid", [0]), 20)
    books.take(refund(books.documents.source("n"), Refund(on(3), "r", 5)))
    assert books.left("n") == 15


def test_a_void_invoice_gives_its_money_back(books: Books) -> None:
    books.take(void_invoice(books.documents.invoice("i"), VoidInvoice(on(5), "v")))
    assert books.documents.invoice("i").status == "void"
    assert books.left("p") == 120
    assert books.allocate("p", "i") == Refused("the invoice is void; only an open one can be settled")


def test_a_write_off_gives_up_what_is_open_and_can_be_taken_back_in_part(books: Books) -> None:
    books.take(write_off_invoice(books.documents.invoice("i"), WriteOffInvoice(on(40), "w", "bad", "cfo")))
    assert books.open("i") == ("uncollectible", [0, 0])
    books.take(reverse_write_off(books.documents.source("w"), ReverseWriteOff(on(50), "b", "recovered", 12)))
    assert books.open("i") == ("open", [0, 12])
    again = reverse_write_off(books.documents.source("w"), ReverseWriteOff(on(51), "x", "error", 19))
    assert again == Refused("of this write-off 0.18 EUR stand; 0.19 EUR cannot be reversed")
    assert books.events[-2:] == ["DebtWrittenOff", "WriteOffReversed"]


def test_the_same_request_gives_the_same_keys(books: Books) -> None:
    books.pay("q", 10, day=3)
    assert books.allocate("q", "i", day=3) == books.allocate("q", "i", day=3)


def refusals(books: Books) -> dict[str, Decision]:
    books.pay("q", 10, day=3)
    invoice, used, fresh = (
        books.documents.invoice("i"),
        books.documents.source("p"),
        books.documents.source("q"),
    )
    request = Allocate(on(4), "r")
    return {
        "the money is in USD, the invoice in EUR": allocate(fresh._replace(currency="USD"), invoice, request),
        "different customers": allocate(fresh._replace(customer_id="d"), invoice, request),
        "nothing of the money is left": allocate(used, invoice, request),
        "up to 0.10 EUR can be reversed": reverse_payment(
            fresh, ReversePayment(on(5), "r", "charged_back", 11)
        ),
        "before that day it can be taken back only as a whole": reverse_payment(
            fresh, ReversePayment(on(2), "r", "bounced", 5)
        ),
        "is set against all of it": write_off_invoice(
            invoice._replace(status="paid"), WriteOffInvoice(on(5), "w", "bad", "cfo")
        ),
        "only payments and credit notes": refund(fresh._replace(kind="write_off"), Refund(on(5), "r", 1)),
    }


def test_what_cannot_be_is_refused_with_its_reason(books: Books) -> None:
    for reason, decision in refusals(books).items():
        assert isinstance(decision, Refused), reason
        assert reason in decision.reason


@pytest.mark.parametrize(
    ("total", "tax", "parts", "reason"),
    [
        (100, 0, (60, 30), "add up to 0.90 EUR"),
        (100, 0, (), "add up to 0"),
        (100, 0, (120, -20), "greater than zero"),
        (100, 101, (100,), "tax"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused(
    total: int, tax: int, parts: tuple[int, ...], reason: str
) -> None:
    request = IssueInvoice(
        moment=on(1),
        invoice_id="i",
        customer_id="c",
        number="1",
        kind="usage",
        currency="EUR",
        total_minor=total,
        tax_minor=tax,
        instalments=tuple(Instalment(date(2026, 4, 1), part) for part in parts),
    )
    decision = issue_invoice(request)
    assert isinstance(decision, Refused)
    assert reason in decision.reason
