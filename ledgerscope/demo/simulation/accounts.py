"""Operations on customer records: they come, change, are blocked and released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers import Call
from ledgerscope.customers.contacts.creation import NewContact, create_contact
from ledgerscope.customers.contacts.state import CustomerContacts
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.customers.operations.numbers import next_number
from ledgerscope.demo import names
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import Customer, Milestone, StatusChange

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.context import Context
    from ledgerscope.store.records import Id

__all__ = ["block", "change_profile", "create_customer", "pick_customer", "release"]

_SOURCES: Final = {"ui": 0.5, "api": 0.3, "import": 0.1, "cli": 0.1}
_CHANNELS: Final = {"organic": 0.4, "paid": 0.3, "referral": 0.2, "social": 0.1}
_FIELDS: Final = {"email": 0.3, "phone": 0.3, "address": 0.3, "other": 0.1}


def pick_customer(context: Context, *statuses: str) -> Row[Any] | None:
    """A customer that is not deleted, of one of the statuses where any are given."""
    table = t.customer
    right_status = (table.c.status.in_(statuses),) if statuses else ()
    return context.pick(table, "customer_id", table.c.deleted_at.is_(None), *right_status)


def create_customer(context: Context) -> Id:
    """A new customer with its first contact."""
    random, now, tenant_id = context.random, context.now, context.tenant_id
    customer_id, person, number = random.id(), names.person(random), random.randrange(1_000_000)
    source, email = random.pick(_SOURCES), names.email(random, person, number)
    context.write(
        Customer(
            tenant_id, customer_id, f"L-{customer_id[:12]}", names.business(random), email, "active", False,
            context.currency, 30, source, random.pick(_CHANNELS), now, now,
            customer_number=next_number(context.connection, tenant_id, "customer"),
        )
    )  # fmt: skip
    context.write(StatusChange(tenant_id, customer_id, None, "active", "created", source, now))
    phone = names.phone(random)
    call = Call(moment=context.moment, actor=source, request_id=random.id(), source=source)
    contact = NewContact(name=person, email=email, phone=phone)
    context.commit(create_contact(CustomerContacts(customer_id), contact, call))
    context.write(Milestone(tenant_id, customer_id, "signed_up", now))
    context.emit(EventType.CUSTOMER_CREATED, source, "active", customer_id=customer_id)
    return customer_id


def change_profile(context: Context) -> None:
    """A field of a customer record changes."""
    customer = pick_customer(context)
    if customer is None:
        return
    context.change(t.customer, "customer_id", customer, updated_at=context.now)
    field = context.random.pick(_FIELDS)
    context.emit(EventType.CUSTOMER_UPDATED, field, customer_id=customer.customer_id.hex)


def block(context: Context) -> None:
    """An active customer is blocked, or becomes inactive."""
    _change_status(context, "active", context.random.pick({"blocked": 0.6, "inactive": 0.4}))


def release(context: Context) -> None:
    """A customer that was blocked or inactive is active again."""
    _change_status(context, context.random.choice(("blocked", "inactive")), "active")


def _change_status(context: Context, before: str, after: str) -> None:
    customer = pick_customer(context, before)
    if customer is not None:
        state = CustomerState(customer.customer_id.hex, customer.status)
        request = ChangeStatus(context.moment, after, "reviewed", "accounts")
        context.commit(change_status(state, request))
