"""Grants: whoever may not see every customer may be shown single ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.operations.caller import Note
from ledgerscope.customers.operations.given import fault_of_actor
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id, customer_exists, hold_customer, no_row
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.operations.verdict import Verdict
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import CustomerGrant

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.customers.operations.caller import Caller
    from ledgerscope.customers.operations.operations import Operations
    from ledgerscope.store.records import Id

__all__ = ["Grant", "Grants", "give_grant", "has_grant", "revoke_grant"]

_NO_NOTE: Final = Note()
_HOLDS: Final = text("""
    select exists (
        select from customer_grant
        where tenant_id = :tenant and customer_id = :customer and actor = :actor and revoked_at is null
    )
""")


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may see which customer, and who said so."""

    customer_id: Id
    actor: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    """The grant that was given or revoked."""

    grant_id: Id


def has_grant(connection: Connection, caller: Caller, customer_id: Id) -> bool:
    """Whether the caller may see this customer by a grant."""
    asked = {"tenant": caller.tenant_id, "customer": customer_id, "actor": caller.actor}
    return bool(connection.execute(_HOLDS, asked).scalar_one())


def give_grant(customer_id: Id, actor: str, held: Id | None, call: Call) -> Decision:
    """A grant from now on; `held` is the one that the actor has already."""
    if (fault := fault_of_actor(actor)) is not None:
        return Refused(f"actor: {fault}", Fault.INVALID, "actor")
    if held is not None:
        return Refused(f"{actor} has a grant for this customer already")
    moment = call.moment
    row = CustomerGrant(
        moment.tenant_id, call.new_id("grant"), customer_id, actor, call.actor, moment.at, None
    )
    audit = call.audit("access.granted", customer_id, actor=actor)
    return Changes((row, audit), (call.event(EventType.ACCESS_GRANTED, customer_id=customer_id),))


def revoke_grant(customer_id: Id, actor: str, held: Id | None, call: Call) -> Decision:
    """The grant ends now; its row stays."""
    if held is None:
        return Refused(f"{actor} has no grant for this customer", Fault.NOT_FOUND, "actor")
    end = Update(CustomerGrant, (call.moment.tenant_id, held), {"revoked_at": call.moment.at})
    audit = call.audit("access.revoked", customer_id, actor=actor)
    return Changes((end, audit), (call.event(EventType.ACCESS_REVOKED, customer_id=customer_id),))


@typed
class Grants:
    """Grants for single customers; takes `access:grant`. Raises StoreError and UnknownCompany."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def give(self, customer_id: Id, actor: str, note: Note = _NO_NOTE) -> Granted | Refused:
        """Let `actor` see a customer."""

        def decide(connection: Connection, call: Call) -> Verdict[Granted] | Refused:
            customer = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(customer, Refused):
                return customer
            if customer.erased_at is not None:
                return Refused("the customer is erased; there is nothing left to see")
            decision = give_grant(customer_id, actor, self._held(connection, customer_id, actor), call)
            if isinstance(decision, Refused):
                return decision
            return Verdict(decision, Granted(call.new_id("grant")))

        content = {"customer_id": customer_id, "actor": actor}
        return self._operations.write("access.granted", content, decide, returns=Granted, note=note)

    def revoke(self, customer_id: Id, actor: str, note: Note = _NO_NOTE) -> Granted | Refused:
        """Let `actor` see a customer no longer."""

        def decide(connection: Connection, call: Call) -> Verdict[Granted] | Refused:
            held = self._held(connection, customer_id, actor) if as_id(customer_id) else None
            decision = revoke_grant(customer_id, actor, held, call)
            return decision if isinstance(decision, Refused) else Verdict(decision, Granted(str(held)))

        content = {"customer_id": customer_id, "actor": actor}
        return self._operations.write("access.revoked", content, decide, returns=Granted, note=note)

    @takes(Permission.ACCESS_GRANT)
    def of_customer(self, customer_id: Id) -> tuple[Grant, ...] | Refused:
        """The grants for a customer that hold, oldest first."""
        c = t.customer_grant.c
        query = (
            select(c.customer_id, c.actor, c.granted_by, c.granted_at)
            .where(c.tenant_id == self._tenant_id, c.customer_id == customer_id, c.revoked_at.is_(None))
            .order_by(c.granted_at, c.actor)
        )
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return tuple(Grant(row.customer_id.hex, *row[1:]) for row in connection.execute(query))

    def _held(self, connection: Connection, customer_id: Id, actor: str) -> Id | None:
        c = t.customer_grant.c
        query = select(c.grant_id).where(
            c.tenant_id == self._tenant_id,
            c.customer_id == customer_id,
            c.actor == actor,
            c.revoked_at.is_(None),
        )
        held = connection.execute(query.with_for_update()).scalar_one_or_none()
        return None if held is None else str(held.hex)
