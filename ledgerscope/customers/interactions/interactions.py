"""The operations on interactions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.interactions.logging import NewInteraction, interaction_id_of, log_interaction
from ledgerscope.customers.interactions.reading import InteractionPage, ListInteractions, list_interactions
from ledgerscope.customers.interactions.status import InteractionState, move_interaction
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
    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["InteractionDone", "Interactions", "LoggedInteraction"]

_NO_NOTE: Final = Note()


@dataclass(frozen=True, slots=True)
class LoggedInteraction:
    """The identifier of an interaction that was logged."""

    interaction_id: Id


@dataclass(frozen=True, slots=True)
class InteractionDone:
    """The interaction that has moved, and its status now."""

    interaction_id: Id
    status: str


@typed
class Interactions:
    """Interactions with the customers of one company: logged, started, completed, cancelled, listed.

    What is wrong with a request comes back as `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def log(self, customer_id: Id, new: NewInteraction, note: Note = _NO_NOTE) -> LoggedInteraction | Refused:
        """Log an interaction. Writes InteractionLogged."""
        customer_id = plain_id(customer_id)

        def decide(connection: Connection, call: Call) -> Verdict[LoggedInteraction] | Refused:
            row = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(row, Refused):
                return row
            decision = log_interaction(customer_id, new, call, deleted=row.deleted_at is not None)
            if isinstance(decision, Refused):
                return decision
            return Verdict(decision, LoggedInteraction(interaction_id_of(call)))

        content = {"customer_id": customer_id, **asdict(new)}
        return self._operations.write(
            "interaction.logged", content, decide, returns=LoggedInteraction, note=note
        )

    def start(self, interaction_id: Id, note: Note = _NO_NOTE) -> InteractionDone | Refused:
        """Somebody works on it: pending becomes in_progress. Writes InteractionStatusChanged."""
        return self._move(interaction_id, "in_progress", note)

    def complete(self, interaction_id: Id, note: Note = _NO_NOTE) -> InteractionDone | Refused:
        """It is done and stays so. Writes InteractionStatusChanged."""
        return self._move(interaction_id, "completed", note)

    def cancel(self, interaction_id: Id, note: Note = _NO_NOTE) -> InteractionDone | Refused:
        """It comes to nothing and stays so. Writes InteractionStatusChanged."""
        return self._move(interaction_id, "cancelled", note)

    @takes(Permission.CUSTOMERS_VIEW)
    def list(
        self,
        customer_id: Id,
        asked: ListInteractions = ListInteractions(),  # noqa: B008 - frozen
    ) -> InteractionPage | Refused:
        """A page of the interactions with a customer, deleted or not."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return list_interactions(connection, self._tenant_id, customer_id, asked)

    def _move(self, interaction_id: Id, to: str, note: Note) -> InteractionDone | Refused:
        interaction_id = plain_id(interaction_id)

        def decide(connection: Connection, call: Call) -> Verdict[InteractionDone] | Refused:
            state = self._state(connection, interaction_id)
            decided = state if isinstance(state, Refused) else move_interaction(state, to, call)
            if isinstance(decided, Refused):
                return decided
            return Verdict(decided, InteractionDone(interaction_id, to))

        content = {"interaction_id": interaction_id, "to": to}
        return self._operations.write(
            "interaction.status.changed", content, decide, returns=InteractionDone, note=note
        )

    def _state(self, connection: Connection, interaction_id: Id) -> InteractionState | Refused:
        customer = hold_owner(connection, self._tenant_id, t.interaction, interaction_id)
        if isinstance(customer, Refused):
            return customer
        c = t.interaction.c
        row = connection.execute(
            select(c.type, c.status).where(c.tenant_id == self._tenant_id, c.interaction_id == interaction_id)
        ).one()
        deleted = customer.deleted_at is not None
        return InteractionState(interaction_id, customer.customer_id.hex, row.type, row.status, deleted)
