"""A company in memory: the pure decisions on plain dictionaries, with which the database has to agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers import Call, Decision, Moment, Refused
from ledgerscope.customers.lifecycle.creation import Book, create_customer, customer_id_of
from ledgerscope.customers.lifecycle.deletion import Belongings, delete_customer, erase_customer
from ledgerscope.customers.lifecycle.profile import CHANGEABLE, Profile, update_customer
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Customer, Event, StatusChange

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.customers.lifecycle import NewCustomer

CURRENCIES: Final = frozenset({"EUR", "JPY"})


@dataclass
class CompanyInMemory:
    """Its customers by identifier, and everything else that was written, in order."""

    tenant_id: str
    base_currency: str
    customers: dict[str, Customer] = field(default_factory=dict)
    history: list[StatusChange] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)

    def create(self, new: NewCustomer, call: Call) -> str | Refused:
        number = f"C-{1 + len(self.customers):06d}"
        holder = self._holder(number if new.external_id is None else new.external_id)
        book = Book(CURRENCIES, self.base_currency, number, holder)
        return self._apply(create_customer(book, new, call)) or customer_id_of(call)

    def update(self, customer_id: str, wanted: dict[str, Any], call: Call) -> Refused | None:
        row = self.customers[customer_id]
        external_id = wanted.get("external_id")
        holder = None
        if external_id is not None and external_id != row.external_id:
            holder = self._holder(external_id)
        profile = Profile(
            customer_id,
            {name: getattr(row, name) for name in CHANGEABLE},
            CURRENCIES,
            deleted=row.deleted_at is not None,
            holder=holder,
        )
        return self._apply(update_customer(profile, wanted, call))

    def change_status(self, customer_id: str, to: str, call: Call) -> Refused | None:
        row = self.customers[customer_id]
        state = CustomerState(customer_id, row.status, deleted=row.deleted_at is not None)
        return self._apply(change_status(state, ChangeStatus(call.moment, to, "tried", call.actor)))

    def delete(self, customer_id: str, reason: str, call: Call) -> Refused | None:
        return self._apply(delete_customer(self._belongings(customer_id), reason, call))

    def erase(self, customer_id: str, reason: str, call: Call) -> Refused | None:
        return self._apply(erase_customer(self._belongings(customer_id), reason, call))

    def _belongings(self, customer_id: str) -> Belongings:
        row = self.customers[customer_id]
        return Belongings(
            customer_id,
            deleted=row.deleted_at is not None,
            erased=row.erased_at is not None,
            running=0,
            open_minor={},
        )

    def _holder(self, external_id: str) -> str | None:
        holders = (
            row.customer_number
            for row in self.customers.values()
            if row.external_id == external_id and row.deleted_at is None
        )
        return next(holders, None)

    def _apply(self, decision: Decision) -> Refused | None:
        if isinstance(decision, Refused):
            return decision
        self._check(decision)
        for row in decision.rows:
            match row:
                case Update(key=(_, customer_id)):
                    self.customers[customer_id] = self.customers[customer_id]._replace(**row.values)
                case Customer():
                    assert row.customer_id not in self.customers
                    self.customers[row.customer_id] = row
                case StatusChange():
                    self.history.append(row)
                case AuditEntry():
                    self.audit.append(row)
                case _:
                    raise AssertionError(row)
        self.events += decision.events
        return None

    def _check(self, changes: Changes) -> None:
        """A change has one audit entry; one that writes nothing has no event either."""
        entries = sum(isinstance(row, AuditEntry) for row in changes.rows)
        assert entries == (1 if changes.rows else 0)
        assert changes.rows or not changes.events

    def check(self) -> None:
        """What must always hold."""
        standing = [row for row in self.customers.values() if row.deleted_at is None]
        assert len({row.external_id for row in standing}) == len(standing)
        for row in self.customers.values():
            states = [each.to_status for each in self.history if each.customer_id == row.customer_id]
            assert states[-1] == row.status
            assert (row.deleted_at is None) == (row.deletion_mode is None)
            assert row.erased_at is None or (row.name, row.email, row.phone) == ("erased", None, None)
        deletions = [event for event in self.events if event.event_type == "CustomerDeleted"]
        assert len(deletions) == len(self.customers) - len(standing)


def call_at(tenant_id: str, at: datetime, request_id: str, actor: str) -> Call:
    """A call of one test; its day is never looked at."""
    return Call(moment=Moment(tenant_id, at, at.date()), actor=actor, request_id=request_id)
