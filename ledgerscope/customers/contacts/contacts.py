"""The operations on contacts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.contacts.changes import remove_contact, update_contact
from ledgerscope.customers.contacts.creation import (
    NewContact,
    contact_id_of,
    create_contact,
    will_be_primary,
)
from ledgerscope.customers.contacts.reading import ContactPage, ListContacts, list_contacts
from ledgerscope.customers.contacts.state import ContactState, CustomerContacts
from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import (
    customer_exists,
    hold_customer,
    hold_owner,
    no_row,
    plain_id,
)
from ledgerscope.customers.operations.types import typed
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.decision import Decision
    from ledgerscope.store.records import Id

__all__ = ["ContactDone", "Contacts", "CreatedContact"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class CreatedContact:
    """The identifier of a new contact, and whether it is the primary one."""

    contact_id: Id
    is_primary: bool


@dataclass(frozen=True, slots=True)
class ContactDone:
    """The contact that was to be changed, and whether it was; if not, it was so already."""

    contact_id: Id
    changed: bool


@typed
class Contacts:
    """Contacts of the customers of one company: created, listed, updated, removed.

    As long as a customer has contacts, one of them is primary. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def create(self, customer_id: Id, new: NewContact, note: Note = _NO_NOTE) -> CreatedContact | Refused:
        """A new contact; the first of a customer is primary. Writes ContactCreated."""
        customer_id = plain_id(customer_id)

        def decide(connection: Connection, call: Call) -> Verdict[CreatedContact] | Refused:
            row = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(row, Refused):
                return row
            customer = self._contacts(connection, row)
            decision = create_contact(customer, new, call)
            if isinstance(decision, Refused):
                return decision
            return Verdict(decision, CreatedContact(contact_id_of(call), will_be_primary(customer, new)))

        content = {"customer_id": customer_id, **asdict(new)}
        return self._operations.write("contact.created", content, decide, returns=CreatedContact, note=note)

    @takes(Permission.CUSTOMERS_VIEW)
    def list(self, customer_id: Id, asked: ListContacts = ListContacts()) -> ContactPage | Refused:  # noqa: B008 - frozen
        """A page of the contacts of a customer, deleted or not."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return list_contacts(connection, self._tenant_id, customer_id, asked)

    def update(
        self, contact_id: Id, wanted: Mapping[str, Any], note: Note = _NO_NOTE
    ) -> ContactDone | Refused:
        """Change fields (`CHANGEABLE`); to make one primary un-makes the other. Writes ContactUpdated."""

        def decide(customer: CustomerContacts, contact_id: Id, call: Call) -> Decision:
            return update_contact(customer, contact_id, wanted, call)

        return self._change("contact.updated", contact_id, {"wanted": dict(wanted)}, decide, note)

    def remove(self, contact_id: Id, note: Note = _NO_NOTE) -> ContactDone | Refused:
        """No longer a contact; what was said to it stays. Writes ContactRemoved."""
        return self._change("contact.removed", contact_id, {}, remove_contact, note)

    def _change(
        self,
        action: str,
        contact_id: Id,
        content: Mapping[str, Any],
        decision: Callable[[CustomerContacts, Id, Call], Decision],
        note: Note,
    ) -> ContactDone | Refused:
        contact_id = plain_id(contact_id)

        def decide(connection: Connection, call: Call) -> Verdict[ContactDone] | Refused:
            row = hold_owner(connection, self._tenant_id, t.contact, contact_id)
            if isinstance(row, Refused):
                return row
            decided = decision(self._contacts(connection, row), contact_id, call)
            if isinstance(decided, Refused):
                return decided
            return Verdict(decided, ContactDone(contact_id, changed=bool(decided.rows)))

        named = {"contact_id": contact_id, **content}
        return self._operations.write(action, named, decide, returns=ContactDone, note=note)

    def _contacts(self, connection: Connection, customer: Row[Any]) -> CustomerContacts:
        c = t.contact.c
        query = select(
            c.contact_id, c.name, c.email, c.phone, c.contact_type, c.is_primary
        ).where(
            c.tenant_id == self._tenant_id, c.customer_id == customer.customer_id, c.removed_at.is_(None)
        )  # fmt: skip
        found = tuple(
            ContactState(**{**row._asdict(), "contact_id": row.contact_id.hex})
            for row in connection.execute(query)
        )
        return CustomerContacts(customer.customer_id.hex, found, deleted=customer.deleted_at is not None)
