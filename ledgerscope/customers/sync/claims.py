"""What a worker does: claims due work, says that it is alive, and records what came of each run.

A claim is a lease in the schedule's row. Whoever records the end of a run must still hold it, so that a run
is recorded once however often it was tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CursorResult, delete, func, or_, select, update

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.customers.sync.loading import (
    as_schedule,
    claimed_run,
    filters_of,
    hold_schedule,
    known_workflows,
    patience_of,
    settings_of_customer,
    tries_since,
)
from ledgerscope.customers.sync.runs import Failure, begin_run, end_failed, end_succeeded, job_run_id_of
from ledgerscope.customers.sync.state import ClaimedRun
from ledgerscope.customers.sync.workflows import store_workflows
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from ledgerscope.customers.zuora import Workflow
    from ledgerscope.store.records import Id

__all__ = ["LEASE", "Claim", "Claimed", "Claims", "Ended"]

LEASE: Final = timedelta(minutes=2)
"""How long a claim holds without a sign of life."""
_MOST: Final = 100
_NO_NOTE: Final = Note()
_LOST: Final = Refused("the claim of this run has ended: another process has recorded it", Fault.CONFLICT)


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is to be carried out, and its customer."""

    run_id: Id
    customer_id: Id


@dataclass(frozen=True, slots=True)
class Claimed:
    """Runs begun by one claim, and how many of others were found abandoned."""

    runs: list[dict[str, str]]
    abandoned: int

    @property
    def claims(self) -> list[Claim]:
        """The runs that are to be carried out."""
        return [Claim(**each) for each in self.runs]


@dataclass(frozen=True, slots=True)
class Ended:
    """A run as recorded: `success` or `failure` with its error class, and the workflows kept."""

    run_id: Id
    outcome: str
    error_class: str | None = None
    records: int = 0


@typed
class Claims:
    """The work of one company, for the process `worker`; claims hold for `lease` without a sign of life."""

    def __init__(self, operations: Operations, worker: str, *, lease: timedelta = LEASE) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id
        self._worker = worker
        self._lease = lease

    @property
    def operations(self) -> Operations:
        """The operations of the company."""
        return self._operations

    def claim(self, most: int = 1, note: Note = _NO_NOTE) -> Claimed | Refused:
        """Up to `most` due customers, the longest due first, each with a run begun. Writes SyncStarted.

        Runs whose claim has ended are recorded as failures of the class `abandoned` first; their customers
        are due again.
        """
        if not 1 <= most <= _MOST:
            return Refused(f"most: 1 to {_MOST}, not {most}", Fault.INVALID, "most")
        waiting = self._is_anything_to_do()
        if isinstance(waiting, Refused):
            return waiting
        if not waiting:
            return Claimed([], 0)

        def decide(connection: Connection, call: Call) -> Verdict[Claimed]:
            changes = Changes()
            ended = self._taken(connection, t.sync_schedule.c.claimed_until <= call.moment.at, _MOST)
            for row in ended:
                changes += self._abandoned(connection, row, call)
            due = self._taken(connection, _is_due(call.moment.at), most)
            runs = []
            for row in due:
                run, begun = self._begun(connection, row, call)
                changes += begun
                runs.append({"run_id": run.run_id, "customer_id": run.customer_id})
            return Verdict(changes, Claimed(runs, len(ended)))

        content = {"worker": self._worker, "most": most}
        return self._operations.write("sync.started", content, decide, returns=Claimed, note=note)

    def beat(self, claims: Collection[Claim]) -> frozenset[Id]:
        """Say that these runs are under way; returns those that are still claimed.

        No change of the company, so neither event nor audit entry tells it.
        """
        runs = [each.run_id for each in claims]
        c, job = t.sync_schedule.c, t.job_run.c
        with self._operations.unrecorded() as (connection, moment):
            until = moment.at + self._lease
            still = connection.execute(
                update(t.sync_schedule)
                .where(c.tenant_id == self._tenant_id, c.claimed_run_id.in_(runs))
                .values(claimed_until=func.greatest(c.claimed_until, until))
                .returning(c.claimed_run_id)
            ).scalars()
            held = frozenset(each.hex for each in still)
            jobs = [job_run_id_of(each) for each in held]
            connection.execute(
                update(t.job_run)
                .where(
                    job.tenant_id == self._tenant_id, job.job_run_id.in_(jobs),
                    job.finished_at.is_(None),
                )
                .values(heartbeat_at=func.greatest(job.heartbeat_at, moment.at))
            )  # fmt: skip
        return held

    def succeed(
        self, claim: Claim, read: Sequence[Workflow], api_calls: int, note: Note = _NO_NOTE
    ) -> Ended | Refused:
        """Store what was read, and record the success. Writes SyncSucceeded.

        A customer that was deleted meanwhile keeps nothing: its run is recorded as `stopped`.
        """

        def decision(connection: Connection, row: Row[Any], run: ClaimedRun, call: Call) -> Verdict[Ended]:
            if self._is_deleted(connection, run.customer_id):
                return self._failed(connection, row, run, Failure("stopped"), api_calls, call)
            settings = settings_of_customer(connection, self._tenant_id, run.customer_id)
            days: Any = settings.value("retention.gone_workflows_days")
            self._remove_gone(connection, run.customer_id, call.moment.at - timedelta(days=days))
            known = known_workflows(connection, self._tenant_id, run.customer_id)
            place = (self._tenant_id, run.customer_id)
            kept = store_workflows(place, read, known, filters_of(settings), call.moment.at)
            changes = end_succeeded(as_schedule(row), run, api_calls, kept.records, call)
            result = Ended(run.run_id, "success", records=kept.records)
            return Verdict(kept.changes + changes, result)

        content = {"run": claim.run_id, "api_calls": api_calls, "read": len(read)}
        return self._end("sync.succeeded", claim, content, decision, note)

    def fail(self, claim: Claim, failure: Failure, api_calls: int, note: Note = _NO_NOTE) -> Ended | Refused:
        """Record a failure, after which the customer is due again. Writes SyncFailed."""

        def decision(connection: Connection, row: Row[Any], run: ClaimedRun, call: Call) -> Verdict[Ended]:
            return self._failed(connection, row, run, failure, api_calls, call)

        content = {"run": claim.run_id, "error_class": failure.error_class, "api_calls": api_calls}
        return self._end("sync.failed", claim, content, decision, note)

    def _end(
        self,
        action: str,
        claim: Claim,
        content: dict[str, Any],
        decision: Callable[[Connection, Row[Any], ClaimedRun, Call], Verdict[Ended]],
        note: Note,
    ) -> Ended | Refused:
        customer_id, run_id = plain_id(claim.customer_id), plain_id(claim.run_id)

        def decide(connection: Connection, call: Call) -> Verdict[Ended] | Refused:
            row = hold_schedule(connection, self._tenant_id, customer_id)
            if row is None or row.claimed_run_id is None or row.claimed_run_id.hex != run_id:
                return _LOST
            return decision(connection, row, claimed_run(connection, self._tenant_id, run_id), call)

        return self._operations.write(action, content, decide, returns=Ended, note=note)

    @takes(Permission.SYNC_RUN)
    def _is_anything_to_do(self) -> bool:
        """Whether a claim would find anything, looked up without keeping others of the company waiting."""
        c = t.sync_schedule.c
        with self._operations.read() as connection:
            at = self._operations.moment(connection).at
            wanted = or_(c.claimed_until <= at, _is_due(at))
            found = select(c.customer_id).where(c.tenant_id == self._tenant_id, wanted).limit(1)
            return connection.execute(found).one_or_none() is not None

    def _taken(self, connection: Connection, wanted: ColumnElement[bool], most: int) -> Sequence[Row[Any]]:
        """Schedules, locked; those that somebody else holds are left to them."""
        c = t.sync_schedule.c
        query = (
            select(t.sync_schedule)
            .where(c.tenant_id == self._tenant_id, wanted)
            .order_by(c.next_due_at, c.customer_id)
            .limit(most)
        )
        return connection.execute(query.with_for_update(skip_locked=True)).all()

    def _abandoned(self, connection: Connection, row: Row[Any], call: Call) -> Changes:
        run = claimed_run(connection, self._tenant_id, row.claimed_run_id.hex)
        return self._failed(connection, row, run, Failure("abandoned"), 0, call).changes

    def _begun(self, connection: Connection, row: Row[Any], call: Call) -> tuple[ClaimedRun, Changes]:
        at, customer_id = call.moment.at, row.customer_id.hex
        run = ClaimedRun(
            customer_id, call.new_id("sync", customer_id), row.requested_trigger or "scheduled", at
        )
        tries = tries_since(connection, self._tenant_id, customer_id, row.last_success_at)
        until = at + self._lease
        return run, begin_run(customer_id, as_schedule(row), run, self._worker, until, tries, call)

    def _failed(
        self,
        connection: Connection,
        row: Row[Any],
        run: ClaimedRun,
        failure: Failure,
        api_calls: int,
        call: Call,
    ) -> Verdict[Ended]:
        patience = patience_of(settings_of_customer(connection, self._tenant_id, run.customer_id))
        changes = end_failed(as_schedule(row), run, failure, api_calls, patience, call)
        return Verdict(changes, Ended(run.run_id, "failure", failure.error_class))

    def _is_deleted(self, connection: Connection, customer_id: Id) -> bool:
        c = t.customer.c
        query = select(c.deleted_at).where(c.tenant_id == self._tenant_id, c.customer_id == customer_id)
        return connection.execute(query).scalar_one() is not None

    def _remove_gone(self, connection: Connection, customer_id: Id, before: datetime) -> CursorResult[Any]:
        c = t.workflow.c
        return connection.execute(
            delete(t.workflow).where(
                c.tenant_id == self._tenant_id, c.customer_id == customer_id, c.gone_at <= before
            )
        )


def _is_due(at: datetime) -> ColumnElement[bool]:
    """Due and unclaimed; not again at the very instant of its last start, as with a clock that is behind."""
    c = t.sync_schedule.c
    return (
        (c.status != "paused")
        & (c.next_due_at <= at)
        & c.claimed_run_id.is_(None)
        & or_(c.last_attempt_at.is_(None), c.last_attempt_at < at)
    )
