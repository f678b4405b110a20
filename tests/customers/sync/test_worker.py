"""The worker, with an outside system of our own and with a Zuora that fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.credentials import CredentialKeys, Credentials
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.sync import Claims, Limits, Report, Syncs, Tally, Worker
from ledgerscope.customers.sync.zuora_feed import zuora_of
from ledgerscope.customers.zuora import Limits as ZuoraLimits
from ledgerscope.customers.zuora import Login, Zuora, ZuoraError
from ledgerscope.store.engine import create_engine
from ledgerscope.store.errors import StoreError
from tests.customers.sync.conftest import Spring, inconsistencies
from tests.customers.zuora.server import TOKEN, WORKFLOWS, Answer
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Engine

    from ledgerscope.customers.sync.outside import Feed
    from tests.customers.conftest import Clock, Ledger
    from tests.customers.zuora.server import ZuoraServer

PATIENCE = 30
KEYS = CredentialKeys("k", {"k": b"k" * 32})


@pytest.fixture
def wide(app_url: str) -> Iterator[Engine]:
    """An engine with a connection for each thread of a worker."""
    engine = create_engine(app_url, pool_size=8)
    yield engine
    engine.dispose()


@pytest.fixture
def company(wide: Engine, ledger: Ledger, clock: Clock) -> Callable[[str], Operations]:
    """The operations of a company for a worker."""

    def make(tenant_id: str) -> Operations:
        return Operations(wide, Caller(tenant_id=tenant_id, actor="sync"), clock=clock)

    return make


@pytest.fixture
def operations(company: Callable[[str], Operations]) -> Operations:
    return company("acme")


def test_what_is_due_is_run_and_reported(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger
) -> None:
    customers = {scheduled(name) for name in "ABCDE"}
    reports: list[Report] = []
    worker = Worker([operations], spring, report=reports.append)
    assert worker.run_due() == Tally(started=5, succeeded=5)
    assert set(spring.opened) == customers
    assert {each.claim.customer_id for each in reports} == customers
    assert worker.run_due() == Tally()
    assert inconsistencies(ledger) == []


def test_no_more_run_at_once_than_there_are_workers(
    operations: Operations, scheduled: Callable[..., str], spring: Spring
) -> None:
    for number in range(6):
        scheduled(f"Customer {number}")
    together, running, most = Barrier(2), [0], [0]

    def meet(_: str) -> None:
        running[0] += 1
        together.wait(PATIENCE)  # passes only when two are here
        most[0] = max(most[0], running[0])
        together.wait(PATIENCE)
        running[0] -= 1

    spring.while_reading = meet
    worker = Worker([operations], spring, limits=Limits(workers=2))
    assert worker.run_due().succeeded == 6
    assert most[0] == 2


def test_companies_take_turns(
    company: Callable[[str], Operations], scheduled: Callable[..., str], spring: Spring, ledger: Ledger
) -> None:
    for number in range(6):
        scheduled(f"Customer {number}")
    other = company("bolt")
    small = Customers(other).create(NewCustomer(name="Small"))
    assert isinstance(small, CreatedCustomer)
    Syncs(other).schedule(small.customer_id, "weekly")
    worker = Worker([company("acme"), other], spring, limits=Limits(workers=1))
    assert worker.run_due(limit=2) == Tally(started=2, succeeded=2)
    assert small.customer_id in spring.opened, "the large company does not keep the small one waiting"
    assert worker.run_due().succeeded == 5
    assert inconsistencies(ledger) == []


def test_one_that_fails_keeps_nobody_else_from_success(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger
) -> None:
    customers = [scheduled(name) for name in "ABC"]
    broken = KeyError("ours")
    spring.fails = {customers[0]: ZuoraError("rate_limited", "later", retry_after=900), customers[1]: broken}
    reports: dict[str, Report] = {}
    worker = Worker([operations], spring, report=lambda each: reports.update({each.claim.customer_id: each}))
    assert worker.run_due() == Tally(started=3, succeeded=1, failed=2)
    assert reports[customers[1]].problem is broken
    rows = ledger.rows(
        "select customer_id, last_error_class, next_due_at - last_attempt_at as wait from sync_schedule"
    )
    found = {row.customer_id.hex: (row.last_error_class, row.wait) for row in rows}
    assert found[customers[0]] == ("rate_limited", timedelta(minutes=15)), "as long as it was asked to"
    assert found[customers[1]][0] == "internal"
    (calls,) = ledger.rows("select sum(api_calls) as n from sync_run")
    assert calls.n == 9
    assert inconsistencies(ledger) == []


def test_a_run_under_way_gives_signs_of_life(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger, clock: Clock
) -> None:
    scheduled()
    query = "select claimed_until from sync_schedule"

    def wait_for_a_sign(_: str) -> None:
        (before,) = ledger.rows(query)
        clock.forward(milliseconds=100)
        while ledger.rows(query) == [before]:
            pass

    spring.while_reading = wait_for_a_sign
    worker = Worker([operations], spring, limits=Limits(lease=timedelta(milliseconds=300)))
    assert worker.run_due(limit=1) == Tally(started=1, succeeded=1)


def test_a_worker_that_lost_its_claim_records_nothing(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger, clock: Clock
) -> None:
    scheduled()

    def somebody_else(_: str) -> None:
        clock.forward(minutes=3)
        other = Claims(operations, "other")
        other.claim()

    spring.while_reading = somebody_else
    tally = Worker([operations], spring).run_due(limit=1)
    assert (tally.succeeded, tally.lost) == (0, 1)
    (run,) = ledger.rows("select outcome, error_class from sync_run")
    assert tuple(run) == ("failure", "abandoned")
    assert inconsistencies(ledger) == []


def test_a_worker_that_is_told_to_stop_lets_what_runs_end(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger
) -> None:
    for name in "ABC":
        scheduled(name)
    worker = Worker([operations], spring, limits=Limits(workers=1))
    spring.while_reading = lambda _: worker.stop()
    assert worker.run_due() == Tally(started=1, succeeded=1)
    assert inconsistencies(ledger) == []


def stopped(worker: Worker, begun: Event, let_go: Event) -> Tally:
    """What came of a worker that is stopped while it is busy."""
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(worker.run_due)
        begun.wait(PATIENCE)
        worker.stop()
        tally = running.result()
        let_go.set()
    return tally


def test_what_does_not_end_in_time_is_given_back_and_due_at_once(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger
) -> None:
    scheduled()
    begun, let_go = Event(), Event()

    def hang(_: str) -> None:
        begun.set()
        let_go.wait(PATIENCE)

    spring.while_reading = hang
    worker = Worker([operations], spring, limits=Limits(grace=timedelta(0)))
    assert stopped(worker, begun, let_go) == Tally(started=1, given_back=1)
    (state,) = ledger.rows("select status, backoff, next_due_at <= last_attempt_at as due from sync_schedule")
    assert tuple(state) == ("active", 0, True)
    (calls,) = ledger.rows("select api_calls as of_run from sync_run")
    assert calls.of_run == 3, "what was asked of the outside system counts, whatever became of it"
    assert inconsistencies(ledger) == []


def test_what_is_given_back_before_the_outside_was_opened_made_no_calls(
    operations: Operations, scheduled: Callable[..., str], spring: Spring, ledger: Ledger
) -> None:
    scheduled()
    begun, let_go = Event(), Event()

    def slow_to_open(company: Operations, customer_id: str) -> AbstractContextManager[Feed]:
        begun.set()
        let_go.wait(PATIENCE)
        return spring(company, customer_id)

    worker = Worker([operations], slow_to_open, limits=Limits(grace=timedelta(0)))
    assert stopped(worker, begun, let_go) == Tally(started=1, given_back=1)
    (run,) = ledger.rows("select error_class, api_calls from sync_run")
    assert tuple(run) == ("stopped", 0)


def test_a_database_that_cannot_be_reached_is_raised(
    operations: Operations,
    scheduled: Callable[..., str],
    spring: Spring,
    wide: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scheduled()
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/nothing", pool_size=1)
    lost = Operations(nowhere, Caller(tenant_id="acme", actor="sync"))
    with pytest.raises(StoreError):
        Worker([lost, operations], spring).run_due()


@pytest.fixture
def zuora_worker(operations: Operations, northwind: str, zuora_server: ZuoraServer) -> Worker:
    """A worker where Northwind has a credential; its clients give up at once."""

    def connect(login: Login) -> Zuora:
        limits = ZuoraLimits(read=0.2, total=5, tries=1)
        return Zuora(login, allow=(zuora_server.host,), limits=limits)

    credentials = Credentials(operations, KEYS, allow=(zuora_server.host,), connect=connect)
    saved = credentials.save(northwind, zuora_server.login)
    assert not isinstance(saved, Refused), saved
    return Worker([operations], zuora_of(KEYS, connect))


FAILURES = [
    (TOKEN, Answer(401), "unauthorized"),
    (WORKFLOWS, Answer(403), "forbidden"),
    (WORKFLOWS, Answer(429, headers={"Retry-After": "120"}), "rate_limited"),
    (WORKFLOWS, Answer(500), "server_error"),
    (WORKFLOWS, Answer(stuck=True), "timeout"),
    (WORKFLOWS, Answer(cut=True), "cut_off"),
    (WORKFLOWS, Answer(body=b"{}"), "malformed"),
]


@pytest.mark.parametrize(("path", "answer", "error"), sample(FAILURES, 3))
def test_a_zuora_that_fails_is_asked_again_and_recovers(
    path: str,
    answer: Answer,
    error: str,
    zuora_worker: Worker,
    zuora_server: ZuoraServer,
    ledger: Ledger,
    clock: Clock,
) -> None:
    worker = zuora_worker
    zuora_server.answer(path, answer)
    assert worker.run_due() == Tally(started=1, failed=1)
    clock.forward(hours=1)
    assert worker.run_due() == Tally(started=1, succeeded=1)
    runs = ledger.rows("select trigger, error_class, api_calls, records from sync_run order by started_at")
    assert [(row.trigger, row.error_class, row.records) for row in runs] == [
        ("initial", error, 0), ("scheduled", None, 2),
    ]  # fmt: skip
    assert all(row.api_calls > 0 for row in runs)
    assert ledger.count("credential_access") == 2
    assert inconsistencies(ledger) == []


@pytest.mark.parametrize(
    ("keys", "error"),
    [(KEYS, "credential_missing"), (None, "credential_unreadable")],
)
def test_a_customer_without_a_credential_that_can_be_read_fails_without_a_call(
    keys: CredentialKeys | None,
    error: str,
    operations: Operations,
    scheduled: Callable[..., str],
    ledger: Ledger,
) -> None:
    scheduled()
    assert Worker([operations], zuora_of(keys)).run_due() == Tally(started=1, failed=1)
    (run,) = ledger.rows("select error_class, api_calls from sync_run")
    assert tuple(run) == (error, 0)
