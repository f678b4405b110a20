"""Operations on receivables: invoices and the limits they break, money that comes and goes back, credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, select

from ledgerscope.customers.credit import OverLimit, load_position, obstacle, record_refusal
from ledgerscope.customers.operations.numbers import next_number
from ledgerscope.customers.receivables import issuing, load_documents, money
from ledgerscope.customers.receivables.issuing import Billing, NewInvoice
from ledgerscope.customers.receivables.money import (
    Books,
    NewCreditNote,
    NewPayment,
    give_up,
    payment_id_of,
    receive,
    refund_money,
    restore,
    reverse,
)
from ledgerscope.demo.currencies import CURRENCIES
from ledgerscope.demo.simulation.accounts import customer_of, pick_customer
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import PaymentAttempt

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Row

    from ledgerscope.customers.credit import Position
    from ledgerscope.customers.receivables import Documents, InvoiceState
    from ledgerscope.demo.simulation.context import Context
    from ledgerscope.store.records import Id

__all__ = [
    "bill",
    "charge_back",
    "decline_card",
    "documents_of",
    "give_credit",
    "pay",
    "pay_a_part",
    "pay_too_much",
    "recover",
    "refund_unused",
    "void",
    "write_off",
]

_KINDS: Final = {"subscription": 0.7, "usage": 0.2, "one_time": 0.1}
_REASONS: Final = {"insufficient_funds": 0.5, "card_declined": 0.3, "expired_card": 0.2}
_OVERRIDDEN: Final = 0.35
_BILLING: Final = "billing"
_PAYMENTS: Final = "payments"
_SOON: Final = timedelta(days=3)
_OLD: Final = timedelta(days=150)


def documents_of(context: Context, customer_id: Any) -> Documents:
    """All receivables of a customer, read from the database."""
    return load_documents(context.connection, context.tenant_id, customer_id)


def bill(context: Context) -> None:
    """An invoice to some active customer, checked against its credit limit."""
    customer = pick_customer(context, "active")
    if customer is not None:
        total = int(context.random.lognormvariate(9.2, 0.8)) + 100
        issue(context, customer, total, context.random.pick(_KINDS))


def issue(
    context: Context,
    customer: Row[Any],
    total: int,
    kind: str,
    *,
    issued_on: date | None = None,
    override_by: str | None = None,
) -> None:
    """One invoice, due at the customer's terms; what its credit does not cover is refused, or let through."""
    position = load_position(context.connection, context.moment, customer, customer.currency)
    call = context.call(_BILLING)
    refused = obstacle(position, customer.currency, total, held=customer.credit_hold, day=context.moment.day)
    uncovered = refused is not None
    if uncovered and override_by is None and context.random.chance(_OVERRIDDEN):
        override_by = "credit desk"
    if uncovered and override_by is None:
        if isinstance(refused, OverLimit):
            context.commit(record_refusal(refused, call))
        return
    billing = Billing(
        position=position, terms_days=customer.terms_days, currencies=CURRENCIES, held=customer.credit_hold,
        next_number=next_number(context.connection, context.tenant_id, "invoice"),
    )  # fmt: skip
    new = NewInvoice(
        customer_id=position.customer_id, total_minor=total, currency=customer.currency, kind=kind,
        tax_minor=total * 16 // 116, issued_on=issued_on, override_by=override_by if uncovered else None,
    )  # fmt: skip
    context.commit(issuing.issue(billing, new, call))


def pay(context: Context) -> None:
    """What is open of an invoice is paid."""
    _pay_invoice(context, paid_percent=100)


def pay_a_part(context: Context) -> None:
    """A part of an invoice is paid."""
    _pay_invoice(context, paid_percent=context.random.randrange(20, 80))


def pay_too_much(context: Context) -> None:
    """More than is open is paid; the rest stays unallocated."""
    _pay_invoice(context, paid_percent=context.random.randrange(105, 130))


def decline_card(context: Context) -> None:
    """A charge is refused."""
    invoice = _pick_open_invoice(context)
    if invoice is None:
        return
    state = documents_of(context, invoice.customer_id).invoice(invoice.invoice_id.hex)
    if not state.open_minor:
        return
    reason = context.random.pick(_REASONS)
    _attempt(context, invoice, "stripe", reason=reason)
    context.emit(
        EventType.PAYMENT_FAILED,
        "stripe",
        reason,
        customer_id=state.customer_id,
        amount=state.open_minor,
        currency=state.currency,
    )


def give_credit(context: Context) -> None:
    """A credit note over a tenth of an invoice, set against it."""
    invoice = _pick_open_invoice(context)
    if invoice is None:
        return
    new = NewCreditNote(
        customer_id=invoice.customer_id.hex,
        amount_minor=max(1, invoice.total_minor // 10),
        reason="goodwill",
        invoice_id=invoice.invoice_id.hex,
    )
    state = documents_of(context, invoice.customer_id).invoice(invoice.invoice_id.hex)
    if state.open_minor:
        number = next_number(context.connection, context.tenant_id, "credit_note")
        books = replace(_books(state), next_number=number)
        context.commit(money.give_credit(books, new, context.call(_BILLING)))


def charge_back(context: Context) -> None:
    """A recent card payment is charged back, whole or in part."""
    since = context.today - timedelta(days=60)
    payment = context.pick(
        t.payment,
        "payment_id",
        t.payment.c.reversed_on.is_(None),
        t.payment.c.received_on.between(since, context.today),
    )
    if payment is None:
        return
    source = documents_of(context, payment.customer_id).source(payment.payment_id.hex)
    part = max(1, source.value_minor // 3) if context.random.chance(0.5) else None
    kind = "charged_back" if payment.method == "card" else "bounced"
    position = _position(context, payment)
    context.commit(reverse(source, position, kind, part, context.call(_PAYMENTS)))


def refund_unused(context: Context) -> None:
    """Unused money is paid back."""
    payment = context.pick(
        t.payment,
        "payment_id",
        t.payment.c.reversed_on.is_(None),
        t.payment.c.used_up_on.is_(None),
        t.payment.c.received_on <= context.today,
    )
    if payment is None:
        return
    source = documents_of(context, payment.customer_id).source(payment.payment_id.hex)
    amount = source.left_minor if context.random.chance(0.6) else max(1, source.left_minor // 2)
    context.commit(refund_money(source, amount, context.call(_PAYMENTS)))


def void(context: Context) -> None:
    """An invoice is withdrawn."""
    invoice = _pick_open_invoice(context)
    if invoice is not None:
        state = documents_of(context, invoice.customer_id).invoice(invoice.invoice_id.hex)
        context.commit(issuing.void(state, context.call(_BILLING)))


def write_off(context: Context) -> None:
    """A debt that is long overdue is given up."""
    overdue = exists().where(
        t.invoice_due.c.tenant_id == t.invoice.c.tenant_id,
        t.invoice_due.c.invoice_id == t.invoice.c.invoice_id,
        t.invoice_due.c.settled_on.is_(None),
        t.invoice_due.c.due_on < context.today - _OLD,
    )
    invoice = context.pick(t.invoice, "invoice_id", t.invoice.c.status == "open", overdue)
    if invoice is not None:
        state = documents_of(context, invoice.customer_id).invoice(invoice.invoice_id.hex)
        call = context.call(_BILLING)
        context.commit(give_up(state, "no payment after reminders", "head of finance", call))


def recover(context: Context) -> None:
    """A debt that was given up is paid after all."""
    invoice = context.pick(t.invoice, "invoice_id", t.invoice.c.status == "uncollectible")
    if invoice is None:
        return
    documents, invoice_id = documents_of(context, invoice.customer_id), invoice.invoice_id.hex
    sources = {one.from_id for one in documents.invoice(invoice_id).applied if one.from_kind == "write_off"}
    for source_id in sorted(sources):
        call = context.call(_BILLING)
        decision = restore(documents.source(source_id), _position(context, invoice), "recovered", None, call)
        changes = context.commit(decision)
        if changes is not None:
            documents.add(changes.rows)
    _receive(context, documents, invoice, documents.invoice(invoice_id).open_minor)


def _pay_invoice(context: Context, paid_percent: int) -> None:
    invoice = _pick_open_invoice(context)
    if invoice is not None:
        documents = documents_of(context, invoice.customer_id)
        owed = documents.invoice(invoice.invoice_id.hex).open_minor
        _receive(context, documents, invoice, max(1, owed * paid_percent // 100))


def _receive(context: Context, documents: Documents, invoice: Row[Any], amount: int) -> None:
    method, gateway = context.random.choice((("card", "stripe"), ("bank_transfer", "manual")))
    call, state = context.call(_PAYMENTS), documents.invoice(invoice.invoice_id.hex)
    new = NewPayment(
        customer_id=state.customer_id,
        amount_minor=amount,
        currency=state.currency,
        method=method,
        gateway=gateway,
    )
    if context.commit(receive(_books(state), new, call)) and gateway != "manual":
        _attempt(context, invoice, gateway, payment_id=payment_id_of(call))


def _books(invoice: InvoiceState) -> Books:
    """What money for an invoice meets."""
    return Books(
        customer_id=invoice.customer_id, own_currency=invoice.currency, currencies=CURRENCIES,
        invoices=(invoice,),
    )  # fmt: skip


def _position(context: Context, document: Row[Any]) -> Position:
    customer = customer_of(context, document)
    return load_position(context.connection, context.moment, customer, document.currency)


def _pick_open_invoice(context: Context) -> Row[Any] | None:
    """An open invoice that is due soon or overdue, where there is one; else any open one."""
    due = t.invoice_due.c
    soon = exists().where(
        due.tenant_id == t.invoice.c.tenant_id,
        due.invoice_id == t.invoice.c.invoice_id,
        due.settled_on.is_(None),
        due.due_on <= context.today + _SOON,
    )
    is_open = (t.invoice.c.status == "open", t.invoice.c.issued_on <= context.today)
    return context.pick(t.invoice, "invoice_id", *is_open, soon) or context.pick(
        t.invoice, "invoice_id", *is_open
    )


def _attempt(
    context: Context,
    invoice: Row[Any],
    gateway: str,
    *,
    payment_id: Id | None = None,
    reason: str | None = None,
) -> None:
    attempt = t.payment_attempt.c
    query = select(func.coalesce(func.max(attempt.attempt_no), 0)).where(
        attempt.tenant_id == context.tenant_id, attempt.invoice_id == invoice.invoice_id
    )
    number = context.connection.execute(query).scalar_one() + 1
    outcome = "succeeded" if payment_id else "failed"
    context.write(
        PaymentAttempt(
            context.tenant_id, context.random.id(), invoice.invoice_id.hex, payment_id, gateway, number,
            outcome, reason, context.now,
        )
    )  # fmt: skip
