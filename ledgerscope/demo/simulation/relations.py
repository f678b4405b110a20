"""Operations around customers as people: contacts, what is said, what is to be done, and segments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select

from ledgerscope.customers.communications.logging import Correspondent, NewCommunication, log_communication
from ledgerscope.customers.contacts.changes import remove_contact, update_contact
from ledgerscope.customers.contacts.creation import NewContact, create_contact
from ledgerscope.customers.contacts.state import ContactState, CustomerContacts
from ledgerscope.customers.interactions.logging import NewInteraction, log_interaction
from ledgerscope.customers.interactions.status import InteractionState, move_interaction
from ledgerscope.customers.segments.stays import (
    Assignment,
    SegmentState,
    Stay,
    assign_segment,
    end_segment,
    replace_segment,
)
from ledgerscope.demo import names
from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import CONTACT_TYPES

if TYPE_CHECKING:
    from sqlalchemy import Row

    from ledgerscope.demo.simulation.context import Context

__all__ = [
    "add_contact", "change_contact", "change_segment", "lose_contact", "plan_interaction",
    "settle_interaction", "talk",
]  # fmt: skip

_CHANNELS: Final = {"email": 0.62, "phone": 0.22, "meeting": 0.06, "note": 0.1}
_TYPES: Final = {
    "call": 0.3, "email": 0.25, "meeting": 0.15, "support_ticket": 0.12, "complaint": 0.08, "feedback": 0.1,
}  # fmt: skip
_SEGMENTS: Final = {"regular": 0.5, "premium": 0.2, "at_risk": 0.15, "high_value": 0.1, "vip": 0.05}
_OPEN: Final = ("pending", "in_progress")
_DESK: Final = "success desk"
_SOME: Final = timedelta(hours=1)


def add_contact(context: Context) -> None:
    """Somebody else at a customer gets in touch."""
    customer = pick_customer(context, "active")
    if customer is None:
        return
    random, person = context.random, names.person(context.random)
    new = NewContact(
        name=person, email=names.email(random, person, random.randrange(1_000_000)),
        phone=names.phone(random), contact_type=random.choice(CONTACT_TYPES),
    )  # fmt: skip
    context.commit(create_contact(_contacts(context, customer), new, context.call("accounts")))


def change_contact(context: Context) -> None:
    """Somebody at a customer has another task now."""
    found = _pick_contact(context)
    if found is not None:
        customer, contact = found
        wanted = {"contact_type": context.random.choice(CONTACT_TYPES)}
        context.commit(update_contact(customer, contact.contact_id, wanted, context.call("accounts")))


def lose_contact(context: Context) -> None:
    """Somebody leaves a customer that has others."""
    found = _pick_contact(context)
    if found is not None and len(found[0].contacts) > 1:
        customer, contact = found
        context.commit(remove_contact(customer, contact.contact_id, context.call("accounts")))


def talk(context: Context) -> None:
    """Something is said to or by a customer, to one of its contacts where it has any."""
    customer = pick_customer(context)
    if customer is None:
        return
    contacts = [one.contact_id for one in _contacts(context, customer).contacts]
    new = NewCommunication(
        channel=context.random.pick(_CHANNELS),
        direction="inbound" if context.random.chance(0.4) else "outbound",
        subject="How things are going",
        contact_id=context.random.choice(contacts) if contacts else None,
    )
    known = Correspondent(customer.customer_id.hex, dict.fromkeys(contacts))
    context.commit(log_communication(known, new, context.call("accounts")))


def plan_interaction(context: Context) -> None:
    """A piece of work for a customer is logged."""
    customer = pick_customer(context, "active")
    if customer is not None:
        status = context.random.choice(_OPEN)
        new = NewInteraction(type=context.random.pick(_TYPES), subject="Follow-up", status=status)
        context.commit(log_interaction(customer.customer_id.hex, new, context.call(_DESK)))


def settle_interaction(context: Context) -> None:
    """A piece of work is done, or nobody wants it any more."""
    c, customer = t.interaction.c, t.customer.c
    lives = select(customer.customer_id).where(
        customer.tenant_id == c.tenant_id,
        customer.customer_id == c.customer_id,
        customer.deleted_at.is_(None),
    )
    found = context.pick(
        t.interaction, "interaction_id", c.status.in_(_OPEN), c.at <= context.now - _SOME, lives.exists()
    )
    if found is not None:
        state = InteractionState(found.interaction_id.hex, found.customer_id.hex, found.type, found.status)
        outcome = "cancelled" if context.random.chance(0.06) else "completed"
        context.commit(move_interaction(state, outcome, context.call(_DESK)))


def change_segment(context: Context) -> None:
    """A customer comes into a segment, is worth something else there, or leaves it."""
    customer = pick_customer(context, "active")
    if customer is None:
        return
    random, segment = context.random, context.random.pick(_SEGMENTS)
    state, call = _stays(context, customer, segment), context.call("segmentation")
    value = Decimal(random.randrange(50_00, 3000_00))
    new = Assignment(segment=segment, value=None if segment == "at_risk" else value)
    if not state.stays:
        context.commit(assign_segment(state, new, call))
    elif random.chance(0.5):
        context.commit(replace_segment(state, new, call))
    else:
        context.commit(end_segment(state, segment, call))


def _pick_contact(context: Context) -> tuple[CustomerContacts, ContactState] | None:
    """A contact of some customer, and all of them."""
    customer = pick_customer(context)
    state = None if customer is None else _contacts(context, customer)
    return (state, context.random.choice(state.contacts)) if state is not None and state.contacts else None


def _contacts(context: Context, customer: Row[Any]) -> CustomerContacts:
    c = t.contact.c
    query = (
        select(c.contact_id, c.name, c.email, c.phone, c.contact_type, c.is_primary)
        .where(
            c.tenant_id == context.tenant_id, c.customer_id == customer.customer_id, c.removed_at.is_(None)
        )
        .order_by(c.contact_id)
    )
    rows = context.connection.execute(query)
    found = tuple(ContactState(**{**row._asdict(), "contact_id": row.contact_id.hex}) for row in rows)
    return CustomerContacts(customer.customer_id.hex, found)


def _stays(context: Context, customer: Row[Any], segment: str) -> SegmentState:
    c = t.segment_assignment.c
    start, end = func.lower(c.valid), func.upper(c.valid)
    query = (
        select(c.assignment_id, start, end)
        .where(
            c.tenant_id == context.tenant_id, c.customer_id == customer.customer_id, c.segment == segment,
            or_(end.is_(None), end > context.now),
        )
        .order_by(start)
    )  # fmt: skip
    stays = tuple(Stay(row[0].hex, row[1], row[2]) for row in context.connection.execute(query))
    return SegmentState(customer.customer_id.hex, stays)
