"""Money that comes in, and money that goes back: whole and partial reversals, refunds of unused money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.amounts import amount_words
from ledgerscope.customers.decision import Decision, Moment, Refused
from ledgerscope.customers.receivables.settlement import take_back
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Payment, PaymentReversal, make_event
from ledgerscope.store.records import Refund as RefundRow

if TYPE_CHECKING:
    from datetime import date

    from ledgerscope.customers.receivables.state import SourceState
    from ledgerscope.store.records import Event, Id

__all__ = ["ReceivePayment", "Refund", "ReversePayment", "receive_payment", "refund", "reverse_payment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePayment:
    """Money from a customer; a cheque dated later counts from `received_on`."""

    moment: Moment
    payment_id: Id
    customer_id: Id
    currency: str
    amount_minor: int
    method: str
    gateway: str
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReversePayment:
    """The bank or card network takes back a payment, or the amount of it that is given."""

    moment: Moment
    request_id: Id
    reversal: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Unused money is paid back."""

    moment: Moment
    refund_id: Id
    amount_minor: int


def receive_payment(request: ReceivePayment) -> Decision:
    """The payment, unallocated."""
    if request.amount_minor <= 0:
        return Refused("a payment must be greater than zero")
    moment = request.moment
    payment = Payment(
        moment.tenant_id, request.payment_id, request.customer_id, request.amount_minor, request.currency,
        request.method, request.gateway, request.received_on or moment.day, moment.at,
    )  # fmt: skip
    event = make_event(
        moment.tenant_id,
        EventType.PAYMENT_SUCCEEDED,
        moment.at,
        request.gateway,
        customer_id=request.customer_id,
        amount=request.amount_minor,
        currency=request.currency,
    )
    return Changes((payment,), (event,))


def reverse_payment(payment: SourceState, request: ReversePayment) -> Decision:
    """A reversal: of the whole payment with all its allocations, or of a part with as many as it needs.

    A post-dated payment that is taken back before its day ends on the day it would have begun to count.
    """
    if payment.kind != "payment" or not payment.stands:
        return Refused("only a payment that stands can be reversed")
    amount, day = request.amount_minor, max(request.moment.day, payment.dated)
    if amount is not None and request.moment.day < payment.dated:
        return Refused(
            f"the payment is dated {payment.dated}; before that day it can be taken back only as a whole"
        )
    if amount is not None and not 0 < amount <= payment.value_minor:
        return Refused(
            f"{_most(payment.value_minor, payment)} can be reversed, not {_words(amount, payment)}"
        )
    moment = request.moment
    event = _event(
        moment, EventType.PAYMENT_REVERSED, payment, amount or payment.value_minor, request.reversal
    )
    if amount is None:
        back = take_back(moment, request.request_id, payment.applied)
        reversed_ = {"reversed_on": day, "reversal": request.reversal}
        return Changes((*back, Update(Payment, (moment.tenant_id, payment.source_id), reversed_)), (event,))
    used = max(0, amount - payment.left_minor)
    row = PaymentReversal(
        moment.tenant_id, request.request_id, payment.source_id, request.reversal, amount, moment.day,
        moment.at,
    )  # fmt: skip
    return Changes((*take_back(moment, request.request_id, payment.applied, used), row), (event,))


def refund(source: SourceState, request: Refund) -> Decision:
    """Money or credit that nothing is set against goes back to the customer."""
    if source.kind not in {"payment", "credit_note"}:
        return Refused("only payments and credit notes can be refunded")
    if request.moment.day < source.dated:
        return Refused(f"the money is dated {source.dated}; it cannot go back before that day")
    if not 0 < request.amount_minor <= source.left_minor:
        return Refused(
            f"{_most(source.left_minor, source)} is unused and can be refunded, "
            f"not {_words(request.amount_minor, source)}"
        )
    moment = request.moment
    of_payment = source.kind == "payment"
    row = RefundRow(
        moment.tenant_id, request.refund_id, source.customer_id, source.source_id if of_payment else None,
        None if of_payment else source.source_id, request.amount_minor, source.currency, moment.day,
        moment.at,
    )  # fmt: skip
    event = _event(moment, EventType.MONEY_REFUNDED, source, request.amount_minor, source.kind)
    return Changes((row,), (event,))


def _most(minor: int, source: SourceState) -> str:
    return f"up to {_words(minor, source)}" if minor else "nothing"


def _words(minor: int, source: SourceState) -> str:
    return amount_words(minor, source.currency)


def _event(moment: Moment, event_type: EventType, source: SourceState, amount: int, label: str) -> Event:
    return make_event(
        moment.tenant_id,
        event_type,
        moment.at,
        label,
        customer_id=source.customer_id,
        amount=amount,
        currency=source.currency,
    )
