"""Invoices through the public operations: the credit limit, numbers, drafts, voiding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.access.permissions import ROLES
from ledgerscope.customers.credit import OverLimit
from ledgerscope.customers.lifecycle import Customers
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.receivables.operations import (
    Finalise,
    Instalment,
    InvoiceLine,
    Invoices,
    ListInvoices,
)
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import FxRate
from tests.customers.conftest import NOON
from tests.customers.receivables.conftest import Desk, done, faults, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger


def breaches(ledger: Ledger) -> list[tuple[object, ...]]:
    """Every breach that was counted: severity, whether it was allowed, and by how much."""
    rows = ledger.rows(
        "select labels->>'severity', labels->>'override_used', amount_minor from event "
        "where event_type = 'CreditLimitBreached' order by event_id"
    )
    return [tuple(row) for row in rows]


def audited(ledger: Ledger) -> list[str]:
    return [action for (action,) in ledger.rows("select action from audit_log order by seq")]


def test_an_issued_invoice_is_owed_at_the_terms_of_the_customer(desk: Desk, ledger: Ledger) -> None:
    before = ledger.counts()
    made = desk.invoice(12_00, tax_minor=2_00)
    shown = desk.shown(made.invoice_id)
    assert (made.number, made.over_limit, shown.status, shown.open_minor) == (
        "INV-000001",
        False,
        "open",
        12_00,
    )
    assert [part.due_on for part in shown.instalments] == [date(2026, 3, 24)]
    assert desk.owed() == 12_00
    grown = ("invoice", "event", "audit_log")
    assert ledger.counts() == {name: count + (name in grown) for name, count in before.items()}
    assert faults(ledger) == []


def test_an_invoice_of_nothing_is_paid_at_once_and_needs_no_credit(desk: Desk) -> None:
    desk.limit(0)
    assert desk.shown(desk.invoice(0).invoice_id).status == "paid"


def test_an_invoice_within_the_limit_is_no_breach(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    assert not desk.invoice(60).over_limit
    assert not desk.invoice(40).over_limit
    assert breaches(ledger) == []


def test_an_invoice_over_the_limit_is_refused_and_the_attempt_recorded(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    desk.invoice(60)
    before = ledger.counts()
    said = refused(desk.invoices.issue(desk.new(50), Note(key="k")))
    assert isinstance(said, OverLimit)
    assert (said.exposure_minor, said.limit_minor, said.severity) == (110, 100, "warning")
    assert said.reason.startswith("with this invoice the customer would owe 1.10 EUR of at most 1.00 EUR")
    assert breaches(ledger) == [("warning", "false", 10)]
    assert audited(ledger)[-1] == "invoice.refused"
    assert ledger.counts() == {
        **before, "event": before["event"] + 1, "audit_log": before["audit_log"] + 1,
    }  # fmt: skip
    desk.pay(30)
    retried = done(desk.invoices.issue(desk.new(50), Note(key="k")))
    assert retried.number == "INV-000002"  # a refused request takes no number and keeps no key


def test_an_override_lets_an_invoice_through_and_is_recorded_with_it(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    unexplained = refused(desk.invoices.issue(desk.new(200, override_by="boss-1")))
    assert (unexplained.fault, unexplained.field) == (Fault.INVALID, "reason")
    made = desk.invoice(200, "key account", override_by="boss-1")
    assert made.over_limit
    assert breaches(ledger) == [("critical", "true", 100)]
    ((invoice_id, by, exposure, limit),) = ledger.rows(
        "select invoice_id, override_by, exposure_minor, limit_minor from credit_breach"
    )
    assert (invoice_id.hex, by, exposure, limit) == (made.invoice_id, "boss-1", 200, 100)
    (details,) = ledger.details("invoice.issued")
    assert (details["override_by"], details["reason"], details["severity"]) == (
        "boss-1",
        "key account",
        "critical",
    )


def test_an_override_that_was_not_needed_is_no_breach_and_none_in_log_and_audit(
    desk: Desk, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    desk.limit(100)
    with caplog.at_level("INFO"):
        assert not desk.invoice(100, "to be safe", override_by="boss-1").over_limit
    assert [each.getMessage() for each in caplog.records][-1] == "Invoice issued"
    assert "overrid" not in caplog.text
    assert breaches(ledger) == []
    (details,) = ledger.details("invoice.issued")
    assert "override_by" not in details


@pytest.mark.parametrize("minor", [None, 10**14])
def test_unlimited_credit_and_no_limit_at_all_take_everything(desk: Desk, minor: int | None) -> None:
    desk.invoice(10**12)
    desk.limit(minor)
    desk.invoice(10**12)
    assert desk.owed() == 2 * 10**12


def test_without_credit_every_invoice_is_refused(desk: Desk) -> None:
    desk.limit(0)
    assert isinstance(desk.invoices.issue(desk.new(1)), OverLimit)


def test_unallocated_money_makes_room_under_the_limit(desk: Desk) -> None:
    desk.limit(100)
    desk.pay(50)
    desk.invoice(150)
    assert isinstance(desk.invoices.issue(desk.new(1)), OverLimit)


def test_a_cheque_of_next_week_makes_no_room_yet(desk: Desk, clock: Clock) -> None:
    desk.limit(100)
    desk.invoice(100)
    desk.pay(100, method="cheque", received_on=date(2026, 3, 17))
    assert desk.owed() == 100
    assert isinstance(desk.invoices.issue(desk.new(1)), OverLimit)
    clock.forward(days=7)
    assert desk.owed() == 0
    desk.invoice(100)


def test_an_invoice_is_open_until_the_day_of_the_cheque_that_pays_it(desk: Desk, clock: Clock) -> None:
    other, invoice = desk.invoice(20), desk.invoice(100)
    desk.pay(20)
    desk.pay(60, method="cheque", received_on=date(2026, 3, 17))
    desk.pay(40, method="cheque", received_on=date(2026, 3, 18))

    def shown() -> tuple[str, int]:
        view = desk.shown(invoice.invoice_id)
        lists = {
            status: {
                (line.invoice_id, line.status, line.open_minor)
                for line in done(desk.invoices.list(ListInvoices(status=status))).invoices
            }
            for status in (None, "open", "paid", "uncollectible")
        }
        line, paid = (view.invoice_id, view.status, view.open_minor), (other.invoice_id, "paid", 0)
        assert view.instalments[0].open_minor == view.open_minor
        for status, found in lists.items():
            assert found == {each for each in (line, paid) if status in {None, each[1]}}
        return view.status, view.open_minor

    assert shown() == ("open", 100)
    clock.forward(days=7)
    assert shown() == ("open", 40)
    clock.forward(days=1)
    assert shown() == ("paid", 0)


def test_what_a_cheque_will_pay_is_open_until_its_day_though_the_rest_is_written_off(
    desk: Desk, clock: Clock
) -> None:
    invoice = desk.invoice(100)
    desk.pay(60, method="cheque", received_on=date(2026, 3, 17))
    given_up = done(
        desk.write_offs.write_off(invoice.invoice_id, Note(reason="insolvent"), approved_by="ben")
    )
    assert given_up.amount_minor == 40
    shown = desk.shown(invoice.invoice_id)
    assert (shown.status, shown.open_minor) == ("open", 60)
    clock.forward(days=7)
    shown = desk.shown(invoice.invoice_id)
    assert (shown.status, shown.open_minor) == ("uncollectible", 0)


def test_what_is_owed_in_another_currency_counts_at_the_rate_of_the_day(desk: Desk, ledger: Ledger) -> None:
    with ledger.owner.begin() as connection:
        rate = FxRate("acme", date(2026, 3, 1), "USD", "EUR", Decimal("0.5"))
        write_changes(connection, [Changes((rate,))])
    desk.limit(100)
    desk.invoice(200, currency="USD")
    said = refused(desk.invoices.issue(desk.new(2, currency="USD")))
    assert isinstance(said, OverLimit)
    assert (said.currency, said.exposure_minor) == ("EUR", 101)
    assert isinstance(desk.invoices.issue(desk.new(1)), OverLimit)


def test_without_a_rate_an_invoice_needs_somebody_who_lets_it_through(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    said = refused(desk.invoices.issue(desk.new(1, currency="GBP")))
    assert said.reason.startswith("no exchange rate from GBP to EUR on 2026-03-10")
    assert (said.fault, isinstance(said, OverLimit)) == (Fault.CONFLICT, False)
    assert not desk.invoice(1, "known customer", currency="GBP", override_by="boss-1").over_limit
    (details,) = ledger.details("invoice.issued")
    assert (details["override_by"], details["reason"], breaches(ledger)) == ("boss-1", "known customer", [])


def test_who_is_on_credit_hold_gets_an_invoice_by_override_only(desk: Desk, ledger: Ledger) -> None:
    with ledger.owner.begin() as connection:
        connection.execute(text("update customer set credit_hold = true"))
    assert "credit hold" in refused(desk.invoices.issue(desk.new(1))).reason
    assert not desk.invoice(1, "agreed", override_by="boss-1").over_limit
    (details,) = ledger.details("invoice.issued")
    assert details["override_by"] == "boss-1"
    desk.invoice(0)  # needs no credit


def test_numbers_are_given_out_or_given(desk: Desk) -> None:
    assert desk.invoice(1, number="A 1/2026").number == "A 1/2026"
    assert desk.invoice(1).number == "INV-000001"
    assert refused(desk.invoices.issue(desk.new(1, number="A 1/2026"))).reason == (
        "number: another invoice has 'A 1/2026'"
    )
    assert refused(desk.invoices.issue(desk.new(1, number="INV-000002"))).fault is Fault.INVALID
    assert desk.invoice(1).number == "INV-000002"


def test_the_same_request_with_its_key_is_carried_out_once(desk: Desk, ledger: Ledger) -> None:
    new = desk.new(12, instalments=(Instalment(date(2026, 4, 1), 5), Instalment(date(2026, 5, 1), 7)))
    first = done(desk.invoices.issue(new, Note(key="k")))
    assert desk.invoices.issue(new, Note(key="k")) == first
    assert ledger.count("invoice") == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"total_minor": -1}, "total_minor"),
        ({"total_minor": 10**15 + 1}, "total_minor"),
        ({"tax_minor": 101}, "instalments"),
        ({"currency": "XXY"}, "currency"),
        ({"kind": "gift"}, "kind"),
        ({"instalments": (Instalment(date(2026, 4, 1), 99),)}, "instalments"),
        ({"instalments": (Instalment(date(2026, 3, 9), 100),)}, "instalments"),
        ({"instalments": (Instalment(date(2026, 4, 1), 100),) * 121}, "instalments"),
        ({"issued_on": date(2026, 3, 11)}, "issued_on"),
        ({"issued_on": date(26, 3, 10)}, "issued_on"),
        ({"number": "a\nb"}, "number"),
        ({"subscription_id": "0" * 32}, "subscription_id"),
        ({"subscription_id": "no id"}, "subscription_id"),
        ({"customer_id": "0" * 32}, "customer_id"),
        ({"override_by": " "}, "override_by"),
        ({"service_period": (NOON, NOON)}, "service_period"),
        ({"service_period": (NOON.replace(tzinfo=None), NOON)}, "service_period"),
    ],
)
def test_an_invoice_that_cannot_be_is_refused(desk: Desk, given: dict[str, object], field: str) -> None:
    asked = replace(desk.new(100), **given)  # type: ignore[arg-type] # of the table above
    assert refused(desk.invoices.issue(asked, Note(reason="r"))).field == field


def test_who_owes_until_a_cheque_counts_is_not_deleted(
    desk: Desk, operations: Operations, clock: Clock
) -> None:
    desk.invoice(1000)
    desk.pay(1000, method="cheque", received_on=date(2026, 3, 19))
    said = refused(Customers(operations).delete(desk.customer_id, "closed"))
    assert said.reason == "the customer owes 10.00 EUR; settle or write it off first"
    clock.forward(days=9)
    assert done(Customers(operations).delete(desk.customer_id, "closed")).changed


def test_a_deleted_customer_gets_no_invoices(desk: Desk, operations: Operations) -> None:
    Customers(operations).delete(desk.customer_id, "closed")
    assert refused(desk.invoices.issue(desk.new(1))).reason == "the customer is deleted; it gets no invoices"


def test_a_draft_is_owed_once_it_is_finalised(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    made = done(desk.invoices.draft(desk.new(120, kind="usage")))
    shown = desk.shown(made.invoice_id)
    assert (shown.status, shown.issued_on, shown.open_minor, desk.owed()) == ("draft", None, 0, 0)
    assert isinstance(desk.invoices.finalise(Finalise(invoice_id=made.invoice_id)), OverLimit)
    allowed = Finalise(invoice_id=made.invoice_id, override_by="boss-1")
    issued = done(desk.invoices.finalise(allowed, Note(reason="agreed")))
    assert (issued.number, issued.over_limit) == ("INV-000001", True)
    assert (desk.shown(made.invoice_id).status, desk.owed()) == ("open", 120)
    assert breaches(ledger) == [("critical", "false", 20), ("critical", "true", 20)]
    assert refused(desk.invoices.finalise(allowed, Note(reason="again"))).reason == (
        "the invoice is open; only a draft can be finalised"
    )
    assert faults(ledger) == []


def test_a_draft_is_finalised_before_its_instalments_are_due(desk: Desk, clock: Clock) -> None:
    made = done(desk.invoices.draft(desk.new(120)))
    clock.forward(days=15)
    assert refused(desk.invoices.finalise(Finalise(invoice_id=made.invoice_id))).field == "instalments"
    issued = desk.invoices.finalise(Finalise(invoice_id=made.invoice_id, issued_on=date(2026, 3, 20)))
    assert done(issued).number == "INV-000001"


@pytest.mark.parametrize("field", ["number", "override_by"])
def test_a_draft_has_neither_number_nor_override(desk: Desk, field: str) -> None:
    assert refused(desk.invoices.draft(desk.new(1, **{field: "x"}))).field == field


def test_a_voided_invoice_frees_what_settled_it(desk: Desk, ledger: Ledger) -> None:
    invoice_id = desk.invoice(100).invoice_id
    payment = desk.pay(60)
    assert refused(desk.invoices.void(invoice_id, Note())).field == "reason"
    done(desk.invoices.void(invoice_id, Note(reason="wrong customer")))
    shown = desk.shown(invoice_id)
    assert (shown.status, shown.open_minor, shown.voided_on) == ("void", 0, date(2026, 3, 10))
    assert done(desk.payments.get(payment.payment_id)).left_minor == 60
    assert desk.owed() == -60
    assert refused(desk.invoices.void(invoice_id, Note(reason="again"))).fault is Fault.CONFLICT
    assert faults(ledger) == []


def test_invoices_are_listed_once_each_the_latest_first(
    desk: Desk, operations_of: Callable[[str], Operations], clock: Clock
) -> None:
    made = []
    for place in range(5):
        clock.forward(minutes=place % 2)
        made.append(desk.invoice(10 + place).invoice_id)
    done(desk.invoices.draft(desk.new(5)))
    desk.pay(15)
    done(desk.invoices.void(made[4], Note(reason="wrong")))
    seen: list[InvoiceLine] = []
    asked = ListInvoices(customer_id=desk.customer_id, limit=2)
    while True:
        page = done(desk.invoices.list(asked))
        seen += page.invoices
        if page.next_cursor is None:
            break
        asked = replace(asked, cursor=page.next_cursor)
    assert sorted(each.invoice_id for each in seen) == sorted(made)
    assert [each.finalised_at for each in seen] == sorted((e.finalised_at for e in seen), reverse=True)
    assert sum(each.open_minor for each in seen) == desk.exposure().open_minor
    assert {each.invoice_id for each in done(desk.invoices.list(ListInvoices(status="void"))).invoices} == {
        made[4]
    }
    assert done(Invoices(operations_of("bolt")).list()).invoices == ()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListInvoices(limit=0), "limit"),
        (ListInvoices(limit=501), "limit"),
        (ListInvoices(status="draft"), "status"),
        (ListInvoices(customer_id="no id"), "customer_id"),
        (ListInvoices(cursor="x"), "cursor"),
    ],
)
def test_a_list_that_cannot_be_is_refused(desk: Desk, asked: ListInvoices, field: str) -> None:
    assert refused(desk.invoices.list(asked)).field == field


def test_another_company_sees_and_changes_nothing(
    desk: Desk, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    invoice_id = desk.invoice(100).invoice_id
    drafted = done(desk.invoices.draft(desk.new(5))).invoice_id
    before, other = ledger.counts(), Invoices(operations_of("bolt"))
    answers: tuple[object, ...] = (
        other.issue(desk.new(1)),
        other.draft(desk.new(1)),
        other.finalise(Finalise(invoice_id=drafted)),
        other.void(invoice_id, Note(reason="r")),
        other.get(invoice_id),
        other.get("no id"),
    )
    assert {each.fault for each in answers if isinstance(each, Refused)} == {Fault.NOT_FOUND}
    assert all(isinstance(each, Refused) for each in answers)
    assert ledger.counts() == before


def test_not_everybody_may_name_who_lets_an_invoice_through(app: Engine, desk: Desk, clock: Clock) -> None:
    caller = Caller(tenant_id="acme", actor="cleo", permissions=ROLES["accountant"])
    invoices = Invoices(Operations(app, caller, clock=clock))
    assert not isinstance(invoices.issue(desk.new(1)), Refused)
    said = refused(invoices.issue(desk.new(1, override_by="boss-1"), Note(reason="r")))
    assert (said.fault, said.reason) == (Fault.FORBIDDEN, "cleo lacks the permission credit:override")


def test_an_invoice_is_owed_whole_though_its_instalments_do_not_add_up(desk: Desk, ledger: Ledger) -> None:
    desk.limit(150)
    desk.invoice(100)
    with ledger.owner.begin() as connection:
        connection.execute(text("delete from invoice_due"))  # as another application may leave it
    assert desk.owed() == 100
    assert isinstance(desk.invoices.issue(desk.new(51)), OverLimit)
