"""Giving up a debt, and taking that back when it was an error or the money came after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.amounts import amount_words
from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.customers.receivables.settlement import set_status, settle, take_back
from ledgerscope.customers.receivables.state import SourceState
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import WriteOff, WriteOffReversal, make_event

if TYPE_CHECKING:
    from ledgerscope.customers.receivables.state import InvoiceState
    from ledgerscope.store.records import Event, Id

__all__ = ["ReverseWriteOff", "WriteOffInvoice", "reverse_write_off", "write_off_invoice"]


@dataclass(frozen=True, slots=True)
class WriteOffInvoice:
    """Give up what is open of an invoice."""

    moment: Moment
    write_off_id: Id
    reason: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class ReverseWriteOff:
    """The debt, or the amount of it that is given, stands again; the reason is `error` or `recovered`."""

    moment: Moment
    request_id: Id
    reason: str
    amount_minor: int | None = None


def _why_nothing(invoice: InvoiceState) -> str:
    if invoice.status != "paid":
        return f"it is {invoice.status}"
    return "money or credit is set against all of it; what is dated later shows as open until its day"


def write_off_invoice(invoice: InvoiceState, request: WriteOffInvoice) -> Decision:
    """A write-off of what is open, allocated in full."""
    amount, moment = invoice.open_minor, request.moment
    if invoice.status != "open" or not amount:
        return Refused(f"nothing of the invoice can be given up: {_why_nothing(invoice)}")
    row = WriteOff(
        moment.tenant_id, request.write_off_id, invoice.customer_id, amount, invoice.currency, request.reason,
        request.approved_by, moment.day,
    )  # fmt: skip
    source = SourceState(
        "write_off", request.write_off_id, invoice.customer_id, invoice.currency, amount, moment.day, True, ()
    )
    allocations = settle(moment, request.write_off_id, source, invoice, amount)
    status = set_status(moment, invoice.invoice_id, "uncollectible")
    event = _event(moment, EventType.DEBT_WRITTEN_OFF, source, amount)
    return Changes((row, *allocations, status), (event,))


def reverse_write_off(write_off: SourceState, request: ReverseWriteOff) -> Decision:
    """The reversal, with that of the allocations: the invoice is open again."""
    standing = sum(one.amount_minor for one in write_off.applied)
    amount, moment = standing if request.amount_minor is None else request.amount_minor, request.moment
    if write_off.kind != "write_off" or not 0 < amount <= standing:
        stand, wanted = (amount_words(each, write_off.currency) for each in (standing, amount))
        return Refused(f"of this write-off {stand} stand; {wanted} cannot be reversed")
    row = WriteOffReversal(
        moment.tenant_id, request.request_id, write_off.source_id, amount, moment.day, request.reason,
        moment.at,
    )  # fmt: skip
    back = take_back(moment, request.request_id, write_off.applied, amount)
    event = _event(moment, EventType.WRITE_OFF_REVERSED, write_off, amount, request.reason)
    return Changes((row, *back), (event,))


def _event(moment: Moment, event_type: EventType, source: SourceState, amount: int, *labels: str) -> Event:
    return make_event(
        moment.tenant_id,
        event_type,
        moment.at,
        *labels,
        customer_id=source.customer_id,
        amount=amount,
        currency=source.currency,
    )
