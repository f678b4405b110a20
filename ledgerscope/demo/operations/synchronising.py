"""One run of a customer's synchronisation, from its claim to its end, by the decisions of the operations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.credentials.versions import Access, CustomerCredential, Version, log_access
from ledgerscope.customers.settings.changes import CustomerSettings
from ledgerscope.customers.sync.claims import LEASE
from ledgerscope.customers.sync.loading import patience_of
from ledgerscope.customers.sync.runs import begin_run, end_failed, end_succeeded
from ledgerscope.customers.sync.state import ClaimedRun, Schedule
from ledgerscope.customers.sync.workflows import Filters, Known, fields_of, store_workflows
from ledgerscope.demo.operations.outside import read, workflows_of
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Credential, SyncSchedule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ledgerscope.customers import Call
    from ledgerscope.store.records import Id

__all__ = ["Done", "SyncState", "synchronise", "version_of"]

_WORKER: Final = "demo"
_FIELDS: Final = {
    "frequency": "frequency", "status": "status", "next_due_at": "next_due_at",
    "last_attempt_at": "last_attempt_at", "last_success_at": "last_success_at", "backoff": "failures",
    "requested_trigger": "requested_trigger",
}  # fmt: skip
"""Columns of a schedule, by what decisions call them."""


@dataclass(frozen=True, slots=True)
class SyncState:
    """A customer's synchronisation as it stands; `tries` are runs since the last success."""

    tenant_id: str
    customer_id: Id
    schedule: Schedule
    tries: int = 0
    changes: int = 0
    """How often its workflows have changed."""
    workflows: Mapping[str, Known] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, customer_id: Id, made: Changes) -> SyncState:
        """What a decision made that gave the customer its schedule."""
        (row,) = (each for each in made.rows if isinstance(each, SyncSchedule))
        return cls(row.tenant_id, customer_id, schedule_of(row._asdict()))

    def after(self, changes: Changes) -> SyncState:
        """As it stands once a decision about it is written."""
        values = {
            _FIELDS[name]: value
            for row in changes.rows
            if isinstance(row, Update) and row.kind is SyncSchedule
            for name, value in row.values.items()
            if name in _FIELDS
        }
        return replace(self, schedule=replace(self.schedule, **values)) if values else self


@dataclass(frozen=True, slots=True)
class Done:
    """What a run changes, the synchronisation after it, and when it ended."""

    changes: Changes
    state: SyncState
    ended_at: datetime


def schedule_of(columns: Mapping[str, Any]) -> Schedule:
    """The schedule in the columns of its row."""
    return Schedule(**{name: columns[column] for column, name in _FIELDS.items()})


def version_of(changes: Changes) -> Version:
    """The version of a credential that was saved."""
    (row,) = (each for each in changes.rows if isinstance(each, Credential))
    return Version(row.version, row.rotated_at, row.key_id, row.ciphertext, row.fingerprint)


def synchronise(
    state: SyncState,
    credential: CustomerCredential,
    call: Call,
    later: Callable[[datetime], Call],
    *,
    broken: bool = False,
) -> Done:
    """A run that begins with `call`; `later` makes the request that ends it.

    `broken`: the outside system refuses the login.
    """
    run_id = call.new_id("sync", state.customer_id)
    schedule, at = state.schedule, call.moment.at
    run = ClaimedRun(state.customer_id, run_id, schedule.requested_trigger or "scheduled", at)
    begun = begin_run(state.customer_id, schedule, run, _WORKER, at + LEASE, state.tries, call)
    version = credential.current
    if version is not None:
        begun += log_access(credential, version, Access(action="sync"), call)
    state = replace(state.after(begun), tries=state.tries + 1)
    reading = read(run_id, broken=broken)
    end = at + reading.takes
    ending = later(end)
    if reading.failure is not None:
        patience = patience_of(CustomerSettings(state.customer_id, dict(state.settings)))
        ended = end_failed(state.schedule, run, reading.failure, reading.api_calls, patience, ending)
        return Done(begun + ended, state.after(ended), end)
    state = replace(state, tries=0, changes=state.changes + reading.changes)
    found = workflows_of(state.customer_id, state.changes)
    place = state.tenant_id, state.customer_id
    kept = store_workflows(place, found, state.workflows, Filters(), end)
    ended = end_succeeded(state.schedule, run, reading.api_calls, kept.records, ending)
    known = {each.workflow_id: Known(fields_of(each)) for each in found}
    return Done(begun + kept.changes + ended, replace(state.after(ended), workflows=known), end)
