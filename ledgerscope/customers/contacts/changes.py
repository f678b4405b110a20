"""Changes to contacts: their fields, who is primary, and their end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.contacts.state import DELETED, check_fields, demoted, handed_over
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Contact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.customers.contacts.state import ContactState, CustomerContacts
    from ledgerscope.customers.decision import Call, Decision
    from ledgerscope.store.records import Id

__all__ = ["CHANGEABLE", "remove_contact", "update_contact"]

CHANGEABLE = ("name", "email", "phone", "contact_type", "is_primary")
"""The fields that an update may change."""

_REMOVED: Final = Refused("the contact was removed; it no longer changes")
_HAND_OVER: Final = Refused(
    "is_primary: somebody is primary as long as there are contacts; make another contact primary instead",
    Fault.CONFLICT,
    "is_primary",
)


def update_contact(
    customer: CustomerContacts, contact_id: Id, wanted: Mapping[str, Any], call: Call
) -> Decision:
    """The new values of the fields that differ; nothing where none does."""
    unknown = sorted(set(wanted) - set(CHANGEABLE))
    if unknown:
        allowed = ", ".join(CHANGEABLE)
        return Refused(f"{unknown[0]}: an update changes {allowed}", Fault.INVALID, unknown[0])
    contact = _standing(customer, contact_id)
    if isinstance(contact, Refused):
        return contact
    changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
    fault = check_fields(changed)
    if fault is not None:
        return fault
    if changed.get("is_primary", True) is not True:
        return _HAND_OVER
    return _updated(customer, contact, changed, call) if changed else Changes()


def remove_contact(customer: CustomerContacts, contact_id: Id, call: Call) -> Decision:
    """The contact removed; a primary one only as the last, otherwise another has to become primary first."""
    contact = _standing(customer, contact_id)
    if isinstance(contact, Refused):
        return contact
    if contact.is_primary and len(customer.contacts) > 1:
        return Refused("the contact is primary; make another contact primary first")
    moment = call.moment
    gone = Update(Contact, (moment.tenant_id, contact_id), {"is_primary": False, "removed_at": moment.at})
    event = call.event(EventType.CONTACT_REMOVED, contact.contact_type, customer_id=customer.customer_id)
    audit = call.audit("contact.removed", contact_id, customer_id=customer.customer_id)
    return Changes((gone, audit), (event,))


def _standing(customer: CustomerContacts, contact_id: Id) -> ContactState | Refused:
    if customer.deleted:
        return DELETED
    return customer.find(contact_id) or _REMOVED


def _updated(
    customer: CustomerContacts, contact: ContactState, changed: Mapping[str, Any], call: Call
) -> Changes:
    tenant_id, after = call.moment.tenant_id, replace(contact, **changed)
    former = customer.primary if "is_primary" in changed else None
    update = Update(Contact, (tenant_id, contact.contact_id), dict(changed))
    labels = (after.contact_type, "true" if after.is_primary else "false")
    event = call.event(EventType.CONTACT_UPDATED, *labels, customer_id=customer.customer_id)
    audit = call.audit(
        "contact.updated", contact.contact_id, customer_id=customer.customer_id, fields=sorted(changed),
        **handed_over(former),
    )  # fmt: skip
    return Changes((*demoted(tenant_id, former), update, audit), (event,))
