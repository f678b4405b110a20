"""Issuing invoices and voiding them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ledgerscope.customers.amounts import amount_words
from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.customers.receivables.settlement import take_back
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Allocation, Invoice, InvoiceDue, make_event, span

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledgerscope.customers.receivables.state import InvoiceState
    from ledgerscope.store.records import Id

__all__ = ["Instalment", "IssueInvoice", "VoidInvoice", "issue_invoice", "void_invoice"]


class Instalment(NamedTuple):
    """A part of an invoice that is due on a day of its own."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInvoice:
    """A claim on a customer, dated `issued_on`, else the day of the moment."""

    moment: Moment
    invoice_id: Id
    customer_id: Id
    number: str
    kind: str
    currency: str
    total_minor: int
    tax_minor: int
    instalments: tuple[Instalment, ...]
    subscription_id: Id | None = None
    service_period: tuple[datetime, datetime] | None = None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """Withdraw an invoice; what settled it is unallocated again."""

    moment: Moment
    request_id: Id


def issue_invoice(request: IssueInvoice) -> Decision:
    """The invoice and its instalments; one of zero is paid at once and has none."""
    parts = sum(part.amount_minor for part in request.instalments)
    if parts != request.total_minor:
        said, total = (amount_words(each, request.currency) for each in (parts, request.total_minor))
        return Refused(f"the instalments add up to {said}, the invoice to {total}")
    if any(part.amount_minor <= 0 for part in request.instalments):
        return Refused("every instalment must be greater than zero")
    if not 0 <= request.tax_minor <= request.total_minor:
        return Refused("the tax must lie between zero and the total")
    moment = request.moment
    period = request.service_period and span(*request.service_period)
    invoice = Invoice(
        moment.tenant_id, request.invoice_id, request.customer_id, request.subscription_id, request.number,
        "open" if request.total_minor else "paid", request.kind, request.issued_on or moment.day, moment.at,
        None, request.currency, request.total_minor, request.tax_minor, period,
    )  # fmt: skip
    dues = (
        InvoiceDue(moment.tenant_id, request.invoice_id, seq, part.due_on, part.amount_minor)
        for seq, part in enumerate(request.instalments, 1)
    )
    event = make_event(
        moment.tenant_id,
        EventType.INVOICE_FINALISED,
        moment.at,
        request.kind,
        customer_id=request.customer_id,
        amount=request.total_minor,
        currency=request.currency,
    )
    return Changes((invoice, *dues), (event,))


def void_invoice(invoice: InvoiceState, request: VoidInvoice) -> Decision:
    """The invoice is void from the day on, and its allocations are taken back."""
    if invoice.status in {"draft", "void"}:
        return Refused(f"the invoice is {invoice.status}; there is nothing to withdraw")
    if any(one.from_kind == "write_off" for one in invoice.applied):
        return Refused("a part of the invoice is written off; reverse the write-off first")
    moment = request.moment
    reversals = take_back(moment, request.request_id, invoice.applied)
    rows = tuple(row for row in reversals if isinstance(row, Allocation))
    void = {"status": "void", "voided_on": moment.day}
    event = make_event(
        moment.tenant_id,
        EventType.INVOICE_VOIDED,
        moment.at,
        customer_id=invoice.customer_id,
        amount=invoice.total_minor,
        currency=invoice.currency,
    )
    return Changes((*rows, Update(Invoice, (moment.tenant_id, invoice.invoice_id), void)), (event,))
