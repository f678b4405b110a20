"""Aging snapshots through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from collectors.aging import AgingCollector
from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.aging import (
    AccountAging,
    AgingPage,
    Agings,
    RefreshAging,
    RefreshedAging,
    Snapshot,
    SnapshotPage,
)
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Clock, Ledger

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
TODAY = date(2026, 3, 10)
ADA, BEN, CYD = "a" * 32, "b" * 32, "c" * 32


class Bookkeeping:
    """Writes documents with the owner's rights."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.count = 0

    def customer(self, customer_id: str) -> None:
        self._insert(
            t.customer, customer_id=customer_id, external_id=customer_id, name="x", status="active",
            currency="EUR", source="api", created_at=LONG_AGO, updated_at=LONG_AGO,
        )  # fmt: skip

    def invoice(self, customer_id: str, due: date, minor: int, currency: str = "EUR") -> None:
        self.count += 1
        invoice_id = f"{self.count:032x}"
        self._insert(
            t.invoice, invoice_id=invoice_id, customer_id=customer_id, number=f"I-{self.count}",
            status="open", kind="one_time", issued_on=date(2025, 12, 1), currency=currency,
            total_minor=minor, tax_minor=0,
        )  # fmt: skip
        self._insert(t.invoice_due, invoice_id=invoice_id, seq=1, due_on=due, amount_minor=minor)

    def payment(self, customer_id: str, received: date, minor: int) -> None:
        self.count += 1
        self._insert(
            t.payment, payment_id=f"{self.count:032x}", customer_id=customer_id, amount_minor=minor,
            currency="EUR", method="card", gateway="manual", received_on=received, received_at=LONG_AGO,
        )  # fmt: skip

    def _insert(self, table: Any, **values: Any) -> None:
        with self.ledger.owner.begin() as connection:
            connection.execute(insert(table).values(tenant_id="acme", **values))


@pytest.fixture
def books(ledger: Ledger) -> Bookkeeping:
    """Three customers: Ada owes in two currencies, Ben has paid too much, Cyd owes nothing."""
    made = Bookkeeping(ledger)
    for customer_id in (ADA, BEN, CYD):
        made.customer(customer_id)
    made.invoice(ADA, date(2026, 3, 10), 100)
    made.invoice(ADA, date(2026, 3, 9), 20)
    made.invoice(ADA, date(2025, 12, 9), 3)
    made.invoice(ADA, date(2026, 1, 9), 500, "JPY")
    made.payment(BEN, date(2026, 3, 10), 70)
    return made


@pytest.fixture
def agings(operations: Operations, books: Bookkeeping) -> Agings:
    return Agings(operations)


def refreshed(answer: object) -> RefreshedAging:
    assert isinstance(answer, RefreshedAging), answer
    return answer


def refused(answer: object) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


def page(answer: object) -> AgingPage:
    assert isinstance(answer, AgingPage), answer
    return answer


def history(answer: object) -> tuple[AccountAging, ...]:
    assert isinstance(answer, tuple), answer
    return answer


def buckets(one: AccountAging) -> dict[str, int]:
    return {bucket: minor for bucket, minor in one.buckets.items() if minor}


def test_a_refresh_keeps_what_every_customer_owes_by_days_past_due(agings: Agings, clock: Clock) -> None:
    assert refreshed(agings.refresh()) == RefreshedAging("2026-03-10", 3)
    assert agings.snapshot() == Snapshot(TODAY, "on_demand", clock.now, 3)
    found = page(agings.accounts()).accounts
    assert [(one.customer_id, one.currency, buckets(one)) for one in found] == [
        (ADA, "EUR", {"current": 100, "1-30": 20, "90+": 3}),
        (ADA, "JPY", {"31-60": 500}),
        (BEN, "EUR", {"unallocated": -70}),
    ]
    assert [one.balance_minor for one in found] == [123, 500, -70]


def test_a_refresh_is_recorded_and_counted_once(agings: Agings, books: Bookkeeping, clock: Clock) -> None:
    collector = AgingCollector()

    def count() -> Any:
        clock.forward(minutes=1)
        with books.ledger.owner.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            return next(
                one.value
                for one in collector.collect(connection, clock.now)
                if one.metric.name == "customer_aging_updated_total" and one.labels == ("acme", "scheduled")
            )

    before = count()
    agings.refresh(RefreshAging("scheduled"), Note(reason="nightly"))
    assert count() == before + 1
    (event,) = books.ledger.rows("select event_type, labels, user_id, correlation_id from event")
    assert (event.event_type, event.labels) == ("AgingSnapshotRefreshed", {"trigger": "scheduled"})
    assert (event.user_id, event.correlation_id) == ("anna", "c-1")
    (entry,) = books.ledger.rows("select actor, action, subject from audit_log")
    assert tuple(entry) == ("anna", "aging.refreshed", "2026-03-10")


def test_a_second_refresh_of_a_day_replaces_the_first(
    agings: Agings, books: Bookkeeping, clock: Clock
) -> None:
    agings.refresh(RefreshAging("scheduled"))
    books.invoice(CYD, date(2026, 3, 9), 9)
    clock.forward(hours=1)
    assert refreshed(agings.refresh()).accounts == 4
    assert agings.snapshot(TODAY) == Snapshot(TODAY, "on_demand", clock.now, 4)
    assert len(books.ledger.rows("select 1 from aging_snapshot_account")) == 4
    assert len(books.ledger.rows("select 1 from event")) == 2


def test_days_before_are_kept_as_they_stood(agings: Agings) -> None:
    assert refreshed(agings.refresh(RefreshAging(day=date(2026, 2, 10)))).accounts == 2
    found = page(agings.accounts(date(2026, 2, 10))).accounts
    assert [(one.currency, buckets(one)) for one in found] == [
        ("EUR", {"current": 120, "61-90": 3}),
        ("JPY", {"31-60": 500}),
    ]


def test_the_latest_day_is_shown_and_a_customer_has_a_history(agings: Agings, clock: Clock) -> None:
    days = [date(2026, 2, 10), date(2026, 3, 9), TODAY]
    for day in (days[2], days[0], days[1]):
        agings.refresh(RefreshAging(day=day))
    shown = agings.snapshot()
    assert isinstance(shown, Snapshot)
    assert shown.as_of == TODAY
    found = history(agings.history(ADA, days[0], days[1]))
    assert [(one.as_of, one.currency, one.balance_minor) for one in found] == [
        (days[0], "EUR", 123),
        (days[0], "JPY", 500),
        (days[1], "EUR", 123),
        (days[1], "JPY", 500),
    ]
    assert history(agings.history(CYD, days[0], days[2])) == ()


def test_pages_hold_every_account_once_in_order(agings: Agings, clock: Clock) -> None:
    agings.refresh()
    first = page(agings.accounts(limit=1))
    assert [one.customer_id for one in first.accounts] == [ADA, ADA]
    second = page(agings.accounts(limit=1, cursor=first.next_cursor))
    assert [one.customer_id for one in second.accounts] == [BEN]
    assert second.next_cursor is None
    clock.forward(minutes=1)
    agings.refresh()
    assert "begin again" in refused(agings.accounts(limit=1, cursor=first.next_cursor)).reason


def test_a_company_without_documents_has_an_empty_snapshot(
    operations_of: Callable[[str], Operations], books: Bookkeeping
) -> None:
    """Those of another company are not in it."""
    other = Agings(operations_of("bolt"))
    Agings(operations_of("acme")).refresh()
    assert refused(other.snapshot()).fault is Fault.NOT_FOUND
    assert refreshed(other.refresh()) == RefreshedAging("2026-03-10", 0)
    assert page(other.accounts()).accounts == ()
    assert refused(other.history(ADA, TODAY, TODAY)).fault is Fault.NOT_FOUND
    assert len(books.ledger.rows("select 1 from aging_snapshot_account where tenant_id = 'acme'")) == 3


def test_the_same_request_with_its_key_refreshes_once(agings: Agings, books: Bookkeeping) -> None:
    first = refreshed(agings.refresh(note=Note(key="k")))
    books.invoice(CYD, date(2026, 3, 9), 9)
    assert agings.refresh(note=Note(key="k")) == first
    assert len(books.ledger.rows("select 1 from event")) == 1


@pytest.mark.parametrize(
    ("request_", "field", "words"),
    [
        (RefreshAging("daily"), "trigger", "one of scheduled, on_demand; not 'daily'"),
        (RefreshAging(day=date(2026, 3, 11)), "day", "2026-03-11 is to come; today is 2026-03-10"),
        (RefreshAging(day=date(26, 3, 10)), "day", "0026-03-10 is before 1900"),
    ],
)
def test_a_refresh_that_cannot_be_is_refused(
    agings: Agings, books: Bookkeeping, request_: RefreshAging, field: str, words: str
) -> None:
    answer = refused(agings.refresh(request_))
    assert (answer.field, answer.fault) == (field, Fault.INVALID)
    assert words in answer.reason
    assert books.ledger.rows("select 1 from aging_snapshot") == []


def test_what_is_not_there_is_said_to_be_missing(agings: Agings) -> None:
    assert refused(agings.snapshot()).reason == "there is no aging snapshot; refresh it first"
    assert refused(agings.accounts(TODAY)).fault is Fault.NOT_FOUND
    assert refused(agings.accounts(limit=0)).field == "limit"
    assert refused(agings.accounts(cursor="x")).field == "cursor"
    for customer_id in ("d" * 32, "x", ""):
        assert refused(agings.history(customer_id, TODAY, TODAY)).fault is Fault.NOT_FOUND


def test_refreshes_at_the_same_time_leave_one_snapshot(agings: Agings, books: Bookkeeping) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [job.result() for job in [pool.submit(agings.refresh) for _ in range(8)]]
    assert answers == [RefreshedAging("2026-03-10", 3)] * 8
    assert len(books.ledger.rows("select 1 from aging_snapshot")) == 1
    assert len(books.ledger.rows("select 1 from aging_snapshot_account")) == 3
    assert len(books.ledger.rows("select 1 from event")) == 8


def test_snapshots_are_listed_the_latest_day_first(agings: Agings) -> None:
    days = [date(2026, 2, 10), date(2026, 3, 9), TODAY]
    for day in days:
        agings.refresh(RefreshAging(day=day))
    first = agings.snapshots(limit=2)
    assert isinstance(first, SnapshotPage)
    assert ([each.as_of for each in first.snapshots], first.next_before) == ([TODAY, days[1]], days[1])
    rest = agings.snapshots(before=first.next_before)
    assert isinstance(rest, SnapshotPage)
    assert ([each.as_of for each in rest.snapshots], rest.next_before) == ([days[0]], None)
    assert refused(agings.snapshots(limit=501)).field == "limit"
