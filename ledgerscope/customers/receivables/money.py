"""Money and credit as they are asked for: received, allocated, taken back, refunded; and debts given up.

Whatever opens an invoice again is checked against the credit limit, and a breach is recorded. It is never
refused: the bank asks nobody, and a debt that stands after all is owed whether the limit covers it or not.
Unused money that goes back opens no invoice and is not checked; it only leaves less room for the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.credit import CheckInvoice, check_invoice
from ledgerscope.customers.days import MOST_DAYS_POST_DATED, check_day
from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.operations.checks import (
    check_actor,
    check_amount,
    check_choice,
    check_currency,
    check_text,
)
from ledgerscope.customers.operations.numbers import is_of_series
from ledgerscope.customers.receivables.credit_notes import IssueCreditNote, issue_credit_note
from ledgerscope.customers.receivables.payments import (
    ReceivePayment,
    Refund,
    ReversePayment,
    receive_payment,
    refund,
    reverse_payment,
)
from ledgerscope.customers.receivables.settlement import Allocate, allocate, allocate_oldest
from ledgerscope.customers.receivables.state import SourceState
from ledgerscope.customers.receivables.write_offs import (
    ReverseWriteOff,
    WriteOffInvoice,
    reverse_write_off,
    write_off_invoice,
)
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Allocation, Invoice
from ledgerscope.store.tables.values import (
    GATEWAYS,
    PAYMENT_METHODS,
    PAYMENT_REVERSAL_KINDS,
    PAYMENT_REVERSALS,
    WRITE_OFF_REVERSAL_REASONS,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from ledgerscope.customers.credit import Position
    from ledgerscope.customers.receivables.state import InvoiceState
    from ledgerscope.store.records import Id

__all__ = [
    "Books",
    "NewCreditNote",
    "NewPayment",
    "allocate_money",
    "allocated_minor",
    "credit_note_id_of",
    "give_credit",
    "give_up",
    "payment_id_of",
    "receive",
    "refund_money",
    "restore",
    "reverse",
    "write_off_id_of",
]

_LONGEST_NUMBER: Final = 50
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """Money from a customer, in minor units of `currency`, the customer's own where it is left out.

    `received_on` is today where it is left out; a cheque dated later, by 366 days at most, counts from that
    day. With `allocate` it settles what is due first; what nothing is open for stays unallocated.
    """

    customer_id: Id
    amount_minor: int
    currency: str | None = None
    method: str = "bank_transfer"
    gateway: str = "manual"
    received_on: date | None = None
    allocate: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCreditNote:
    """Credit for a customer, in minor units of `currency`, the customer's own where it is left out.

    `number` is given out where it is left out. With `invoice_id` it is set against that invoice at once.
    """

    customer_id: Id
    amount_minor: int
    reason: str
    currency: str | None = None
    number: str | None = None
    invoice_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What new money or credit meets: the customer, its open invoices, and the numbers there are.

    `taken`: another credit note has the wanted number. `next_number` is None where none is needed.
    """

    customer_id: Id
    own_currency: str
    currencies: Collection[str]
    invoices: tuple[InvoiceState, ...] = ()
    next_number: str | None = None
    taken: bool = False


def payment_id_of(call: Call) -> Id:
    """The identifier of the payment that a call receives."""
    return call.new_id("payment")


def credit_note_id_of(call: Call) -> Id:
    """The identifier of the credit note that a call issues."""
    return call.new_id("credit note")


def write_off_id_of(call: Call) -> Id:
    """The identifier of the write-off that a call makes."""
    return call.new_id("write-off")


def receive(books: Books, new: NewPayment, call: Call) -> Decision:
    """The payment, with what it settles."""
    currency = books.own_currency if new.currency is None else new.currency
    dated = new.received_on or call.moment.day
    fault = (
        check_currency(currency, books.currencies)
        or check_amount("amount_minor", new.amount_minor, currency)
        or check_choice("method", new.method, PAYMENT_METHODS)
        or check_choice("gateway", new.gateway, GATEWAYS)
        or check_day("received_on", dated, call.moment.day, MOST_DAYS_POST_DATED)
    )
    if fault is not None:
        return fault
    payment_id = payment_id_of(call)
    request = ReceivePayment(
        moment=call.moment, payment_id=payment_id, customer_id=books.customer_id, currency=currency,
        amount_minor=new.amount_minor, method=new.method, gateway=new.gateway, received_on=dated,
    )  # fmt: skip
    source = SourceState(
        "payment", payment_id, books.customer_id, currency, new.amount_minor, dated, True, ()
    )
    settled = _settled(source, books.invoices, call) if new.allocate else Changes()
    return _and(
        receive_payment(request), settled,
        call, "payment.received", source, amount_minor=new.amount_minor,
        allocated_minor=allocated_minor(settled),
    )  # fmt: skip


def give_credit(books: Books, new: NewCreditNote, call: Call) -> Decision:
    """The credit note, set against an invoice where one is named."""
    currency = books.own_currency if new.currency is None else new.currency
    fault = (
        check_currency(currency, books.currencies)
        or check_amount("amount_minor", new.amount_minor, currency)
        or check_text("reason", new.reason, _LONGEST_REASON)
        or _fault_of_number(books, new.number)
    )
    if fault is not None:
        return fault
    note_id, day = credit_note_id_of(call), call.moment.day
    request = IssueCreditNote(
        moment=call.moment, credit_note_id=note_id, customer_id=books.customer_id,
        number=new.number or books.next_number or "", currency=currency, amount_minor=new.amount_minor,
        reason=new.reason,
    )  # fmt: skip
    source = SourceState("credit_note", note_id, books.customer_id, currency, new.amount_minor, day, True, ())
    at_once = new.invoice_id is not None
    settled = _allocated(source, books.invoices, None, call) if at_once else Changes()
    return _and(
        issue_credit_note(request), settled,
        call, "credit_note.issued", source, number=request.number, amount_minor=new.amount_minor,
    )  # fmt: skip


def allocate_money(
    source: SourceState, invoices: tuple[InvoiceState, ...], limit_minor: int | None, call: Call
) -> Decision:
    """Money or credit set against one invoice, or against what is due first of several."""
    fault = None if limit_minor is None else check_amount("limit_minor", limit_minor, source.currency)
    if fault is not None:
        return fault
    allocated = _allocated(source, invoices, limit_minor, call)
    if isinstance(allocated, Refused):
        return allocated
    return _and(
        allocated, Changes(), call, f"{source.kind}.allocated", source,
        allocated_minor=allocated_minor(allocated),
    )  # fmt: skip


def reverse(
    source: SourceState, position: Position, reversal: str, amount_minor: int | None, call: Call
) -> Decision:
    """A payment taken back by the bank, all of it or a part; what it settled is open again and checked."""
    if amount_minor is not None and reversal in PAYMENT_REVERSALS and reversal not in PAYMENT_REVERSAL_KINDS:
        said = f"reversal: {reversal} is of the whole payment; leave the amount out"
        return Refused(said, Fault.INVALID, "reversal")
    fault = check_choice("reversal", reversal, PAYMENT_REVERSALS)
    if fault is not None:
        return fault
    if source.stands and source.value_minor <= 0:
        return Refused("nothing of the payment is left: it was reversed or refunded before")
    request = ReversePayment(call.moment, call.new_id("reversal"), reversal, amount_minor)
    decision = reverse_payment(source, request)
    amount = source.value_minor if amount_minor is None else amount_minor
    has_counted = source.dated <= call.moment.day
    return _and(
        decision, _checked(decision, position, source, amount, call) if has_counted else Changes(),
        call, "payment.reversed", source, reversal=reversal, amount_minor=amount,
    )  # fmt: skip


def refund_money(source: SourceState, amount_minor: int, call: Call) -> Decision:
    """Money or credit that settles nothing, paid back to the customer."""
    decision = refund(source, Refund(call.moment, call.new_id("refund"), amount_minor))
    return _and(decision, Changes(), call, f"{source.kind}.refunded", source, amount_minor=amount_minor)


def give_up(invoice: InvoiceState, reason: str, approved_by: str, call: Call) -> Decision:
    """What is open of an invoice, written off."""
    fault = check_text("reason", reason, _LONGEST_REASON) or check_actor("approved_by", approved_by)
    if fault is not None:
        return fault
    decision = write_off_invoice(
        invoice, WriteOffInvoice(call.moment, write_off_id_of(call), reason, approved_by)
    )
    if isinstance(decision, Refused):
        return decision
    audit = call.audit(
        "debt.written_off", invoice.customer_id, invoice_id=invoice.invoice_id,
        write_off_id=write_off_id_of(call), amount_minor=invoice.open_minor, currency=invoice.currency,
        approved_by=approved_by,
    )  # fmt: skip
    return decision + Changes((audit,))


def restore(
    source: SourceState, position: Position, reason: str, amount_minor: int | None, call: Call
) -> Decision:
    """A write-off taken back, all of it or a part; the debt is open again and checked."""
    fault = check_choice("reason", reason, WRITE_OFF_REVERSAL_REASONS)
    if fault is None and amount_minor is not None:
        fault = check_amount("amount_minor", amount_minor, source.currency)
    if fault is not None:
        return fault
    request = ReverseWriteOff(call.moment, call.new_id("reversal"), reason, amount_minor)
    decision = reverse_write_off(source, request)
    amount = sum(one.amount_minor for one in source.applied) if amount_minor is None else amount_minor
    return _and(
        decision, _checked(decision, position, source, amount, call),
        call, "debt.restored", source, reversal=reason, amount_minor=amount,
    )  # fmt: skip


def allocated_minor(decision: Decision) -> int:
    """What a decision sets against invoices, in minor units."""
    rows = () if isinstance(decision, Refused) else decision.rows
    return sum(row.amount_minor for row in rows if isinstance(row, Allocation) and row.amount_minor > 0)


def _settled(source: SourceState, invoices: Iterable[InvoiceState], call: Call) -> Changes:
    """What new money settles; nothing where nothing is open."""
    allocated = _allocated(source, tuple(invoices), None, call)
    return Changes() if isinstance(allocated, Refused) else allocated


def _allocated(
    source: SourceState, invoices: tuple[InvoiceState, ...], limit_minor: int | None, call: Call
) -> Decision:
    request = Allocate(call.moment, call.new_id("allocation"), limit_minor)
    one_invoice = len(invoices) == 1
    decision = (
        allocate(source, invoices[0], request) if one_invoice else allocate_oldest(source, invoices, request)
    )
    if isinstance(decision, Refused):
        return decision
    event = call.event(
        EventType.MONEY_ALLOCATED, source.kind, customer_id=source.customer_id,
        amount=allocated_minor(decision), currency=source.currency,
    )  # fmt: skip
    return decision + Changes((), (event,))


def _checked(
    decision: Decision, position: Position, source: SourceState, amount_minor: int, call: Call
) -> Changes:
    """The breach where an invoice that is open again takes the customer over its limit."""
    rows = () if isinstance(decision, Refused) else decision.rows
    opened = [
        row.key[-1]
        for row in rows
        if isinstance(row, Update) and row.kind is Invoice and row.values.get("status") == "open"
    ]
    if not opened:
        return Changes()
    request = CheckInvoice(
        moment=call.moment, breach_id=call.new_id("breach"), customer_id=source.customer_id,
        invoice_id=opened[0],
    )  # fmt: skip
    return check_invoice(position.used(source.currency, amount_minor), request)


def _and(
    decision: Decision, more: Decision, call: Call, action: str, source: SourceState, **details: object
) -> Decision:
    """Both, with the audit entry of an action on a payment, credit note or write-off."""
    for each in (decision, more):
        if isinstance(each, Refused):
            return each
    assert isinstance(decision, Changes)  # noqa: S101 - refusals have gone
    assert isinstance(more, Changes)  # noqa: S101 - refusals have gone
    named = {f"{source.kind}_id": source.source_id, "currency": source.currency, **details}
    return decision + more + Changes((call.audit(action, source.customer_id, **named),))


def _fault_of_number(books: Books, number: str | None) -> Refused | None:
    if number is None:
        return None
    if is_of_series("credit_note", number):
        said = f"number: {number!r} has the form of numbers that are given out; leave it out"
        return Refused(said, Fault.INVALID, "number")
    if books.taken:
        return Refused(f"number: another credit note has {number!r}", Fault.CONFLICT, "number")
    return check_text("number", number, _LONGEST_NUMBER)
