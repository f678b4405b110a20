"""The operations on customer records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.customers.access.grants import has_grant
from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.credit import load_exposures
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, create_customer, customer_id_of
from ledgerscope.customers.lifecycle.deletion import ACTIONS, Belongings, delete_customer, erase_customer
from ledgerscope.customers.lifecycle.forgetting import load_spells
from ledgerscope.customers.lifecycle.profile import CHANGEABLE, Profile, update_customer
from ledgerscope.customers.lifecycle.reading import (
    CustomerPage,
    CustomerView,
    ListCustomers,
    list_customers,
    view_customer,
)
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.customers.lifecycle.traces import load_traces
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id, currencies_of, hold_customer, identify, no_row
from ledgerscope.customers.operations.numbers import next_number
from ledgerscope.customers.operations.types import typed
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from sqlalchemy import Connection, Row, Table

    from ledgerscope.customers.decision import Decision, Moment
    from ledgerscope.store.records import Id

__all__ = ["CreatedCustomer", "CustomerName", "Customers", "Done"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class CreatedCustomer:
    """The identifier and the number of a new customer."""

    customer_id: Id
    customer_number: str


@dataclass(frozen=True, slots=True)
class CustomerName:
    """How people call a customer; those from before there were numbers have none."""

    customer_number: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """The customer that was to be changed, and whether it was; if not, it was so already."""

    customer_id: Id
    changed: bool


@typed
class Customers:
    """Customer records of one company: created, read, updated, moved between statuses, deleted.

    Every change writes an audit entry, and takes a `Note`. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def create(self, new: NewCustomer, note: Note = _NO_NOTE) -> CreatedCustomer | Refused:
        """Take on a customer. Writes CustomerCreated."""

        def decide(connection: Connection, call: Call) -> Verdict[CreatedCustomer] | Refused:
            book = self._book(connection, new.external_id)
            decision = create_customer(book, new, call)
            if isinstance(decision, Refused):
                return decision
            return Verdict(decision, CreatedCustomer(customer_id_of(call), book.next_number))

        return self._operations.write("customer.created", new, decide, returns=CreatedCustomer, note=note)

    @takes(None)  # but a grant will do
    def get(self, customer_id: Id) -> CustomerView | Refused:
        """A customer in detail, deleted or not; takes `customers:view`, or a grant for the customer."""
        caller = self._operations.caller
        forbidden = caller.lacks(Permission.CUSTOMERS_VIEW)
        with self._operations.read() as connection:
            wanted = as_id(customer_id)
            if forbidden is not None and not (wanted and has_grant(connection, caller, wanted)):
                return forbidden
            found = wanted and view_customer(connection, self._tenant_id, wanted)
            return found or no_row("customer", customer_id)

    @takes(Permission.CUSTOMERS_VIEW)
    def identify(self, reference: str) -> Id | Refused:
        """The identifier of the customer with this customer number or identifier."""
        with self._operations.read() as connection:
            return identify(connection, self._tenant_id, t.customer, "customer_number", reference)

    @takes(Permission.CUSTOMERS_LIST)
    def names(self, customer_ids: Collection[Id]) -> Mapping[Id, CustomerName] | Refused:
        """Number and name of each of these customers that the company has, deleted or not."""
        wanted = [each for each in map(as_id, customer_ids) if each is not None]
        c = t.customer.c
        query = select(c.customer_id, c.customer_number, c.name).where(
            c.tenant_id == self._tenant_id, c.customer_id.in_(wanted)
        )
        with self._operations.read() as connection:
            return {
                row.customer_id.hex: CustomerName(row.customer_number, row.name)
                for row in connection.execute(query)
            }

    @takes(Permission.CUSTOMERS_LIST)
    def list(self, asked: ListCustomers = ListCustomers()) -> CustomerPage | Refused:  # noqa: B008 - frozen
        """A page of customers, those that match where a text is asked for."""
        with self._operations.read() as connection:
            return list_customers(connection, self._tenant_id, asked)

    def update(self, customer_id: Id, wanted: Mapping[str, Any], note: Note = _NO_NOTE) -> Done | Refused:
        """Change fields (`CHANGEABLE`). Writes CustomerUpdated for each that differs, and an audit entry."""

        def decide(connection: Connection, row: Row[Any], call: Call) -> Decision:
            return update_customer(self._profile(connection, row, wanted), wanted, call)

        return self._change("customer.updated", customer_id, dict(wanted), decide, note)

    def change_status(self, customer_id: Id, to: str, note: Note) -> Done | Refused:
        """Move to `active`, `inactive` or `blocked`, for a reason. Writes CustomerStatusChanged."""

        def decide(_: Connection, row: Row[Any], call: Call) -> Decision:
            if not note.reason:
                return Refused("reason: a change of status needs one", Fault.INVALID, "reason")
            state = CustomerState(customer_id, row.status, deleted=row.deleted_at is not None)
            return change_status(state, ChangeStatus(call.moment, to, note.reason, call.actor))

        return self._change("customer.status.changed", customer_id, {"to": to}, decide, note)

    def delete(self, customer_id: Id, reason: str, note: Note = _NO_NOTE) -> Done | Refused:
        """Hide a customer that has no running subscription and owes nothing today. Writes CustomerDeleted.

        What a post-dated cheque will settle is owed until its day.
        """
        return self._remove(delete_customer, "soft", customer_id, reason, note)

    def erase(self, customer_id: Id, reason: str = "erasure", note: Note = _NO_NOTE) -> Done | Refused:
        """Replace the personal data of a customer and delete it; documents, events and audit rows stay."""
        return self._remove(erase_customer, "hard", customer_id, reason, note)

    def _remove(
        self,
        decision: Callable[[Belongings, str, Call], Decision],
        mode: str,
        customer_id: Id,
        reason: str,
        note: Note,
    ) -> Done | Refused:
        def decide(connection: Connection, row: Row[Any], call: Call) -> Decision:
            return decision(self._belongings(connection, row, call.moment), reason, call)

        return self._change(ACTIONS[mode], customer_id, {"deletion_reason": reason}, decide, note)

    def _change(
        self,
        action: str,
        customer_id: Id,
        content: Mapping[str, Any],
        decision: Callable[[Connection, Row[Any], Call], Decision],
        note: Note,
    ) -> Done | Refused:
        def decide(connection: Connection, call: Call) -> Verdict[Done] | Refused:
            row = hold_customer(connection, self._tenant_id, customer_id)
            decided = row if isinstance(row, Refused) else decision(connection, row, call)
            if isinstance(decided, Refused):
                return decided
            return Verdict(decided, Done(customer_id, changed=bool(decided.rows)))

        named = {"customer_id": customer_id, **content}
        return self._operations.write(action, named, decide, returns=Done, note=note)

    def _book(self, connection: Connection, external_id: str | None) -> Book:
        base = connection.execute(
            select(t.tenant.c.base_currency).where(t.tenant.c.tenant_id == self._tenant_id)
        ).scalar_one()
        number = next_number(connection, self._tenant_id, "customer")
        holder = self._holder(connection, number if external_id is None else external_id)
        return Book(currencies_of(connection), base, number, holder)

    def _holder(self, connection: Connection, external_id: str) -> str | None:
        """The number, or else the identifier, of the customer with an external id."""
        c = t.customer.c
        query = select(func.coalesce(c.customer_number, func.text(c.customer_id))).where(
            c.tenant_id == self._tenant_id, c.external_id == external_id, c.deleted_at.is_(None)
        )
        holder: str | None = connection.execute(query).scalar_one_or_none()
        return holder

    def _profile(self, connection: Connection, row: Row[Any], wanted: Mapping[str, Any]) -> Profile:
        external_id = wanted.get("external_id")
        holder = None
        if external_id is not None and external_id != row.external_id:
            holder = self._holder(connection, external_id)
        return Profile(
            row.customer_id.hex,
            {name: getattr(row, name) for name in CHANGEABLE},
            currencies_of(connection),
            deleted=row.deleted_at is not None,
            has_documents=any(
                self._rows_of(connection, table, row.customer_id) for table in (t.invoice, t.payment)
            ),
            holder=holder,
        )

    def _rows_of(self, connection: Connection, table: Table, customer_id: Any) -> bool:
        own = select(table).where(table.c.tenant_id == self._tenant_id, table.c.customer_id == customer_id)
        return bool(connection.execute(select(own.exists())).scalar_one())

    def _belongings(self, connection: Connection, row: Row[Any], moment: Moment) -> Belongings:
        customer_id, subscription = row.customer_id, t.subscription.c
        owed = load_exposures(connection, moment, customer_id)
        running = connection.execute(
            select(func.count()).where(
                subscription.tenant_id == self._tenant_id, subscription.customer_id == customer_id,
                subscription.ended_at.is_(None),
            )
        ).scalar_one()  # fmt: skip
        return Belongings(
            customer_id.hex,
            deleted=row.deleted_at is not None,
            erased=row.erased_at is not None,
            running=running,
            open_minor={code: exposure.open_minor for code, exposure in owed.items()},
            contacts=self._ids(connection, t.contact, "contact_id", customer_id),
            communications=self._ids(connection, t.communication, "communication_id", customer_id),
            interactions=self._ids(connection, t.interaction, "interaction_id", customer_id),
            stays=self._ids(connection, t.segment_assignment, "assignment_id", customer_id),
            imports=self._ids(connection, t.import_change, "import_batch_id", customer_id),
            scheduled=self._rows_of(connection, t.sync_schedule, customer_id),
            workflows=self._words(connection, t.workflow, "workflow_id", customer_id),
            settings=self._words(connection, t.customer_setting, "setting_key", customer_id),
            credentials=load_spells(connection, self._tenant_id, customer_id),
            traces=load_traces(connection, self._tenant_id, customer_id),
        )

    def _ids(self, connection: Connection, table: Table, key: str, customer_id: Any) -> tuple[Id, ...]:
        query = select(table.c[key]).where(
            table.c.tenant_id == self._tenant_id, table.c.customer_id == customer_id
        )
        return tuple(each.hex for each in connection.execute(query).scalars())

    def _words(self, connection: Connection, table: Table, key: str, customer_id: Any) -> tuple[str, ...]:
        query = select(table.c[key]).where(
            table.c.tenant_id == self._tenant_id, table.c.customer_id == customer_id
        )
        return tuple(connection.execute(query).scalars())
