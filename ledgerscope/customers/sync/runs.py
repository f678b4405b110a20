"""Runs: begun by a claim, and ended by what came of them, which says when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.sync.schedules import place_of
from ledgerscope.customers.sync.timing import back_off_until, next_due_at
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import JobRun, SyncRun, SyncSchedule, derive_id

if TYPE_CHECKING:
    from ledgerscope.customers.decision import Call
    from ledgerscope.customers.sync.state import ClaimedRun, Schedule
    from ledgerscope.store.records import Event, Id

__all__ = [
    "JOB_NAME",
    "OWN_FAULTS",
    "QUEUE",
    "Failure",
    "Patience",
    "begin_run",
    "end_failed",
    "end_succeeded",
    "job_run_id_of",
]

QUEUE: Final = "sync"
JOB_NAME: Final = "sync-customer"
OWN_FAULTS: Final = ("abandoned", "stopped")
"""Error classes that say nothing of the outside system: the process that ran it ended."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed, and how long the outside system asked to wait."""

    error_class: str
    retry_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Patience:
    """From how many failures in a row a schedule is in error, and the longest wait after them."""

    error_after: int
    longest: timedelta


def job_run_id_of(run_id: Id) -> Id:
    """The try of a background job that a run is."""
    return derive_id(run_id, "job")


def begin_run(
    customer_id: Id, schedule: Schedule, run: ClaimedRun, worker: str, until: datetime, tries: int, call: Call
) -> Changes:
    """The schedule claimed until an instant, and the run that it is claimed for.

    `tries` are runs since the last success: all tries up to the next success are one background job.
    """
    tenant_id, at = call.moment.tenant_id, call.moment.at
    claim = Update(
        SyncSchedule, (tenant_id, customer_id),
        {
            "last_attempt_at": at, "requested_trigger": None, "claimed_run_id": run.run_id,
            "claimed_by": worker, "claimed_until": until,
        },
    )  # fmt: skip
    job_id = derive_id("sync", tenant_id, customer_id, schedule.last_success_at or "never")
    rows = (
        claim,
        SyncRun(tenant_id, run.run_id, customer_id, run.trigger, None, None, 0, 0, at, None),
        JobRun(
            tenant_id, job_run_id_of(run.run_id), job_id, QUEUE, JOB_NAME, "running", tries + 1,
            min(schedule.next_due_at, at), at, at,
        ),
        call.audit("sync.started", customer_id, run=run.run_id, trigger=run.trigger),
    )  # fmt: skip
    return Changes(rows, (call.event(EventType.SYNC_STARTED, run.trigger, customer_id=customer_id),))


def end_succeeded(schedule: Schedule, run: ClaimedRun, api_calls: int, records: int, call: Call) -> Changes:
    """The run succeeded: the next is due by the frequency, or at once where it was asked for meanwhile."""
    at, place = call.moment.at, place_of(call.moment.tenant_id, run.customer_id)
    due = next_due_at(place, schedule.frequency, run.started_at)
    values = {
        "last_success_at": run.started_at,
        "backoff": 0,
        "last_error_class": None,
        "status": "paused" if schedule.status == "paused" else "active",
        "next_due_at": at if schedule.requested_trigger else due,
    }
    audit = call.audit(
        "sync.succeeded", run.customer_id, run=run.run_id, api_calls=api_calls, records=records
    )
    event = call.event(
        EventType.SYNC_SUCCEEDED, run.trigger, customer_id=run.customer_id, duration_ms=_took(run, call)
    )
    ended = _ended(run, None, api_calls, records, values, call)
    return Changes((*ended, audit), (event, _job_finished(run, "completed", call)))


def end_failed(
    schedule: Schedule, run: ClaimedRun, failure: Failure, api_calls: int, patience: Patience, call: Call
) -> Changes:
    """The run failed: the next one is due after a wait that grows with failures in a row, but always is.

    A run that was stopped counts as no failure and is due at once, and so is the first that was abandoned.
    """
    error = failure.error_class
    failures = schedule.failures + (error != "stopped")
    values = {
        "backoff": failures,
        "last_error_class": error,
        "status": _status_after(schedule, failures, patience),
        "next_due_at": _due_after(schedule, run, failure, failures, patience, call),
    }
    audit = call.audit("sync.failed", run.customer_id, run=run.run_id, error_class=error, api_calls=api_calls)
    event = call.event(
        EventType.SYNC_FAILED, run.trigger, error, customer_id=run.customer_id, duration_ms=_took(run, call)
    )
    ended = _ended(run, error, api_calls, 0, values, call)
    return Changes((*ended, audit), (event, _job_finished(run, "failed", call)))


def _status_after(schedule: Schedule, failures: int, patience: Patience) -> str:
    if schedule.status == "paused":
        return "paused"
    return "error" if failures >= patience.error_after else schedule.status


def _due_after(
    schedule: Schedule, run: ClaimedRun, failure: Failure, failures: int, patience: Patience, call: Call
) -> datetime:
    at = call.moment.at
    again = failure.error_class == "stopped" or (failure.error_class == "abandoned" and failures == 1)
    if again or schedule.requested_trigger is not None:
        return at
    return back_off_until(
        place_of(call.moment.tenant_id, run.customer_id), schedule.frequency, failures, at,
        longest=patience.longest, asked=failure.retry_after,
    )  # fmt: skip


def _ended(
    run: ClaimedRun, error: str | None, api_calls: int, records: int, values: dict[str, object], call: Call
) -> tuple[Update, Update, Update]:
    tenant_id, at = call.moment.tenant_id, call.moment.at
    free = {"claimed_run_id": None, "claimed_by": None, "claimed_until": None}
    return (
        Update(SyncSchedule, (tenant_id, run.customer_id), {**values, **free}),
        Update(
            SyncRun, (tenant_id, run.run_id),
            {
                "outcome": "failure" if error else "success", "error_class": error, "api_calls": api_calls,
                "records": records, "finished_at": at,
            },
        ),
        Update(
            JobRun, (tenant_id, job_run_id_of(run.run_id)),
            {
                "state": "failed" if error else "succeeded", "heartbeat_at": at, "finished_at": at,
                "error_class": error,
            },
        ),
    )  # fmt: skip


def _job_finished(run: ClaimedRun, status: str, call: Call) -> Event:
    return call.event(EventType.JOB_FINISHED, QUEUE, JOB_NAME, status, duration_ms=_took(run, call))


def _took(run: ClaimedRun, call: Call) -> int:
    return max((call.moment.at - run.started_at) // timedelta(milliseconds=1), 0)
