"""Invoices as they are asked for, decided without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Call, Fault, Moment, Refused
from ledgerscope.customers.credit import LimitInForce, OverLimit, Position
from ledgerscope.customers.receivables import Instalment, InvoiceState, OpenInstalment
from ledgerscope.customers.receivables.issuing import (
    Billing,
    Finalise,
    NewInvoice,
    draft,
    finalise,
    invoice_id_of,
    issue,
    void,
)
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, CreditBreach, Invoice, InvoiceDue

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
LIMITS = {"EUR": LimitInForce("l", 1000, NOW)}
BILLING = Billing(
    position=Position("c", "EUR", LIMITS, {"EUR": 400}),
    terms_days=30,
    currencies=("EUR", "USD"),
    next_number="INV-000007",
)
NEW = NewInvoice(customer_id="c", total_minor=600)
DRAFT = InvoiceState("i", "c", "EUR", "draft", 600, None, (OpenInstalment(1, date(2026, 4, 1), 600),), ())


def changes(decision: object) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def refused(decision: object) -> Refused:
    assert isinstance(decision, Refused), decision
    return decision


def kinds(decision: Changes) -> list[str]:
    return [row.kind.__name__ if isinstance(row, Update) else type(row).__name__ for row in decision.rows]


def details(decision: Changes) -> dict[str, object]:
    (entry,) = (row for row in decision.rows if isinstance(row, AuditEntry))
    found: dict[str, object] = json.loads(entry.details)
    return found


def test_an_invoice_that_fills_the_limit_is_issued() -> None:
    decision = changes(issue(BILLING, NEW, CALL))
    invoice, due, audit = decision.rows
    assert isinstance(invoice, Invoice)
    assert isinstance(due, InvoiceDue)
    assert isinstance(audit, AuditEntry)
    assert (invoice.invoice_id, invoice.number, invoice.status) == (
        invoice_id_of(CALL),
        "INV-000007",
        "open",
    )
    assert (due.due_on, due.amount_minor) == (date(2026, 3, 31), 600)
    assert [event.event_type for event in decision.events] == ["InvoiceFinalised"]
    assert details(decision) == {
        "invoice_id": invoice.invoice_id, "number": "INV-000007", "currency": "EUR", "total_minor": 600,
    }  # fmt: skip


def test_one_cent_more_is_refused_unless_somebody_lets_it_through() -> None:
    over = replace(NEW, total_minor=601)
    said = refused(issue(BILLING, over, CALL))
    assert isinstance(said, OverLimit)
    assert (said.exposure_minor, said.limit_minor, said.severity, said.fault) == (
        1001,
        1000,
        "warning",
        Fault.CONFLICT,
    )
    decision = changes(issue(BILLING, replace(over, override_by="boss-1"), CALL))
    assert kinds(decision) == ["Invoice", "InvoiceDue", "CreditBreach", "AuditEntry"]
    assert [event.event_type for event in decision.events] == ["InvoiceFinalised", "CreditLimitBreached"]
    assert details(decision)["override_by"] == "boss-1"


@pytest.mark.parametrize(
    "limits", [{}, {"EUR": LimitInForce("l", None, NOW)}, {"EUR": LimitInForce("l", 10**15, NOW)}]
)
def test_without_a_limit_everything_is_issued(limits: dict[str, LimitInForce]) -> None:
    billing = replace(BILLING, position=replace(BILLING.position, limits=limits))
    assert "CreditBreach" not in kinds(changes(issue(billing, replace(NEW, total_minor=10**12), CALL)))


def test_what_makes_an_invoice_wrong_is_said_before_the_limit_is_looked_at() -> None:
    wrong = replace(NEW, total_minor=10**9, kind="gift")
    said = refused(issue(BILLING, wrong, CALL))
    assert not isinstance(said, OverLimit)
    assert said.reason == "kind: one of subscription, usage, addon, one_time; not 'gift'"


@pytest.mark.parametrize(
    ("billing", "fault"),
    [
        (replace(BILLING, deleted=True), Fault.CONFLICT),
        (replace(BILLING, held=True), Fault.CONFLICT),
        (replace(BILLING, subscribed=False), Fault.NOT_FOUND),
    ],
)
def test_some_customers_get_no_invoice(billing: Billing, fault: Fault) -> None:
    assert refused(issue(billing, NEW, CALL)).fault is fault


def test_a_draft_has_no_date_no_number_and_no_claim() -> None:
    decision = changes(draft(replace(BILLING, next_number=None), replace(NEW, total_minor=5000), CALL))
    invoice = decision.rows[0]
    assert isinstance(invoice, Invoice)
    assert (invoice.status, invoice.issued_on, invoice.finalised_at) == ("draft", None, None)
    assert invoice.number == f"DRAFT-{invoice.invoice_id}"
    assert [event.event_type for event in decision.events] == ["InvoiceDrafted"]


def test_a_draft_is_finalised_within_the_limit() -> None:
    decision = changes(finalise(BILLING, DRAFT, "usage", Finalise(invoice_id="i"), CALL))
    update = decision.rows[0]
    assert isinstance(update, Update)
    assert update.values == {
        "status": "open", "number": "INV-000007", "issued_on": NOW.date(), "finalised_at": NOW,
    }  # fmt: skip
    over = replace(BILLING, position=replace(BILLING.position, owed={"EUR": 401}))
    assert isinstance(finalise(over, DRAFT, "usage", Finalise(invoice_id="i"), CALL), OverLimit)
    allowed = finalise(over, DRAFT, "usage", Finalise(invoice_id="i", override_by="boss-1"), CALL)
    (breach,) = (row for row in changes(allowed).rows if isinstance(row, CreditBreach))
    assert (breach.invoice_id, breach.exposure_minor) == ("i", 1001)


def test_only_a_claim_is_voided() -> None:
    assert refused(void(DRAFT, CALL)).reason == "the invoice is draft; there is nothing to withdraw"
    decision = changes(void(DRAFT._replace(status="open", issued_on=NOW.date()), CALL))
    assert kinds(decision) == ["Invoice", "AuditEntry"]
    assert [event.event_type for event in decision.events] == ["InvoiceVoided"]


FUTURE = "9999-12-31 has not come; at most 2026-03-01, the date at the company"


@pytest.mark.parametrize(
    ("issued_on", "reason"),
    [
        (date.max, FUTURE),
        (date(2026, 3, 2), FUTURE.replace("9999-12-31", "2026-03-02")),
        (date.min, "0001-01-01 is before 1900"),
        (date(1899, 12, 31), "1899-12-31 is before 1900"),
    ],
)
@pytest.mark.parametrize("decide", [issue, draft])
def test_an_invoice_is_dated_when_it_can_have_been_issued(
    decide: Callable[..., object], issued_on: date, reason: str
) -> None:
    asked = Finalise(invoice_id="i", issued_on=issued_on)
    for said in (
        decide(BILLING, replace(NEW, issued_on=issued_on), CALL),
        finalise(BILLING, DRAFT, "one_time", asked, CALL),
    ):
        assert said == Refused(f"issued_on: {reason}", Fault.INVALID, "issued_on")


def test_an_invoice_is_due_within_thirty_years() -> None:
    last = date(2026, 3, 1) + timedelta(days=10_980)
    late = Instalment(last + timedelta(days=1), 600)
    said = f"instalments: {late.due_on} is more than 10,980 days after 2026-03-01"
    for billing, instalments in ((replace(BILLING, terms_days=2**31 - 1), ()), (BILLING, (late,))):
        fault = refused(issue(billing, replace(NEW, instalments=instalments), CALL))
        assert (fault.reason, fault.field) == (said, "instalments")
    changes(issue(BILLING, replace(NEW, instalments=(Instalment(last, 600),)), CALL))
    late_draft = DRAFT._replace(instalments=(OpenInstalment(1, late.due_on, 600),))
    assert refused(finalise(BILLING, late_draft, "one_time", Finalise(invoice_id="i"), CALL)).reason == said
