"""The operations on communications."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.communications.logging import (
    Correspondent,
    NewCommunication,
    communication_id_of,
    log_communication,
)
from ledgerscope.customers.communications.reading import (
    CommunicationPage,
    ListCommunications,
    list_communications,
)
from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import customer_exists, hold_customer, no_row, plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["Communications", "LoggedCommunication"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class LoggedCommunication:
    """The identifier of a communication that was logged."""

    communication_id: Id


@typed
class Communications:
    """What was said to and by the customers of one company: logged, listed; it never changes.

    What is wrong with a request comes back as `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def log(
        self, customer_id: Id, new: NewCommunication, note: Note = _NO_NOTE
    ) -> LoggedCommunication | Refused:
        """Log what was said. Writes CommunicationLogged."""
        customer_id = plain_id(customer_id)
        if new.contact_id is not None:
            new = replace(new, contact_id=plain_id(new.contact_id))

        def decide(connection: Connection, call: Call) -> Verdict[LoggedCommunication] | Refused:
            row = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(row, Refused):
                return row
            decision = log_communication(self._correspondent(connection, row), new, call)
            if isinstance(decision, Refused):
                return decision
            return Verdict(decision, LoggedCommunication(communication_id_of(call)))

        content = {"customer_id": customer_id, **asdict(new)}
        return self._operations.write(
            "communication.logged", content, decide, returns=LoggedCommunication, note=note
        )

    @takes(Permission.CUSTOMERS_VIEW)
    def list(
        self,
        customer_id: Id,
        asked: ListCommunications = ListCommunications(),  # noqa: B008 - frozen
    ) -> CommunicationPage | Refused:
        """A page of the communications of a customer, deleted or not."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return list_communications(connection, self._tenant_id, customer_id, asked)

    def _correspondent(self, connection: Connection, customer: Row[Any]) -> Correspondent:
        c = t.contact.c
        query = select(c.contact_id, c.removed_at).where(
            c.tenant_id == self._tenant_id, c.customer_id == customer.customer_id
        )
        contacts = {row.contact_id.hex: row.removed_at for row in connection.execute(query)}
        return Correspondent(customer.customer_id.hex, contacts, deleted=customer.deleted_at is not None)
