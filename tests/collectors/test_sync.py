"""Synchronisation: the schedule tells of now, runs and events of earlier instants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from collectors.sync import SyncCollector
from ledgerscope.store import tables as t
from tests.collectors.books import Books, at

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.collectors.books import Labels

CUSTOMERS, OVERDUE = "customer_sync_customers", "customer_sync_overdue_customers"
LAST = "customer_sync_last_success_timestamp_seconds"


def schedule(books: Books, customer_id: UUID, **more: Any) -> None:
    row = {"frequency": "daily", "status": "active", "next_due_at": at(0)} | more
    books.add(
        t.sync_schedule,
        **{"tenant_id": "acme", "last_attempt_at": None, "last_success_at": None, **row},
        customer_id=customer_id,
    )


def run(
    books: Books, customer_id: UUID, start: datetime, outcome: str = "success", error: str = "timeout"
) -> None:
    books.add(
        t.sync_run,
        tenant_id="acme",
        sync_run_id=uuid4(),
        customer_id=customer_id,
        trigger="scheduled",
        outcome=outcome,
        error_class=None if outcome == "success" else error,
        started_at=start,
        finished_at=start,
    )


def turn(books: Books, customer_id: UUID, event_type: str, when: datetime) -> None:
    row = {"event_type": event_type, "occurred_at": when, "labels": {}}
    books.add(t.event, tenant_id="acme", customer_id=customer_id, **row)


def by_status(active: int = 0, paused: int = 0, error: int = 0) -> dict[Labels, float]:
    counts = {"active": active, "paused": paused, "error": error}
    return {("acme", status): n for status, n in counts.items()}


def test_without_schedules_nobody_is_synchronised(books: Books) -> None:
    books.tenant()
    found = books.read(SyncCollector())
    assert (found[CUSTOMERS], found[OVERDUE]) == (by_status(), {("acme",): 0})
    assert not found.get(LAST)


def test_what_the_schedule_says_holds_where_nothing_came_after(books: Books) -> None:
    books.tenant()
    for status in ("active", "paused", "error"):
        customer = books.customer()
        schedule(books, customer, status=status, last_attempt_at=at(-3), last_success_at=at(-3))
        run(books, customer, at(-3))
    gone = books.customer(deleted_at=at(-1))
    schedule(books, gone, last_attempt_at=at(-3), last_success_at=at(-3))
    found = books.read(SyncCollector())
    assert found[CUSTOMERS] == by_status(1, 1, 1)
    assert found[OVERDUE] == {("acme",): 2}
    assert found[LAST] == {("acme",): at(-3).timestamp()}


def test_a_customer_is_overdue_after_more_than_two_intervals(books: Books) -> None:
    books.tenant()
    for frequency, days in (("hourly", 1 / 12), ("daily", 2), ("weekly", 14)):
        for more in (0, 0.001):
            when = at(-days - more)
            schedule(books, books.customer(), frequency=frequency, last_attempt_at=when, last_success_at=when)
    assert books.read(SyncCollector())[OVERDUE] == {("acme",): 3}


def test_a_customer_that_was_never_tried_counts_from_when_it_was_due(books: Books) -> None:
    books.tenant()
    schedule(books, books.customer(), next_due_at=at(-3))
    assert books.read(SyncCollector())[OVERDUE] == {("acme",): 1}
    assert books.read(SyncCollector(), at(-4))[CUSTOMERS] == by_status()


def test_runs_tell_of_earlier_instants(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    schedule(books, customer, last_attempt_at=at(-1), last_success_at=at(-1))
    run(books, customer, at(-9))
    for failed in (-7, -6, -5):
        run(books, customer, at(failed), "failure")
    run(books, customer, at(-4.5), "failure", "stopped")
    run(books, customer, at(-1))
    collector = SyncCollector()
    assert books.read(collector)[CUSTOMERS] == by_status(active=1)
    for passed, expected, late in ((-10, by_status(), 0), (-8, by_status(1), 0), (-6, by_status(1), 1)):
        found = books.read(SyncCollector(), at(passed))
        assert (found[CUSTOMERS], found[OVERDUE]) == (expected, {("acme",): late})
    found = books.read(SyncCollector(), at(-4))
    assert (found[CUSTOMERS], found[OVERDUE]) == (by_status(error=1), {("acme",): 1})
    assert found[LAST] == {("acme",): at(-9).timestamp()}


def test_pauses_and_resumptions_tell_of_earlier_instants(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    schedule(books, customer, status="paused", last_attempt_at=at(-9), last_success_at=at(-9))
    run(books, customer, at(-9))
    for event_type, days in (("SyncPaused", -8), ("SyncResumed", -6), ("SyncPaused", -4)):
        turn(books, customer, event_type, at(days))
    for moment, expected in (
        (-8.5, by_status(active=1)),
        (-7, by_status(paused=1)),
        (-5, by_status(active=1)),
        (-3, by_status(paused=1)),
    ):
        assert books.read(SyncCollector(), at(moment))[CUSTOMERS] == expected
