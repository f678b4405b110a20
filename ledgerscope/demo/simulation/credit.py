"""Acts around credit limits: another one is asked for, and the request is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, update

from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import AuditEntry, CreditLimit, span

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.scene import Scene

__all__ = ["decide_limit", "request_limit"]

_STEP = 500_00
_APPROVED = 0.7


def request_limit(scene: Scene) -> None:
    """Sales asks for a limit for a customer."""
    customer = pick_customer(scene, "active")
    if customer is None:
        return
    wanted = _STEP * scene.random.randrange(2, 40)
    scene.write(
        CreditLimit(
            scene.tenant_id, scene.random.id(), customer.customer_id.hex, customer.currency, wanted,
            span(scene.now, None), "requested", "sales", scene.now, None, None, None,
        )
    )  # fmt: skip
    scene.emit(EventType.CREDIT_LIMIT_ADJUSTMENT_REQUESTED, "increase", customer_id=customer.customer_id.hex)


def decide_limit(scene: Scene) -> None:
    """The credit desk approves a request, which ends the limit before it, or rejects it."""
    limit = t.credit_limit.c
    request = scene.pick(
        t.credit_limit,
        "credit_limit_id",
        limit.status == "requested",
        func.lower(limit.valid) < scene.now,
    )
    if request is None:
        return
    approved = scene.random.chance(_APPROVED)
    if approved:
        _end_limit_before(scene, request)
    decision: dict[str, Any] = {"status": "approved" if approved else "rejected", "decided_at": scene.now}
    if approved:
        decision |= {"approved_by": "credit desk", "valid": func.tstzrange(scene.now, None)}
    scene.change(t.credit_limit, "credit_limit_id", request, **decision)
    subject = request.customer_id.hex
    scene.write(AuditEntry(scene.tenant_id, "credit desk", "credit.limit.decided", subject, "{}", scene.now))
    outcome = EventType.CREDIT_LIMIT_ADJUSTED if approved else EventType.CREDIT_LIMIT_REJECTED
    scene.emit(outcome, "increase", customer_id=subject)


def _end_limit_before(scene: Scene, request: Row[Any]) -> None:
    limit = t.credit_limit.c
    scene.connection.execute(
        update(t.credit_limit)
        .where(
            limit.tenant_id == scene.tenant_id,
            limit.customer_id == request.customer_id,
            limit.currency == request.currency,
            limit.status == "approved",
            limit.valid.contains(scene.now),
        )
        .values(valid=func.tstzrange(func.lower(limit.valid), scene.now))
    )
