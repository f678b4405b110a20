"""Operations on synchronisation, on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.access.permissions import ROLES
from ledgerscope.customers.lifecycle import Customers
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.settings import Settings
from ledgerscope.customers.sync import (
    Claims,
    Failure,
    Figures,
    Health,
    ListRuns,
    ListSchedules,
    ListWorkflows,
    RequestedMany,
    ScheduleView,
    SyncDone,
    Syncs,
)
from tests.customers.sync.conftest import FLOWS, ended, inconsistencies

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from ledgerscope.customers.sync import Claim
    from tests.customers.conftest import Clock, Ledger


def view(syncs: Syncs, customer_id: str) -> ScheduleView:
    found = syncs.status(customer_id)
    assert isinstance(found, ScheduleView), found
    return found


def claim(claims: Claims) -> Claim:
    claimed = claims.claim()
    assert not isinstance(claimed, Refused)
    (one,) = claimed.claims
    return one


def health(syncs: Syncs, customer_id: str) -> Health:
    found = syncs.health(customer_id)
    assert isinstance(found, Health), found
    return found


def test_a_schedule_is_made_changed_paused_resumed_and_asked_for(
    syncs: Syncs, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    northwind = scheduled(frequency="daily")
    assert syncs.schedule(northwind, "daily") == SyncDone(northwind, changed=False)
    assert syncs.schedule(northwind, "weekly") == SyncDone(northwind, changed=True)
    assert syncs.pause(northwind) == SyncDone(northwind, changed=True)
    refused = syncs.request_now(northwind)
    assert isinstance(refused, Refused)
    assert "paused; resume it first" in refused.reason
    assert syncs.resume(northwind, Note(key="r")) == SyncDone(northwind, changed=True)
    assert syncs.resume(northwind, Note(key="r")) == SyncDone(northwind, changed=True)
    assert syncs.resume(northwind) == SyncDone(northwind, changed=False)
    shown = view(syncs, northwind)
    assert (shown.frequency, shown.status, shown.next_due_at) == ("weekly", "active", clock.now)
    actions = ledger.rows("select action from audit_log where action like 'sync.%' order by seq")
    assert [row.action for row in actions] == [
        "sync.scheduled", "sync.scheduled", "sync.paused", "sync.resumed",
    ]  # fmt: skip
    events = ledger.rows("select event_type from event where event_type like 'Sync%' order by event_id")
    assert [row.event_type for row in events] == [
        "SyncScheduled", "SyncScheduled", "SyncPaused", "SyncResumed",
    ]  # fmt: skip


def test_many_are_asked_for_at_once_or_none(
    syncs: Syncs, scheduled: Callable[..., str], claims: Claims
) -> None:
    first, second, third = (scheduled(name) for name in ("A", "B", "C"))
    for _ in range(3):
        claims.succeed(claim(claims), (), 1)
    syncs.pause(second)
    syncs.request_now(third)
    done = syncs.request_many([first, second, third], Note(key="bulk"))
    assert done == RequestedMany([first], [third], [second])
    assert syncs.request_many([third, second, first], Note(key="bulk")) == done
    refused = syncs.request_many([first, "0" * 32])
    assert isinstance(refused, Refused)
    assert refused.fault == Fault.NOT_FOUND


def test_lists_lead_on_page_by_page(
    syncs: Syncs, scheduled: Callable[..., str], claims: Claims, clock: Clock
) -> None:
    customers = []
    for number in range(5):
        customers.append(scheduled(f"Customer {number}"))
        clock.forward(minutes=1)
    syncs.pause(customers[3])
    seen, cursor = [], None
    while True:
        page = syncs.list(ListSchedules(limit=2, cursor=cursor))
        assert not isinstance(page, Refused)
        seen += [each.customer_id for each in page.schedules]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == customers
    paused = syncs.list(ListSchedules(status="paused"))
    assert not isinstance(paused, Refused)
    assert [each.customer_id for each in paused.schedules] == [customers[3]]
    claims.succeed(claim(claims), FLOWS, 2)
    claims.fail(claim(claims), Failure("timeout"), 1)
    runs = syncs.runs(ListRuns(outcome="failure"))
    assert not isinstance(runs, Refused)
    assert [each.error_class for each in runs.runs] == ["timeout"]
    first = syncs.workflows(customers[0], ListWorkflows(limit=1))
    assert not isinstance(first, Refused)
    second = syncs.workflows(customers[0], ListWorkflows(limit=1, cursor=first.next_cursor))
    assert not isinstance(second, Refused)
    assert {first.workflows[0].name, second.workflows[0].name} == {"Billing", "Dunning"}
    assert second.next_cursor is None
    for faulty in (syncs.list(ListSchedules(status="x")), syncs.runs(ListRuns(customer_id="x"))):
        assert isinstance(faulty, Refused)


def test_figures_and_score_follow_the_runs(
    syncs: Syncs, scheduled: Callable[..., str], claims: Claims, operations: Operations, clock: Clock
) -> None:
    clock.now = datetime(2026, 2, 28, 22, 30, tzinfo=UTC)  # still February in Vienna
    northwind = scheduled()
    before = health(syncs, northwind)
    assert (before.score, before.is_low) == (None, False)
    claims.succeed(claim(claims), FLOWS, 100)
    clock.forward(hours=1)  # March there
    syncs.request_now(northwind)
    claims.fail(claim(claims), Failure("timeout"), 7)
    syncs.request_now(northwind)
    clock.forward(minutes=1)
    claims.fail(claim(claims), Failure("stopped"), 5)
    shown = health(syncs, northwind)
    assert shown.figures == Figures(
        total_workflows=2,
        active_workflows=1,
        last_sync=datetime(2026, 2, 28, 22, 30, tzinfo=UTC),
        sync_success_rate=0.5,
        api_calls_this_month=12,
    )
    assert (shown.score, shown.is_low) == (0.8, False)
    Settings(operations).set(
        northwind, {"thresholds.health_score": 0.9, "thresholds.api_calls_per_month": 12}
    )
    shown = health(syncs, northwind)
    assert (shown.score, shown.is_low) == (0.6, True)
    clock.forward(days=31)
    assert health(syncs, northwind).score is None, "no run to judge by in the last 30 days"


def test_deletion_pauses_and_erasure_removes_what_was_read(
    syncs: Syncs, scheduled: Callable[..., str], claims: Claims, operations: Operations, ledger: Ledger
) -> None:
    northwind = scheduled()
    Settings(operations).set(northwind, {"webhooks.url": "https://jane-doe.example/in"})
    claims.succeed(claim(claims), FLOWS, 1)
    assert not isinstance(Customers(operations).delete(northwind, "closed"), Refused)
    assert view(syncs, northwind).status == "paused"
    assert isinstance(syncs.resume(northwind), Refused)
    assert not isinstance(Customers(operations).erase(northwind), Refused)
    workflows = ledger.rows("select name, description, gone_at from workflow")
    assert [(row.name, row.description, row.gone_at is None) for row in workflows] == [
        ("erased", None, False)
    ] * 2
    assert [row.value for row in ledger.rows("select value from customer_setting")] == [None]


def test_a_customer_erased_during_a_run_keeps_nothing_of_it(
    syncs: Syncs, scheduled: Callable[..., str], claims: Claims, operations: Operations, ledger: Ledger
) -> None:
    northwind = scheduled()
    running = claim(claims)
    assert not isinstance(Customers(operations).erase(northwind), Refused)
    assert ended(claims.succeed(running, FLOWS, 1)).error_class == "stopped"
    assert ledger.count("workflow") == 0
    assert view(syncs, northwind).status == "paused"
    assert inconsistencies(ledger) == []


@pytest.mark.parametrize("role", ["viewer", "accountant"])
def test_directing_and_running_take_permissions(
    role: str, app: Engine, scheduled: Callable[..., str], clock: Clock
) -> None:
    northwind = scheduled()
    caller = Caller(tenant_id="acme", actor="eve", permissions=ROLES[role])
    operations = Operations(app, caller, clock=clock)
    assert isinstance(Syncs(operations).status(northwind), ScheduleView)
    for refused in (
        Syncs(operations).pause(northwind),
        Syncs(operations).request_many([northwind]),
        Claims(operations, "w").claim(),
    ):
        assert isinstance(refused, Refused)
        assert refused.fault == Fault.FORBIDDEN


def test_another_company_sees_and_directs_nothing(
    operations_of: Callable[[str], Operations], scheduled: Callable[..., str], claims: Claims
) -> None:
    northwind = scheduled()
    running = claim(claims)
    other = Syncs(operations_of("bolt"))
    assert isinstance(other.status(northwind), Refused)
    assert isinstance(other.pause(northwind), Refused)
    assert isinstance(other.health(northwind), Refused)
    assert isinstance(other.workflows(northwind), Refused)
    page = other.list()
    assert not isinstance(page, Refused)
    assert page.schedules == ()
    theirs = Claims(operations_of("bolt"), "worker-2")
    assert theirs.beat([running]) == frozenset()
    assert isinstance(theirs.succeed(running, FLOWS, 1), Refused)
