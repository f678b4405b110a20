"""The operations on synchronisation: schedules, what came of them, and how healthy it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import customer_exists, hold_customer, no_row, plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.sync.figures import figures_of, thresholds_of
from ledgerscope.customers.sync.health import Figures, health_score
from ledgerscope.customers.sync.loading import as_schedule, hold_schedule, settings_of_customer
from ledgerscope.customers.sync.reading import (
    ListRuns,
    ListSchedules,
    ListWorkflows,
    RunPage,
    SchedulePage,
    ScheduleView,
    WorkflowPage,
    list_runs,
    list_schedules,
    list_workflows,
    view_schedule,
)
from ledgerscope.customers.sync.schedules import pause, request_now, resume, set_frequency
from ledgerscope.customers.sync.state import NOT_SCHEDULED, Synchronised
from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.customers.decision import Decision
    from ledgerscope.store.records import Id

__all__ = ["MOST_CUSTOMERS", "Health", "RequestedMany", "SyncDone", "Syncs"]

_NO_NOTE: Final = Note()
MOST_CUSTOMERS: Final = 1_000
"""Customers of one bulk request."""


@dataclass(frozen=True, slots=True)
class SyncDone:
    """The customer whose schedule was to be changed, and whether it was; if not, it was so already."""

    customer_id: Id
    changed: bool


@dataclass(frozen=True, slots=True)
class RequestedMany:
    """Customers that are due at once from now on, and those that were so before.

    `left_out` are paused, not scheduled or deleted.
    """

    requested: list[Id]
    already: list[Id]
    left_out: list[Id]


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of a customer, and the score from 0 to 1; None before the first run has ended."""

    customer_id: Id
    figures: Figures
    score: float | None
    is_low: bool
    as_of: datetime


@typed
class Syncs:
    """Synchronisation of the customers of one company, as its people see and direct it.

    What is wrong with a request comes back as `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def schedule(self, customer_id: Id, frequency: str, note: Note = _NO_NOTE) -> SyncDone | Refused:
        """Synchronise a customer `hourly`, `daily` or `weekly` from now on. Writes SyncScheduled.

        The first time, an initial synchronisation is due at once.
        """

        def decision(customer: Synchronised, call: Call) -> Decision:
            return set_frequency(customer, frequency, call)

        return self._change("sync.scheduled", customer_id, {"frequency": frequency}, decision, note)

    def pause(self, customer_id: Id, note: Note = _NO_NOTE) -> SyncDone | Refused:
        """Nothing is due any more until it is resumed; a run under way goes on. Writes SyncPaused."""
        return self._change("sync.paused", customer_id, {}, pause, note)

    def resume(self, customer_id: Id, note: Note = _NO_NOTE) -> SyncDone | Refused:
        """Due again, at once where its time has passed meanwhile. Writes SyncResumed."""
        return self._change("sync.resumed", customer_id, {}, resume, note)

    def request_now(self, customer_id: Id, note: Note = _NO_NOTE) -> SyncDone | Refused:
        """Due at once. Writes SyncRequested."""

        def decision(customer: Synchronised, call: Call) -> Decision:
            return request_now(customer, "manual", call)

        return self._change("sync.requested", customer_id, {"trigger": "manual"}, decision, note)

    def request_many(self, customers: Collection[Id], note: Note = _NO_NOTE) -> RequestedMany | Refused:
        """Due at once, up to `MOST_CUSTOMERS`; a customer that there is not refuses all.

        Writes SyncRequested and an audit entry for each that was not asked for before.
        """
        asked = sorted({plain_id(each) for each in customers})
        if not 1 <= len(asked) <= MOST_CUSTOMERS:
            return Refused(f"name 1 to {MOST_CUSTOMERS} customers, not {len(asked)}", Fault.INVALID)

        def decide(connection: Connection, call: Call) -> Verdict[RequestedMany] | Refused:
            changes, result = Changes(), RequestedMany([], [], [])
            for customer_id in asked:
                customer = self._hold(connection, customer_id)
                if isinstance(customer, Refused):
                    return customer
                decided = request_now(customer, "bulk", call)
                if isinstance(decided, Refused):
                    result.left_out.append(customer_id)
                    continue
                (result.requested if decided.rows else result.already).append(customer_id)
                changes += decided
            return Verdict(changes, result)

        content = {"customers": asked, "trigger": "bulk"}
        return self._operations.write("sync.requested", content, decide, returns=RequestedMany, note=note)

    @takes(Permission.CUSTOMERS_VIEW)
    def status(self, customer_id: Id) -> ScheduleView | Refused:
        """How a customer is synchronised; refused where it has no schedule."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return view_schedule(connection, self._tenant_id, plain_id(customer_id)) or NOT_SCHEDULED

    @takes(Permission.CUSTOMERS_VIEW)
    def health(self, customer_id: Id) -> Health | Refused:
        """The figures and the score of a customer by its own thresholds, as of now."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            plain, moment = plain_id(customer_id), self._operations.moment(connection)
            settings = settings_of_customer(connection, self._tenant_id, plain)
            figures = figures_of(connection, plain, moment)
        score = health_score(figures, thresholds_of(settings), moment.at)
        low: Any = settings.value("thresholds.health_score")
        return Health(plain, figures, score, score is not None and score < low, moment.at)

    @takes(Permission.CUSTOMERS_LIST)
    def list(self, asked: ListSchedules = ListSchedules()) -> SchedulePage | Refused:  # noqa: B008 - frozen
        """A page of schedules."""
        with self._operations.read() as connection:
            return list_schedules(connection, self._tenant_id, asked)

    @takes(Permission.CUSTOMERS_LIST)
    def runs(self, asked: ListRuns = ListRuns()) -> RunPage | Refused:  # noqa: B008 - frozen
        """A page of runs."""
        with self._operations.read() as connection:
            return list_runs(connection, self._tenant_id, asked)

    @takes(Permission.CUSTOMERS_VIEW)
    def workflows(
        self,
        customer_id: Id,
        asked: ListWorkflows = ListWorkflows(),  # noqa: B008 - frozen
    ) -> WorkflowPage | Refused:
        """A page of the workflows of a customer, as the last success met them."""
        with self._operations.read() as connection:
            if not customer_exists(connection, self._tenant_id, customer_id):
                return no_row("customer", customer_id)
            return list_workflows(connection, self._tenant_id, customer_id, asked)

    def _change(
        self,
        action: str,
        customer_id: Id,
        content: dict[str, Any],
        decision: Callable[[Synchronised, Call], Decision],
        note: Note,
    ) -> SyncDone | Refused:
        customer_id = plain_id(customer_id)

        def decide(connection: Connection, call: Call) -> Verdict[SyncDone] | Refused:
            customer = self._hold(connection, customer_id)
            decided = customer if isinstance(customer, Refused) else decision(customer, call)
            if isinstance(decided, Refused):
                return decided
            return Verdict(decided, SyncDone(customer_id, changed=bool(decided.rows)))

        named = {"customer_id": customer_id, **content}
        return self._operations.write(action, named, decide, returns=SyncDone, note=note)

    def _hold(self, connection: Connection, customer_id: Id) -> Synchronised | Refused:
        row = hold_customer(connection, self._tenant_id, customer_id)
        if isinstance(row, Refused):
            return row
        held = hold_schedule(connection, self._tenant_id, customer_id)
        schedule = None if held is None else as_schedule(held)
        return Synchronised(customer_id, schedule, deleted=row.deleted_at is not None)
