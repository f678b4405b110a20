"""Acts around customer records: they come, change, are blocked and released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.demo import names
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import AuditEntry, Contact, Customer, StatusChange

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.scene import Scene

__all__ = ["change_profile", "change_status", "create_customer", "pick_customer"]

_SOURCES: Final = {"ui": 0.5, "api": 0.3, "import": 0.1, "cli": 0.1}
_CHANNELS: Final = {"organic": 0.4, "paid": 0.3, "referral": 0.2, "social": 0.1}
_FIELDS: Final = {"email": 0.3, "phone": 0.3, "address": 0.3, "other": 0.1}
_NEXT: Final = {
    "active": {"blocked": 0.6, "inactive": 0.4},
    "blocked": {"active": 1.0},
    "inactive": {"active": 1.0},
}


def pick_customer(scene: Scene, *statuses: str) -> Row[Any] | None:
    """A customer that is not deleted, of one of the statuses where any are given."""
    table = t.customer
    right_status = (table.c.status.in_(statuses),) if statuses else ()
    return scene.pick(table, "customer_id", table.c.deleted_at.is_(None), *right_status)


def create_customer(scene: Scene) -> None:
    """A new customer with its first contact."""
    random, now, tenant_id = scene.random, scene.now, scene.tenant_id
    customer_id, person, number = random.id(), names.person(random), random.randrange(1_000_000)
    source, email = random.pick(_SOURCES), names.email(random, person, number)
    scene.write(
        Customer(
            tenant_id, customer_id, f"L-{customer_id[:12]}", names.business(random), email, "active", False,
            scene.currency, 30, source, random.pick(_CHANNELS), now, now,
        )
    )  # fmt: skip
    scene.write(StatusChange(tenant_id, customer_id, None, "active", "created", source, now))
    scene.write(
        Contact(tenant_id, random.id(), customer_id, person, email, names.phone(random), "general", True, now)
    )
    scene.emit(EventType.CUSTOMER_CREATED, source, "active", customer_id=customer_id)


def change_profile(scene: Scene) -> None:
    """A field of a customer record changes."""
    customer = pick_customer(scene)
    if customer is None:
        return
    scene.change(t.customer, "customer_id", customer, updated_at=scene.now)
    scene.emit(EventType.CUSTOMER_UPDATED, scene.random.pick(_FIELDS), customer_id=customer.customer_id.hex)


def change_status(scene: Scene) -> None:
    """A customer is blocked, goes quiet, or becomes active again."""
    customer = pick_customer(scene)
    if customer is None:
        return
    before, after = customer.status, scene.random.pick(_NEXT[customer.status])
    subject = customer.customer_id.hex
    scene.change(t.customer, "customer_id", customer, status=after, updated_at=scene.now)
    scene.write(StatusChange(scene.tenant_id, subject, before, after, "reviewed", "accounts", scene.now))
    scene.write(AuditEntry(scene.tenant_id, "accounts", "customer.status.changed", subject, "{}", scene.now))
    scene.emit(EventType.CUSTOMER_STATUS_CHANGED, before, after, customer_id=subject)
