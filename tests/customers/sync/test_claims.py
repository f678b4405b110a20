"""Claims of due work, on PostgreSQL, with time that is told to move."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.customers import Refused
from ledgerscope.customers.operations import Note
from ledgerscope.customers.settings import Settings
from ledgerscope.customers.sync import LEASE, Claimed, Claims, Failure, Syncs
from ledgerscope.customers.zuora import Workflow
from tests.customers.sync.conftest import FLOWS, ended, inconsistencies

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Clock, Ledger

STATE = """
    select status, backoff, last_error_class, last_attempt_at, last_success_at, next_due_at, claimed_by
    from sync_schedule
"""


def taken(claims: Claims, most: int = 1) -> Claimed:
    claimed = claims.claim(most)
    assert isinstance(claimed, Claimed), claimed
    return claimed


def test_a_due_customer_is_claimed_once_and_recorded(
    claims: Claims, operations: Operations, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    northwind = scheduled()
    (claim,) = taken(claims, 5).claims
    assert claim.customer_id == northwind
    assert taken(Claims(operations, "worker-2"), 5) == Claimed([], 0)
    began = clock.now
    clock.forward(seconds=30)
    done = ended(claims.succeed(claim, FLOWS, 3))
    assert (done.outcome, done.records) == ("success", 2)
    (state,) = ledger.rows(STATE)
    assert (state.status, state.backoff, state.last_attempt_at, state.last_success_at, state.claimed_by) == (
        "active", 0, began, began, None,
    )  # fmt: skip
    assert began + timedelta(minutes=30) <= state.next_due_at < began + timedelta(minutes=90)
    (run,) = ledger.rows("select trigger, outcome, api_calls, records, finished_at from sync_run")
    assert tuple(run) == ("initial", "success", 3, 2, clock.now)
    assert inconsistencies(ledger) == []
    assert isinstance(claims.succeed(claim, FLOWS, 3), Refused), "it has ended"


def test_a_failure_moves_the_attempt_but_not_the_success_and_is_tried_again(
    claims: Claims, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    scheduled()
    claims.succeed(taken(claims).claims[0], FLOWS, 1)
    succeeded = clock.now
    statuses = []
    for _ in range(4):
        clock.forward(hours=2)
        (claim,) = taken(claims).claims
        ended(claims.fail(claim, Failure("timeout"), 2))
        (state,) = ledger.rows(STATE)
        statuses.append(state.status)
        assert (state.last_success_at, state.last_attempt_at) == (succeeded, clock.now)
        assert clock.now < state.next_due_at <= clock.now + timedelta(hours=1)
        assert taken(claims) == Claimed([], 0), "not due yet"
    assert statuses == ["active", "active", "error", "error"]
    assert ledger.count("workflow") == 2, "what was read before stays"
    clock.forward(hours=2)
    claims.succeed(taken(claims).claims[0], FLOWS, 1)
    (state,) = ledger.rows(STATE)
    assert (state.status, state.backoff, state.last_error_class) == ("active", 0, None)
    jobs = ledger.rows("select job_id, attempt, state from job_run order by started_at")
    assert [(row.attempt, row.state) for row in jobs] == [
        (1, "succeeded"), (1, "failed"), (2, "failed"), (3, "failed"), (4, "failed"), (5, "succeeded"),
    ]  # fmt: skip
    assert len({row.job_id for row in jobs}) == 2
    assert inconsistencies(ledger) == []


def test_a_claim_without_a_sign_of_life_ends_and_its_customer_is_due_again(
    claims: Claims, operations: Operations, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    scheduled()
    (lost,) = taken(claims).claims
    clock.forward(seconds=LEASE.total_seconds() - 1)
    assert claims.beat([lost]) == {lost.run_id}
    clock.forward(seconds=LEASE.total_seconds() - 1)
    other = Claims(operations, "worker-2")
    assert taken(other) == Claimed([], 0), "it gave a sign of life"
    clock.forward(seconds=1)
    assert taken(other) == Claimed([], 1)
    (again,) = taken(other).claims
    assert claims.beat([lost]) == frozenset()
    assert isinstance(claims.succeed(lost, FLOWS, 1), Refused)
    assert isinstance(claims.fail(lost, Failure("timeout"), 1), Refused)
    assert ended(other.succeed(again, FLOWS, 1)).outcome == "success"
    runs = ledger.rows("select outcome, error_class from sync_run order by started_at")
    assert [tuple(row) for row in runs] == [("failure", "abandoned"), ("success", None)]
    assert inconsistencies(ledger) == []


def test_what_kills_its_worker_again_and_again_waits_longer_each_time(
    claims: Claims, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    scheduled()
    waits = []
    for _ in range(3):
        taken(claims)
        clock.forward(seconds=LEASE.total_seconds())
        assert taken(claims).abandoned == 1
        (state,) = ledger.rows(STATE)
        waits.append(state.next_due_at - clock.now)
        clock.now = state.next_due_at
    assert waits[0] == timedelta(0)
    assert timedelta(minutes=5) < waits[1] < waits[2]


def test_a_request_with_a_key_claims_and_ends_once(
    claims: Claims, scheduled: Callable[..., str], ledger: Ledger
) -> None:
    scheduled()
    claimed = claims.claim(1, Note(key="claim"))
    assert isinstance(claimed, Claimed)
    (claim,) = claimed.claims
    first = claims.succeed(claim, FLOWS, 1, Note(key="end"))
    assert claims.succeed(claim, FLOWS, 1, Note(key="end")) == first
    assert ledger.count("sync_run") == 1


def test_a_request_during_a_run_is_followed_by_another_run(
    claims: Claims, syncs: Syncs, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    northwind = scheduled()
    (claim,) = taken(claims).claims
    clock.forward(seconds=1)
    syncs.request_now(northwind)
    assert taken(claims) == Claimed([], 0)
    claims.succeed(claim, FLOWS, 1)
    (again,) = taken(claims).claims
    claims.succeed(again, FLOWS, 1)
    runs = ledger.rows("select trigger from sync_run order by started_at")
    assert [row.trigger for row in runs] == ["initial", "manual"]


def test_a_paused_customer_is_not_claimed_and_stays_paused_at_the_end_of_its_run(
    claims: Claims, syncs: Syncs, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    northwind = scheduled()
    (claim,) = taken(claims).claims
    syncs.pause(northwind)
    claims.succeed(claim, FLOWS, 1)
    (state,) = ledger.rows(STATE)
    assert state.status == "paused"
    clock.forward(days=9)
    assert taken(claims) == Claimed([], 0)


def test_the_longest_due_comes_first(claims: Claims, scheduled: Callable[..., str], clock: Clock) -> None:
    customers = []
    for name in ("A", "B", "C"):
        customers.append(scheduled(name))
        clock.forward(seconds=1)
    assert [each.customer_id for each in taken(claims, 2).claims] == customers[:2]
    assert [each.customer_id for each in taken(claims, 2).claims] == customers[2:]


def test_workflows_follow_the_filters_and_are_removed_when_long_gone(
    claims: Claims,
    syncs: Syncs,
    operations: Operations,
    scheduled: Callable[..., str],
    ledger: Ledger,
    clock: Clock,
) -> None:
    northwind = scheduled()
    claims.succeed(taken(claims).claims[0], FLOWS, 1)
    Settings(operations).set(northwind, {"workflows.states": ["Active"], "retention.gone_workflows_days": 1})
    shown = []
    for _ in range(2):
        clock.forward(days=2)
        changed = Workflow(workflow_id="1", name="Billing anew", state="Active")
        claims.succeed(taken(claims).claims[0], (changed, FLOWS[1]), 1)
        shown.append(
            [
                (row.name, row.gone_at is None)
                for row in ledger.rows("select name, gone_at from workflow order by workflow_id")
            ]
        )
    assert shown == [[("Billing anew", True), ("Dunning", False)], [("Billing anew", True)]]


def test_many_workflows_are_stored(claims: Claims, scheduled: Callable[..., str], ledger: Ledger) -> None:
    scheduled()
    read = [Workflow(workflow_id=str(n), name=f"W\u00e4hrung {n}", state="Active") for n in range(450)]
    assert ended(claims.succeed(taken(claims).claims[0], read, 9)).records == 450
    assert ledger.count("workflow") == 450


def test_so_many_can_be_claimed_at_once(claims: Claims) -> None:
    for most in (0, 101):
        assert isinstance(claims.claim(most), Refused)
