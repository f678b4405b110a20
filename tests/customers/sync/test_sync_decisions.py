"""Decisions about schedules and runs, without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerscope.customers import Call, Decision, Moment, Refused
from ledgerscope.customers.sync.runs import Failure, Patience, begin_run, end_failed, end_succeeded
from ledgerscope.customers.sync.schedules import pause, request_now, resume, set_frequency
from ledgerscope.customers.sync.state import ClaimedRun, Schedule, Synchronised
from ledgerscope.customers.sync.timing import FIRST_WAIT
from ledgerscope.customers.sync.workflows import Filters, Known, fields_of, store_workflows
from ledgerscope.customers.zuora import Workflow
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, JobRun, StoredWorkflow, SyncRun, SyncSchedule

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
SCHEDULE = Schedule(
    frequency="daily", status="active", next_due_at=NOW + HOUR, last_attempt_at=NOW - 23 * HOUR
)
NEW = Synchronised("c")
KNOWN = Synchronised("c", SCHEDULE)
PAUSED = Synchronised("c", replace(SCHEDULE, status="paused"))
GONE = Synchronised("c", SCHEDULE, deleted=True)
RUN = ClaimedRun("c", "run", "scheduled", NOW - timedelta(seconds=30))
PATIENCE = Patience(3, timedelta(days=1))


def schedule_of(decision: Decision) -> dict[str, Any]:
    assert isinstance(decision, Changes), decision
    (values,) = (row.values for row in decision.rows if isinstance(row, Update) and row.kind is SyncSchedule)
    return dict(values)


def told(decision: Decision) -> list[tuple[str, dict[str, str]]]:
    assert isinstance(decision, Changes), decision
    assert sum(isinstance(row, AuditEntry) for row in decision.rows) == 1
    return [(event.event_type, json.loads(event.labels)) for event in decision.events]


def test_a_first_schedule_is_due_at_once_for_an_initial_run() -> None:
    decided = set_frequency(NEW, "weekly", CALL)
    assert told(decided) == [("SyncScheduled", {"frequency": "weekly"})]
    assert isinstance(decided, Changes)
    expected = SyncSchedule("acme", "c", "weekly", "active", NOW, None, None, 0, None, "initial")
    assert decided.rows[0] == expected


def test_a_new_frequency_holds_from_the_last_start_on() -> None:
    assert set_frequency(KNOWN, "daily", CALL) == Changes()
    assert schedule_of(set_frequency(KNOWN, "hourly", CALL))["next_due_at"] == NOW, "it has passed"
    later = schedule_of(set_frequency(KNOWN, "weekly", CALL))["next_due_at"]
    assert NOW + timedelta(days=2) < later < NOW + timedelta(days=11)


@pytest.mark.parametrize("act", [pause, resume, lambda c, call: request_now(c, "manual", call)])
def test_a_customer_that_is_deleted_or_has_no_schedule_is_refused(act: Any) -> None:
    assert isinstance(act(NEW, CALL), Refused)
    assert isinstance(act(GONE, CALL), Refused)


def test_pausing_and_resuming() -> None:
    assert schedule_of(pause(KNOWN, CALL)) == {"status": "paused"}
    assert told(pause(KNOWN, CALL)) == [("SyncPaused", {})]
    assert pause(PAUSED, CALL) == Changes()
    assert schedule_of(resume(PAUSED, CALL)) == {
        "status": "active", "backoff": 0, "next_due_at": NOW + HOUR,
    }, "as before, where that is still to come"  # fmt: skip
    assert resume(KNOWN, CALL) == Changes()


def test_a_pause_is_no_waiting() -> None:
    """The job of the next run is enqueued when it was due: from the resumption on."""
    long_ago = replace(SCHEDULE, status="paused", next_due_at=NOW - 1_000 * HOUR)
    assert schedule_of(resume(Synchronised("c", long_ago), CALL))["next_due_at"] == NOW


def test_a_request_is_due_at_once_also_in_error_but_not_while_paused() -> None:
    error = Synchronised("c", replace(SCHEDULE, status="error"))
    for customer in (KNOWN, error):
        decided = request_now(customer, "bulk", CALL)
        assert schedule_of(decided) == {"requested_trigger": "bulk", "next_due_at": NOW}
        assert told(decided) == [("SyncRequested", {"trigger": "bulk"})]
    assert isinstance(request_now(PAUSED, "bulk", CALL), Refused)
    asked = Synchronised("c", replace(SCHEDULE, requested_trigger="manual"))
    assert request_now(asked, "bulk", CALL) == Changes()


def test_a_run_begins_with_a_claim_a_row_and_a_job() -> None:
    until = NOW + timedelta(minutes=2)
    run = ClaimedRun("c", "run", "initial", NOW)
    due = replace(SCHEDULE, next_due_at=NOW - HOUR)
    decided = begin_run("c", due, run, "host:1", until, 2, CALL)
    claim = schedule_of(decided)
    assert (claim["last_attempt_at"], claim["claimed_until"], claim["requested_trigger"]) == (
        NOW,
        until,
        None,
    )
    assert told(decided) == [("SyncStarted", {"trigger": "initial"})]
    assert SyncRun("acme", "run", "c", "initial", None, None, 0, 0, NOW, None) in decided.rows
    (job,) = (row for row in decided.rows if isinstance(row, JobRun))
    assert (job.queue, job.state, job.attempt, job.enqueued_at) == ("sync", "running", 3, NOW - HOUR)


def test_a_success_moves_the_last_success_and_ends_the_error() -> None:
    broken = replace(SCHEDULE, status="error", failures=4)
    decided = end_succeeded(broken, RUN, 3, 12, CALL)
    values = schedule_of(decided)
    assert (values["status"], values["backoff"], values["last_success_at"]) == ("active", 0, RUN.started_at)
    assert values["claimed_run_id"] is None
    assert NOW + 11 * HOUR < values["next_due_at"] < NOW + 37 * HOUR
    assert told(decided) == [
        ("SyncSucceeded", {"trigger": "scheduled"}),
        ("JobFinished", {"queue": "sync", "job_name": "sync-customer", "status": "completed"}),
    ]
    assert [event.duration_ms for event in decided.events] == [30_000, 30_000]


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [(0, "active", "active"), (1, "active", "active"), (2, "active", "error"), (9, "error", "error"),
     (9, "paused", "paused")],
)  # fmt: skip
def test_failures_in_a_row_end_in_error_which_is_tried_again(before: int, status: str, after: str) -> None:
    schedule = replace(SCHEDULE, failures=before, status=status)
    decided = end_failed(schedule, RUN, Failure("timeout"), 2, PATIENCE, CALL)
    values = schedule_of(decided)
    assert (values["status"], values["backoff"], values["last_error_class"]) == (after, before + 1, "timeout")
    assert "last_success_at" not in values
    assert NOW < values["next_due_at"] <= NOW + timedelta(days=1)
    assert told(decided)[0] == ("SyncFailed", {"trigger": "scheduled", "error_class": "timeout"})


@pytest.mark.parametrize(
    ("error", "before", "failures", "at_once"),
    [("stopped", 0, 0, True), ("stopped", 5, 5, True), ("abandoned", 0, 1, True), ("abandoned", 1, 2, False),
     ("timeout", 0, 1, False)],
)  # fmt: skip
def test_what_ended_with_the_process_is_due_at_once(
    error: str, before: int, failures: int, at_once: bool
) -> None:
    decided = end_failed(replace(SCHEDULE, failures=before), RUN, Failure(error), 0, PATIENCE, CALL)
    values = schedule_of(decided)
    assert values["backoff"] == failures
    assert (values["next_due_at"] == NOW) == at_once


def test_a_request_during_a_run_is_due_at_its_end() -> None:
    asked = replace(SCHEDULE, requested_trigger="manual")
    assert schedule_of(end_succeeded(asked, RUN, 1, 1, CALL))["next_due_at"] == NOW
    assert schedule_of(end_failed(asked, RUN, Failure("timeout"), 1, PATIENCE, CALL))["next_due_at"] == NOW


def test_the_wait_is_that_of_the_customer() -> None:
    decided = end_failed(replace(SCHEDULE, failures=50), RUN, Failure("timeout"), 1, PATIENCE, CALL)
    assert schedule_of(decided)["next_due_at"] == NOW + timedelta(days=1)
    short = Patience(3, FIRST_WAIT)
    decided = end_failed(replace(SCHEDULE, failures=50), RUN, Failure("timeout"), 1, short, CALL)
    assert schedule_of(decided)["next_due_at"] == NOW + FIRST_WAIT


def flow(workflow_id: str, name: str = "Billing", state: str = "Active") -> Workflow:
    return Workflow(workflow_id=workflow_id, name=name, state=state, triggers=("callout", "scheduled"))


def test_workflows_are_new_changed_gone_and_back() -> None:
    known = {
        "same": Known(fields_of(flow("same"))),
        "other": Known(fields_of(flow("other", "Old"))),
        "gone": Known(fields_of(flow("gone"))),
        "long gone": Known(fields_of(flow("long gone")), NOW - HOUR),
        "back": Known(fields_of(flow("back")), NOW - HOUR),
    }
    read = [flow("same"), flow("other"), flow("back"), flow("new")]
    kept = store_workflows(("acme", "c"), read, known, Filters(), NOW)
    done = {
        (row.workflow_id if isinstance(row, StoredWorkflow) else row.key[2]): row
        for row in kept.changes.rows
        if isinstance(row, StoredWorkflow | Update)
    }
    assert kept.records == 4
    assert set(done) == {"other", "gone", "back", "new"}
    assert isinstance(done["new"], StoredWorkflow)
    assert done["new"].triggers == "callout scheduled"
    assert done["gone"] == Update(StoredWorkflow, ("acme", "c", "gone"), {"gone_at": NOW})
    assert isinstance(done["back"], Update)
    assert done["back"].values["gone_at"] is None


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(), 3),
        (Filters(states=("Active",)), 2),
        (Filters(name_contains="bill"), 2),
        (Filters(("Draft",), "BILL"), 1),
    ],
)
def test_what_the_customer_does_not_want_is_not_kept(filters: Filters, kept: int) -> None:
    read = [flow("1"), flow("2", state="Draft"), flow("3", "Dunning")]
    assert store_workflows(("acme", "c"), read, {}, filters, NOW).records == kept
