"""Acts around money: invoices and the limits they break, payments of all kinds, refusals and credit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import func, select, text

from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.domain.credit import exposure, severity
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import (
    Allocation,
    CreditBreach,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    PaymentAttempt,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from ledgerscope.demo.simulation.scene import Scene
    from ledgerscope.store.records import Id

__all__ = ["decline_card", "give_credit", "issue_invoice", "pay", "pay_a_part", "pay_too_much"]

_KINDS: Final = {"subscription": 0.7, "usage": 0.2, "one_time": 0.1}
_REASONS: Final = {"insufficient_funds": 0.5, "card_declined": 0.3, "expired_card": 0.2}
_OVERRIDDEN: Final = 0.35

_OPEN: Final = """
    select coalesce(sum(d.amount_minor - d.allocated_minor), 0)
    from invoice i join invoice_due d using (tenant_id, invoice_id)
    where i.tenant_id = :tenant and i.customer_id = :customer and i.currency = :currency
        and i.status = 'open' and d.settled_on is null
"""
_UNALLOCATED: Final = """
    select coalesce(sum(minor), 0)
    from (
        select amount_minor - allocated_minor as minor from payment
        where tenant_id = :tenant and customer_id = :customer and currency = :currency
            and used_up_on is null and reversed_on is null
        union all
        select amount_minor - allocated_minor from credit_note
        where tenant_id = :tenant and customer_id = :customer and currency = :currency
            and used_up_on is null and voided_on is null
    ) as s
"""


def issue_invoice(scene: Scene) -> None:
    """An invoice to some active customer, checked against its credit limit."""
    customer = pick_customer(scene, "active")
    if customer is None:
        return
    random, customer_id = scene.random, customer.customer_id.hex
    invoice_id, kind, total = random.id(), random.pick(_KINDS), int(random.lognormvariate(9.2, 0.8)) + 100
    due_on = scene.today + timedelta(days=customer.terms_days)
    scene.write(
        Invoice(
            scene.tenant_id, invoice_id, customer_id, None, f"L-{invoice_id[:12]}", "open", kind,
            scene.today, scene.now, None, customer.currency, total, total * 16 // 116, None,
        )
    )  # fmt: skip
    scene.write(InvoiceDue(scene.tenant_id, invoice_id, 1, due_on, total))
    scene.emit(
        EventType.INVOICE_FINALISED, kind, customer_id=customer_id, amount=total, currency=customer.currency
    )
    _check_limit(scene, customer, invoice_id, total)


def _check_limit(scene: Scene, customer: Row[Any], invoice_id: Id, total: int) -> None:
    limit = _limit(scene, customer)
    parameters = {
        "tenant": scene.tenant_id,
        "customer": customer.customer_id,
        "currency": customer.currency,
    }
    owed = int(scene.connection.execute(text(_OPEN), parameters).scalar_one())
    unallocated = int(scene.connection.execute(text(_UNALLOCATED), parameters).scalar_one())
    used = exposure(owed + total, unallocated)
    level = severity(used, limit)
    if level is None or limit is None:
        return
    override = "credit desk" if scene.random.chance(_OVERRIDDEN) else None
    scene.write(
        CreditBreach(
            scene.tenant_id, scene.random.id(), customer.customer_id.hex, invoice_id, customer.currency, used,
            limit, level, override, scene.now,
        )
    )  # fmt: skip
    scene.emit(
        EventType.CREDIT_LIMIT_BREACHED,
        level,
        "true" if override else "false",
        customer_id=customer.customer_id.hex,
        amount=used - limit,
        currency=customer.currency,
    )


def _limit(scene: Scene, customer: Row[Any]) -> int | None:
    """The approved limit in force; None: unlimited."""
    limit = t.credit_limit.c
    query = select(limit.limit_minor).where(
        limit.tenant_id == scene.tenant_id,
        limit.customer_id == customer.customer_id,
        limit.currency == customer.currency,
        limit.status == "approved",
        limit.valid.contains(scene.now),
    )
    return scene.connection.execute(query).scalar()


def pay(scene: Scene) -> None:
    """What is open of an invoice is paid."""
    _pay_invoice(scene, paid_percent=100)


def pay_a_part(scene: Scene) -> None:
    """A part of an invoice is paid."""
    _pay_invoice(scene, paid_percent=scene.random.randrange(20, 80))


def pay_too_much(scene: Scene) -> None:
    """More than is open is paid; the rest stays unallocated."""
    _pay_invoice(scene, paid_percent=scene.random.randrange(105, 130))


def _pay_invoice(scene: Scene, paid_percent: int) -> None:
    invoice = _pick_open_invoice(scene)
    if invoice is None:
        return
    parts = _open_instalments(scene, invoice)
    amount = max(1, sum(part.open for part in parts) * paid_percent // 100)
    payment_id, gateway = _receive(scene, invoice, amount)
    if gateway != "manual":
        _attempt(scene, invoice, gateway, payment_id=payment_id)
    _allocate(scene, invoice, parts, "payment", payment_id, amount)


def _receive(scene: Scene, invoice: Row[Any], amount: int) -> tuple[Id, str]:
    payment_id = scene.random.id()
    method, gateway = scene.random.choice((("card", "stripe"), ("bank_transfer", "manual")))
    scene.write(
        Payment(
            scene.tenant_id, payment_id, invoice.customer_id.hex, amount, invoice.currency, method, gateway,
            scene.today, scene.now,
        )
    )  # fmt: skip
    scene.emit(
        EventType.PAYMENT_SUCCEEDED,
        gateway,
        customer_id=invoice.customer_id.hex,
        amount=amount,
        currency=invoice.currency,
    )
    return payment_id, gateway


def decline_card(scene: Scene) -> None:
    """A charge is refused."""
    invoice = _pick_open_invoice(scene)
    if invoice is None:
        return
    amount = sum(part.open for part in _open_instalments(scene, invoice))
    reason = scene.random.pick(_REASONS)
    _attempt(scene, invoice, "stripe", reason=reason)
    scene.emit(
        EventType.PAYMENT_FAILED,
        "stripe",
        reason,
        customer_id=invoice.customer_id.hex,
        amount=amount,
        currency=invoice.currency,
    )


def give_credit(scene: Scene) -> None:
    """A credit note over a tenth of an invoice, set against it."""
    invoice = _pick_open_invoice(scene)
    if invoice is None:
        return
    note_id, amount = scene.random.id(), max(1, invoice.total_minor // 10)
    scene.write(
        CreditNote(
            scene.tenant_id, note_id, invoice.customer_id.hex, f"L-{note_id[:12]}", amount, invoice.currency,
            "goodwill", scene.today,
        )
    )  # fmt: skip
    scene.emit(
        EventType.CREDIT_NOTE_ISSUED,
        customer_id=invoice.customer_id.hex,
        amount=amount,
        currency=invoice.currency,
    )
    _allocate(scene, invoice, _open_instalments(scene, invoice), "credit_note", note_id, amount)


def _pick_open_invoice(scene: Scene) -> Row[Any] | None:
    return scene.pick(t.invoice, "invoice_id", t.invoice.c.status == "open")


class _Part(NamedTuple):
    """What is open of an instalment, in minor units."""

    seq: int
    open: int


def _open_instalments(scene: Scene, invoice: Row[Any]) -> list[_Part]:
    """The instalments of which something is open, the oldest first, locked."""
    due = t.invoice_due.c
    query = (
        select(due.seq, (due.amount_minor - due.allocated_minor).label("open"))
        .where(due.tenant_id == scene.tenant_id, due.invoice_id == invoice.invoice_id)
        .where(due.settled_on.is_(None))
        .order_by(due.seq)
        .with_for_update(of=t.invoice_due)
    )
    return [_Part(row.seq, int(row.open)) for row in scene.connection.execute(query)]


def _allocate(
    scene: Scene, invoice: Row[Any], parts: Sequence[_Part], kind: str, source: Id, amount: int
) -> None:
    """Set a source against the open instalments; an invoice with nothing open is paid."""
    rest = amount
    for part in parts:
        share = min(rest, part.open)
        if share:
            scene.write(
                Allocation(
                    scene.tenant_id, scene.random.id(), kind, source, invoice.invoice_id.hex, part.seq, share,
                    scene.today, scene.now,
                )
            )  # fmt: skip
            rest -= share
    if amount >= sum(part.open for part in parts):
        scene.change(t.invoice, "invoice_id", invoice, status="paid")


def _attempt(
    scene: Scene, invoice: Row[Any], gateway: str, *, payment_id: Id | None = None, reason: str | None = None
) -> None:
    attempt = t.payment_attempt.c
    query = select(func.coalesce(func.max(attempt.attempt_no), 0)).where(
        attempt.tenant_id == scene.tenant_id, attempt.invoice_id == invoice.invoice_id
    )
    number = scene.connection.execute(query).scalar_one() + 1
    outcome = "succeeded" if payment_id else "failed"
    scene.write(
        PaymentAttempt(
            scene.tenant_id, scene.random.id(), invoice.invoice_id.hex, payment_id, gateway, number, outcome,
            reason, scene.now,
        )
    )  # fmt: skip
