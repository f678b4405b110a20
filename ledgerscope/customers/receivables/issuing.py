"""Invoices as they are asked for: what may be on them, and whether the customer's credit covers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.credit import CheckInvoice, check_invoice, over_limit
from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.instants import fault_of_day
from ledgerscope.customers.operations.checks import (
    check_amount,
    check_choice,
    check_currency,
    check_instant,
    check_text,
)
from ledgerscope.customers.operations.numbers import is_of_series
from ledgerscope.customers.receivables.invoices import (
    Instalment,
    IssueInvoice,
    VoidInvoice,
    issue_invoice,
    void_invoice,
)
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import CreditBreach, Invoice
from ledgerscope.store.tables.values import INVOICE_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from ledgerscope.customers.credit import Position
    from ledgerscope.customers.receivables.state import InvoiceState
    from ledgerscope.store.records import Id

__all__ = ["Billing", "Finalise", "NewInvoice", "draft", "finalise", "invoice_id_of", "issue", "void"]

_LONGEST_NUMBER: Final = 50
_LONGEST_ACTOR: Final = 100
_MOST_INSTALMENTS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoice:
    """A claim on a customer; amounts are minor units of `currency`, the customer's own where it is left out.

    A total of zero is allowed, as of a period with a full discount, which takes a document with a number too:
    it is paid at once and needs no credit. Without `instalments` the whole is due at the customer's terms.
    `tax_minor` is the part of the total that is tax. `number` is given out where it is left out. `issued_on`
    is today, or a day before. `override_by` is who lets the invoice through where it breaks the credit limit,
    or the customer is on credit hold; the reason is that of the note.
    """

    customer_id: Id
    total_minor: int
    currency: str | None = None
    kind: str = "one_time"
    tax_minor: int = 0
    instalments: tuple[Instalment, ...] = ()
    number: str | None = None
    subscription_id: Id | None = None
    service_period: tuple[datetime, datetime] | None = None
    issued_on: date | None = None
    override_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finalise:
    """A draft becomes a claim, dated today or on a day before; otherwise as in `NewInvoice`."""

    invoice_id: Id
    number: str | None = None
    issued_on: date | None = None
    override_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """What a new invoice meets: the customer with its credit, and the numbers there are.

    `taken`: another invoice has the wanted number; `subscribed`: the wanted subscription is the customer's.
    `next_number` is None for a draft, which gets none yet.
    """

    position: Position
    terms_days: int
    currencies: Collection[str]
    next_number: str | None = None
    held: bool = False
    deleted: bool = False
    taken: bool = False
    subscribed: bool = True


def invoice_id_of(call: Call) -> Id:
    """The identifier of the invoice that a call issues or drafts."""
    return call.new_id("invoice")


def issue(billing: Billing, new: NewInvoice, call: Call) -> Decision:
    """The invoice, and the breach where somebody lets it through; `OverLimit` where nobody does."""
    request = _request(billing, new, call)
    fault = _fault(billing, new, request) or _fault_of_issue(billing, new, request.issued_on, call)
    if fault is not None:
        return fault
    decision = issue_invoice(request)
    if isinstance(decision, Refused):
        return Refused(decision.reason, Fault.INVALID, "instalments")
    allowed = _allowed(billing, request.invoice_id, request.currency, new.total_minor, new.override_by, call)
    if isinstance(allowed, Refused):
        return allowed
    audit = call.audit(
        "invoice.issued", request.customer_id, invoice_id=request.invoice_id, number=request.number,
        currency=request.currency, total_minor=request.total_minor, **_breach(allowed),
    )  # fmt: skip
    return decision + allowed + Changes((audit,))


def draft(billing: Billing, new: NewInvoice, call: Call) -> Decision:
    """An invoice that is no claim yet: nothing is owed, and no number given out, until it is finalised."""
    request = _request(billing, new, call)
    fault = _fault(billing, new, request)
    if fault is not None:
        return fault
    decision = issue_invoice(request)
    if isinstance(decision, Refused):
        return Refused(decision.reason, Fault.INVALID, "instalments")
    rows = tuple(
        row._replace(status="draft", issued_on=None, finalised_at=None) if isinstance(row, Invoice) else row
        for row in decision.rows
    )
    event = call.event(
        EventType.INVOICE_DRAFTED, request.kind, customer_id=request.customer_id,
        amount=request.total_minor, currency=request.currency,
    )  # fmt: skip
    audit = call.audit(
        "invoice.drafted", request.customer_id, invoice_id=request.invoice_id, currency=request.currency,
        total_minor=request.total_minor,
    )  # fmt: skip
    return Changes((*rows, audit), (event,))


def finalise(billing: Billing, invoice: InvoiceState, kind: str, asked: Finalise, call: Call) -> Decision:
    """The draft is a claim from its day on, if the customer's credit covers it."""
    moment, day = call.moment, asked.issued_on or call.moment.day
    if invoice.status != "draft":
        return Refused(f"the invoice is {invoice.status}; only a draft can be finalised")
    early = min((part.due_on for part in invoice.instalments), default=day)
    if early < day:
        return _due_too_early(early, day)
    fault = _fault_of_issue(billing, asked, day, call)
    if fault is not None:
        return fault
    allowed = _allowed(
        billing, invoice.invoice_id, invoice.currency, invoice.total_minor, asked.override_by, call
    )
    if isinstance(allowed, Refused):
        return allowed
    number = asked.number or billing.next_number
    values = {
        "status": "open" if invoice.total_minor else "paid",
        "number": number,
        "issued_on": day,
        "finalised_at": moment.at,
    }
    event = call.event(
        EventType.INVOICE_FINALISED, kind, customer_id=invoice.customer_id, amount=invoice.total_minor,
        currency=invoice.currency,
    )  # fmt: skip
    audit = call.audit(
        "invoice.issued", invoice.customer_id, invoice_id=invoice.invoice_id, number=number,
        currency=invoice.currency, total_minor=invoice.total_minor, **_breach(allowed),
    )  # fmt: skip
    update = Update(Invoice, (moment.tenant_id, invoice.invoice_id), values)
    return Changes((update,), (event,)) + allowed + Changes((audit,))


def void(invoice: InvoiceState, call: Call) -> Decision:
    """The invoice withdrawn; what settled it is unallocated again."""
    decision = void_invoice(invoice, VoidInvoice(call.moment, call.new_id("void")))
    if isinstance(decision, Refused):
        return decision
    audit = call.audit(
        "invoice.voided", invoice.customer_id, invoice_id=invoice.invoice_id, currency=invoice.currency,
        total_minor=invoice.total_minor,
    )  # fmt: skip
    return decision + Changes((audit,))


def _request(billing: Billing, new: NewInvoice, call: Call) -> IssueInvoice:
    invoice_id, day = invoice_id_of(call), new.issued_on or call.moment.day
    whole = (Instalment(day + timedelta(days=billing.terms_days), new.total_minor),)
    return IssueInvoice(
        moment=call.moment,
        invoice_id=invoice_id,
        customer_id=billing.position.customer_id,
        number=new.number or billing.next_number or f"DRAFT-{invoice_id}",
        kind=new.kind,
        currency=billing.position.own_currency if new.currency is None else new.currency,
        total_minor=new.total_minor,
        tax_minor=new.tax_minor,
        instalments=new.instalments or (whole if new.total_minor else ()),
        subscription_id=new.subscription_id,
        service_period=new.service_period,
        issued_on=day,
    )


def _fault(billing: Billing, new: NewInvoice, request: IssueInvoice) -> Refused | None:
    """What is wrong with the content of an invoice, issued or drafted."""
    fault = (
        check_currency(request.currency, billing.currencies)
        or check_amount("total_minor", new.total_minor, request.currency, least=0)
        or check_amount("tax_minor", new.tax_minor, request.currency, least=0)
        or check_choice("kind", new.kind, INVOICE_KINDS)
    )
    if fault is not None:
        return fault
    if billing.deleted:
        return Refused("the customer is deleted; it gets no invoices", Fault.CONFLICT, "customer_id")
    if not billing.subscribed:
        said = f"subscription_id: {new.subscription_id!r} is no subscription of this customer"
        return Refused(said, Fault.NOT_FOUND, "subscription_id")
    return _fault_of_parts(new, request)


def _fault_of_parts(new: NewInvoice, request: IssueInvoice) -> Refused | None:
    if new.service_period is not None:
        begin, end = new.service_period
        fault = check_instant("service_period", begin) or check_instant("service_period", end)
        if fault is None and not begin < end:
            fault = Refused("service_period: must begin before it ends", Fault.INVALID, "service_period")
        if fault is not None:
            return fault
    if len(new.instalments) > _MOST_INSTALMENTS:
        return Refused(f"instalments: at most {_MOST_INSTALMENTS}", Fault.INVALID, "instalments")
    day = request.issued_on
    early = min((part.due_on for part in request.instalments), default=day)
    if early is not None and day is not None and early < day:
        return _due_too_early(early, day)
    return None


def _due_too_early(early: date, day: date) -> Refused:
    said = f"instalments: one is due on {early}, before the date of the invoice, {day}"
    return Refused(said, Fault.INVALID, "instalments")


def _fault_of_issue(
    billing: Billing, asked: NewInvoice | Finalise, day: date | None, call: Call
) -> Refused | None:
    """What keeps an invoice from becoming a claim, apart from credit."""
    if billing.deleted:
        return Refused("the customer is deleted; it gets no invoices", Fault.CONFLICT, "customer_id")
    if (early := fault_of_day("issued_on", day)) is not None:
        return early
    if day is not None and day > call.moment.day:
        said = f"issued_on: {day} has not come; at most {call.moment.day}, the date at the company"
        return Refused(said, Fault.INVALID, "issued_on")
    if asked.override_by is not None:
        fault = check_text("override_by", asked.override_by, _LONGEST_ACTOR)
        if fault is not None:
            return fault
    return None if asked.number is None else _fault_of_number(billing, asked.number)


def _fault_of_number(billing: Billing, number: str) -> Refused | None:
    if is_of_series("invoice", number):
        said = f"number: {number!r} has the form of numbers that are given out; leave it out"
        return Refused(said, Fault.INVALID, "number")
    if billing.taken:
        return Refused(f"number: another invoice has {number!r}", Fault.CONFLICT, "number")
    return check_text("number", number, _LONGEST_NUMBER)


def _allowed(
    billing: Billing, invoice_id: Id, currency: str, total_minor: int, override_by: str | None, call: Call
) -> Changes | Refused:
    """The breach that somebody lets through, or none; an invoice of nothing needs no credit."""
    if not total_minor:
        return Changes()
    customer_id = billing.position.customer_id
    used = billing.position.used(currency, total_minor)
    refused = over_limit(customer_id, used)
    if override_by is None and refused is not None:
        return refused
    if override_by is None and billing.held:
        return Refused("the customer is on credit hold; release it, or name who lets the invoice through")
    request = CheckInvoice(
        moment=call.moment, breach_id=call.new_id("breach"), customer_id=customer_id, invoice_id=invoice_id,
        override_by=override_by,
    )  # fmt: skip
    return check_invoice(used, request)


def _breach(allowed: Changes) -> dict[str, object]:
    """What the audit entry says of a breach."""
    return {
        name: value
        for row in allowed.rows
        if isinstance(row, CreditBreach)
        for name, value in (
            ("severity", row.severity),
            ("override_by", row.override_by),
            ("exposure_minor", row.exposure_minor),
            ("limit_minor", row.limit_minor),
        )
    }
