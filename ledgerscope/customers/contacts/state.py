"""The contacts of a customer as a decision meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.texts import EMAIL, PERSON, PHONE, fault_of_texts
from ledgerscope.store.changes import Update
from ledgerscope.store.records import Contact
from ledgerscope.store.tables.values import CONTACT_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.store.records import Id

__all__ = ["DELETED", "ContactState", "CustomerContacts", "check_fields", "demoted", "handed_over"]

DELETED: Final = Refused("the customer is deleted; its contacts no longer change")
_TEXTS: Final = {"name": PERSON, "email": EMAIL, "phone": PHONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactState:
    """A contact that has not been removed."""

    contact_id: Id
    name: str
    email: str | None
    phone: str | None
    contact_type: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class CustomerContacts:
    """A customer and its contacts, without those that were removed."""

    customer_id: Id
    contacts: tuple[ContactState, ...] = ()
    deleted: bool = False

    @property
    def primary(self) -> ContactState | None:
        """Whom to talk to first; None where there are no contacts."""
        return next((each for each in self.contacts if each.is_primary), None)

    def find(self, contact_id: Id) -> ContactState | None:
        """The contact; None where it was removed."""
        return next((each for each in self.contacts if each.contact_id == contact_id), None)


def check_fields(values: Mapping[str, Any]) -> Refused | None:
    """What is wrong with the first faulty one of these fields; None where they can be stored."""
    fault = fault_of_texts(values, _TEXTS)
    if fault is not None:
        return Refused(f"{fault[0]}: {fault[1]}", Fault.INVALID, fault[0])
    if "contact_type" not in values:
        return None
    return check_choice("contact_type", values["contact_type"] or "", CONTACT_TYPES)


def demoted(tenant_id: str, contact: ContactState | None) -> tuple[Update, ...]:
    """The contact no longer primary; the database lets nobody else be it before."""
    if contact is None:
        return ()
    return (Update(Contact, (tenant_id, contact.contact_id), {"is_primary": False}),)


def handed_over(former: ContactState | None) -> dict[str, Id]:
    """What the audit log keeps of whoever is no longer primary."""
    return {} if former is None else {"no_longer_primary": former.contact_id}
