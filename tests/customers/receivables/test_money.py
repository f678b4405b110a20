"""Money, credit and debts as they are asked for, decided without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ledgerscope.customers import Call, Moment, Refused
from ledgerscope.customers.credit import LimitInForce, Position
from ledgerscope.customers.receivables import Applied, InvoiceState, OpenInstalment, SourceState
from ledgerscope.customers.receivables.money import (
    Books,
    NewCreditNote,
    NewPayment,
    allocate_money,
    allocated_minor,
    give_credit,
    give_up,
    receive,
    refund_money,
    restore,
    reverse,
)
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Allocation, AuditEntry, CreditBreach

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TODAY = NOW.date()
CALL = Call(moment=Moment("acme", NOW, TODAY), actor="anna", request_id="r")


def invoice(name: str, *parts: tuple[date, int], currency: str = "EUR", status: str = "open") -> InvoiceState:
    open_parts = tuple(OpenInstalment(seq, day, minor) for seq, (day, minor) in enumerate(parts, 1))
    total = sum(minor for _, minor in parts)
    return InvoiceState(name, "c", currency, status, total, TODAY, open_parts, ())


def payment(value: int, *used: int) -> SourceState:
    applied = tuple(
        Applied(f"a{place}", "payment", "p", f"i{place}", 1, minor, TODAY) for place, minor in enumerate(used)
    )
    return SourceState("payment", "p", "c", "EUR", value, TODAY, True, applied)


LONG = invoice("long", (date(2026, 3, 20), 40), (date(2026, 6, 1), 60))
SHORT = invoice("short", (date(2026, 4, 1), 50))
FOREIGN = invoice("foreign", (date(2026, 3, 2), 9), currency="USD")
BOOKS = Books(
    customer_id="c", own_currency="EUR", currencies=("EUR", "USD"), invoices=(LONG, FOREIGN, SHORT),
    next_number="CN-000001",
)  # fmt: skip


def changes(decision: object) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def allocations(decision: object) -> list[tuple[str, int, int]]:
    return [
        (row.invoice_id, row.due_seq, row.amount_minor)
        for row in changes(decision).rows
        if isinstance(row, Allocation)
    ]


def statuses(decision: object) -> dict[str, str]:
    return {
        row.key[-1]: row.values["status"]
        for row in changes(decision).rows
        if isinstance(row, Update) and "status" in row.values
    }


def audited(decision: object) -> list[str]:
    return [row.action for row in changes(decision).rows if isinstance(row, AuditEntry)]


@pytest.mark.parametrize(
    ("amount", "expected", "paid"),
    [
        (30, [("long", 1, 30)], {}),
        (70, [("long", 1, 40), ("short", 1, 30)], {}),
        (90, [("long", 1, 40), ("short", 1, 50)], {"short": "paid"}),
        (200, [("long", 1, 40), ("short", 1, 50), ("long", 2, 60)], {"long": "paid", "short": "paid"}),
    ],
)
def test_money_goes_to_what_is_due_first(
    amount: int, expected: list[tuple[str, int, int]], paid: dict[str, str]
) -> None:
    decision = receive(BOOKS, NewPayment(customer_id="c", amount_minor=amount), CALL)
    assert (allocations(decision), statuses(decision)) == (expected, paid)
    assert audited(decision) == ["payment.received"]
    events = [(event.event_type, event.amount_minor) for event in changes(decision).events]
    assert events == [("PaymentSucceeded", amount), ("MoneyAllocated", allocated_minor(decision))]


def test_money_that_nothing_is_open_for_is_received_all_the_same() -> None:
    decision = receive(Books(customer_id="c", own_currency="EUR", currencies=("EUR",)),
                       NewPayment(customer_id="c", amount_minor=5), CALL)  # fmt: skip
    assert [event.event_type for event in changes(decision).events] == ["PaymentSucceeded"]


@pytest.mark.parametrize(
    ("received_on", "reason"),
    [
        (date(2027, 3, 2), None),
        (date(2027, 3, 3), "2027-03-03 is more than 366 days after 2026-03-01"),
        (date.max, "9999-12-31 is more than 366 days after 2026-03-01"),
        (date(1900, 1, 1), None),
        (date.min, "0001-01-01 is before 1900"),
    ],
)
def test_a_payment_is_dated_at_most_a_year_ahead(received_on: date, reason: str | None) -> None:
    decision = receive(BOOKS, NewPayment(customer_id="c", amount_minor=5, received_on=received_on), CALL)
    said = decision.reason if isinstance(decision, Refused) else None
    assert said == (None if reason is None else f"received_on: {reason}")


def test_at_most_so_much_is_allocated() -> None:
    decision = allocate_money(payment(100), (LONG, SHORT), 45, CALL)
    assert allocations(decision) == [("long", 1, 40), ("short", 1, 5)]
    assert audited(decision) == ["payment.allocated"]


@pytest.mark.parametrize(
    ("source", "invoices", "reason"),
    [
        (payment(10, 10), (LONG, SHORT), "nothing of the money is left to allocate"),
        (payment(10), (FOREIGN, FOREIGN), "the customer has no open invoice in EUR"),
        (payment(10), (), "the customer has no open invoice in EUR"),
        (payment(10), (FOREIGN,), "the money is in EUR, the invoice in USD"),
        (
            payment(10),
            (SHORT._replace(status="void"),),
            "the invoice is void; only an open one can be settled",
        ),
    ],
)
def test_an_allocation_that_cannot_be_is_refused(
    source: SourceState, invoices: tuple[InvoiceState, ...], reason: str
) -> None:
    said = allocate_money(source, invoices, None, CALL)
    assert isinstance(said, Refused)
    assert said.reason == reason


@pytest.mark.parametrize(
    ("owed", "part", "exposure"), [(920, None, 1020), (900, None, None), (950, 60, 1010), (950, 50, None)]
)
def test_what_a_chargeback_opens_again_is_checked(owed: int, part: int | None, exposure: int | None) -> None:
    position = Position("c", "EUR", {"EUR": LimitInForce("l", 1000, NOW)}, {"EUR": owed})
    decision = changes(reverse(payment(100, 70, 30), position, "charged_back", part, CALL))
    breaches = [row for row in decision.rows if isinstance(row, CreditBreach)]
    assert [row.exposure_minor for row in breaches] == ([] if exposure is None else [exposure])
    assert [row.invoice_id for row in breaches] in ([], ["i1"])  # what was settled last is opened first
    assert len([event for event in decision.events if event.event_type == "CreditLimitBreached"]) == len(
        breaches
    )
    assert audited(decision) == ["payment.reversed"]


def test_unused_money_that_goes_back_opens_nothing_and_is_no_breach() -> None:
    position = Position("c", "EUR", {"EUR": LimitInForce("l", 0, NOW)}, {"EUR": 50})
    decision = changes(reverse(payment(100), position, "bounced", None, CALL))
    assert [event.event_type for event in decision.events] == ["PaymentReversed"]


def test_a_payment_of_which_nothing_is_left_is_not_reversed() -> None:
    position = Position("c", "EUR", {}, {})
    assert isinstance(reverse(payment(0), position, "bounced", None, CALL), Refused)


def test_a_debt_is_given_up_and_stands_again() -> None:
    decision = changes(give_up(SHORT, "insolvent", "boss-1", CALL))
    assert statuses(decision) == {"short": "uncollectible"}
    assert audited(decision) == ["debt.written_off"]
    applied = (Applied("a", "write_off", "w", "short", 1, 50, TODAY),)
    source = SourceState("write_off", "w", "c", "EUR", 50, TODAY, True, applied)
    position = Position("c", "EUR", {"EUR": LimitInForce("l", 49, NOW)}, {"EUR": 0})
    restored = changes(restore(source, position, "recovered", None, CALL))
    assert statuses(restored) == {"short": "open"}
    assert [event.event_type for event in restored.events] == ["WriteOffReversed", "CreditLimitBreached"]


def test_a_refund_before_the_day_of_its_cheque_is_refused() -> None:
    later = payment(100)._replace(dated=date(2026, 3, 2))
    said = refund_money(later, 100, CALL)
    assert isinstance(said, Refused)
    assert said.reason == "the money is dated 2026-03-02; it cannot go back before that day"
    assert audited(refund_money(payment(100, 30), 70, CALL)) == ["payment.refunded"]


def test_a_credit_note_is_set_against_the_invoice_that_it_names_only() -> None:
    new = NewCreditNote(customer_id="c", amount_minor=30, reason="goodwill")
    assert allocations(give_credit(BOOKS, new, CALL)) == []
    named = NewCreditNote(customer_id="c", amount_minor=30, reason="goodwill", invoice_id="short")
    books = Books(
        customer_id="c", own_currency="EUR", currencies=("EUR",), invoices=(SHORT,), next_number="CN-000001"
    )
    assert allocations(give_credit(books, named, CALL)) == [("short", 1, 30)]
