"""A new contact of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.contacts.state import DELETED, check_fields, demoted, handed_over
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import Contact

if TYPE_CHECKING:
    from ledgerscope.customers.contacts.state import CustomerContacts
    from ledgerscope.customers.decision import Call, Decision
    from ledgerscope.store.records import Id

__all__ = ["NewContact", "contact_id_of", "create_contact", "will_be_primary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A person; `contact_type` is general, billing, technical, sales or executive.

    `is_primary`: this one is talked to first from now on, and whoever was is no longer.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    contact_type: str = "general"
    is_primary: bool = False


def create_contact(customer: CustomerContacts, new: NewContact, call: Call) -> Decision:
    """The contact, primary where it is asked for or nobody else is; then nobody else is any more."""
    fields = {"name": new.name, "email": new.email, "phone": new.phone, "contact_type": new.contact_type}
    fault = DELETED if customer.deleted else check_fields(fields)
    if fault is not None:
        return fault
    moment, contact_id = call.moment, contact_id_of(call)
    is_primary = will_be_primary(customer, new)
    row = Contact(
        moment.tenant_id, contact_id, customer.customer_id, new.name, new.email, new.phone, new.contact_type,
        is_primary, moment.at,
    )  # fmt: skip
    former = customer.primary if is_primary else None
    labels = (new.contact_type, "true" if is_primary else "false")
    event = call.event(EventType.CONTACT_CREATED, *labels, customer_id=customer.customer_id)
    audit = call.audit(
        "contact.created", contact_id, customer_id=customer.customer_id, contact_type=new.contact_type,
        is_primary=is_primary, **handed_over(former),
    )  # fmt: skip
    return Changes((*demoted(moment.tenant_id, former), row, audit), (event,))


def will_be_primary(customer: CustomerContacts, new: NewContact) -> bool:
    """Whether a new contact becomes the primary one."""
    return new.is_primary or customer.primary is None


def contact_id_of(call: Call) -> Id:
    """The identifier of the contact that a call creates."""
    return call.new_id("contact")
