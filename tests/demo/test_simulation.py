"""The live business keeps every identity, goes on exactly once, and outlives its database and its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url, text

from ledgerscope.customers.audit.verification import verify_log
from ledgerscope.demo.errors import NotLoaded
from ledgerscope.demo.load import load_demo
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.demo.simulation import (
    Simulation,
    accounts,
    billing,
    credit,
    feedback,
    papers,
    relations,
    subscriptions,
    sync,
)
from ledgerscope.demo.simulation.business import PER_COMPANY_AND_DAY, PER_CUSTOMER_AND_MONTH
from ledgerscope.demo.simulation.context import Context
from ledgerscope.demo.simulation.incidents import INCIDENTS
from ledgerscope.store import roles
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.changes_writer import write_batch
from ledgerscope.store.engine import OWNER, Session, begin_as, create_engine
from ledgerscope.store.records import Event, Tenant
from tests.demo.queries import IDENTITIES
from tests.processes import start
from tests.thoroughness import sample, tries
from tests.uncovered import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

    Operation = Callable[[Context], object]

UNTIL = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPERATIONS = {**PER_CUSTOMER_AND_MONTH, **PER_COMPANY_AND_DAY}
TENANTS = ("aurora", "basalt", "cinder")
NEVER = threading.Event()
STARTS = tries(8, thorough=20)
SYNCHRONISED = {"CredentialAccessed", "JobFinished", "SyncStarted"}
WORKERS = [*SYNCHRONISED, "SyncSucceeded", "SyncFailed", "SyncRequested"]
"""What workers tell of, and what is not asked for where they have not yet done what was asked before."""
AT_MOST = 200
"""Starts until enough was written: on a busy machine most are killed before they write."""


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = UNTIL

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def smallest(clone_template: Callable[[], URL]) -> str:
    """The name of a database with the smallest demo, that the tests get copies of."""
    url = clone_template()
    owner = create_engine(url, Session(role=roles.OWNER))
    load_demo(owner, until=UNTIL, seed=3, scale=0.01)
    owner.dispose()
    assert url.database is not None
    return url.database


@pytest.fixture
def original(smallest: str) -> str:
    return smallest


@pytest.fixture
def business(owner: Engine) -> Engine:
    """The smallest demo, seen with the owner's rights."""
    return owner


def live(app: Engine, hours: int, *, step: timedelta = HOUR, **options: Any) -> Counter[str]:
    """Some hours of the business, at twenty times its speed; how often each operation was done."""
    clock = Clock()
    simulation = Simulation(app, 5, clock, speed=20, beat=HOUR, **options)
    done: Counter[str] = Counter()
    while clock.now < UNTIL + hours * HOUR:
        clock.now += step
        while names := simulation.step():
            done.update(names)
    return done


def broken(engine: Engine) -> dict[str, list[Any]]:
    """The identities that do not hold, each with the rows that break it."""
    with engine.connect() as connection:
        return {name: rows for name, query in IDENTITIES.items() if (rows := ask(connection, query))}


def unsound(engine: Engine) -> list[str]:
    """The companies whose audit log is no chain of rows."""
    with engine.connect() as connection:
        return [tenant for tenant in TENANTS if not verify_log(connection, tenant, None).sound]


def ask(connection: Connection, query: str) -> list[Any]:
    parameters = {"until": UNTIL + timedelta(days=30)} if ":until" in query else {}
    return list(connection.execute(text(query), parameters))


def count_events(connection: Connection) -> int:
    return int(connection.execute(text("select count(*) from event")).scalar_one())


def test_after_many_steps_every_identity_still_holds(business: Engine, app: Engine) -> None:
    done = live(app, tries(2, thorough=5) * 24, step=4 * HOUR)
    assert broken(business) == {}
    assert unsound(business) == []
    usual = {one.__name__ for one, rate in OPERATIONS.items() if rate >= 0.1}
    assert usual <= set(done) <= {one.__name__ for one in OPERATIONS} | {"work"}


def written(engine: Engine, hours: int) -> list[Any]:
    """Every event of the live business but those of the workers, whose steps follow the clock."""
    columns = "tenant_id, event_type, customer_id, labels, amount_minor, currency, occurred_at"
    query = (
        f"select {columns} from event where not event_type = any (:workers) "  # noqa: S608 -- names above
        "and occurred_at > :until and occurred_at <= :end "
        "order by tenant_id, occurred_at, event_id"
    )
    owner = create_engine(engine.url, OWNER, pool_size=0)
    with owner.connect() as connection:
        return list(
            connection.execute(text(query), {"until": UNTIL, "end": UNTIL + hours * HOUR, "workers": WORKERS})
        )


@pytest.fixture
def twins(clone_database: Callable[[str], URL], smallest: str) -> Iterator[tuple[Engine, Engine]]:
    """Two databases with the same business, with the application's rights."""
    engines = [create_engine(clone_database(smallest), Session(role=roles.APP)) for _ in range(2)]
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def test_a_business_that_is_stopped_again_and_again_is_the_same_as_one_that_is_not(
    twins: tuple[Engine, Engine],
) -> None:
    end = tries(18, thorough=36)
    live(twins[0], end, step=3 * HOUR)
    for hours in range(6, end, 6):
        live(twins[1], hours, step=7 * HOUR)
    live(twins[1], end)
    uninterrupted, interrupted = (written(engine, hours=end) for engine in twins)
    assert uninterrupted == interrupted
    assert len(uninterrupted) > end


def test_another_seed_does_other_things(twins: tuple[Engine, Engine]) -> None:
    for seed, engine in enumerate(twins):
        clock = Clock()
        simulation = Simulation(engine, seed, clock, speed=20, beat=HOUR)
        clock.now += 6 * HOUR
        simulation.catch_up()
    first, second = (written(engine, hours=6) for engine in twins)
    assert first
    assert second
    assert first != second


STARTER = """
import logging, os, sys, time
from datetime import timedelta
from threading import Event
from sqlalchemy import text
from ledgerscope.demo.simulation import Simulation
from ledgerscope.store.engine import Session, create_engine

starter = os.getpid()

def live():
    engine = create_engine(sys.argv[1], Session(role="ledgerscope_app"))
    with engine.begin() as connection:
        start = connection.execute(text("select max(at) from demo_position")).scalar_one()
    born = time.monotonic()
    clock = lambda: start + timedelta(days=2) * (time.monotonic() - born)
    simulation = Simulation(engine, 1, clock, speed=3, beat=timedelta(minutes=10))
    os.write(1, f"{os.getpid()}\\n".encode())
    simulation.run(UntilLeftAlone())

class UntilLeftAlone(Event):
    def wait(self, timeout):
        return os.getppid() != starter or super().wait(timeout)

def fork():
    child = os.fork()
    if not child:
        live()
        sys.exit()
    return child

logging.basicConfig(level=logging.WARNING)
for line in sys.stdin:
    for child in [fork() for _ in range(int(line))]:
        os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""Starts as many processes as each line asks for; forked, so that all that is loaded once is the modules."""


def test_starts_that_all_end_by_a_kill_lose_and_double_nothing(business: Engine, app: Engine) -> None:
    random, url = Random(7), app.url.render_as_string(hide_password=False)
    with business.connect() as connection:
        before = count_events(connection)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(sys.executable, "-c", STARTER, url, env=environment(), **pipes) as starter:
        try:
            assert starter.stdin is not None
            assert starter.stdout is not None
            for number in range(AT_MOST):
                with business.connect() as connection:
                    if number >= STARTS and count_events(connection) > before + 100:
                        break
                together = 2 if number % 5 == 4 else 1  # every fifth start has a second one beside it
                print(together, file=starter.stdin, flush=True)
                alive = [int(starter.stdout.readline()) for _ in range(together)]
                NEVER.wait(random.uniform(0.02, 0.25))
                for process in alive:
                    os.kill(process, signal.SIGKILL)
                assert starter.stdout.readline() == "ended\n"
            _, errors = starter.communicate()
            assert errors == ""
        finally:
            starter.kill()
    assert broken(business) == {}
    with business.connect() as connection:
        assert count_events(connection) > before + 100


def test_two_at_the_same_time_do_everything_once(twins: tuple[Engine, Engine]) -> None:
    hours = tries(8, thorough=24)
    live(twins[0], hours)
    threads = [threading.Thread(target=live, args=(twins[1], hours)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    live(twins[1], hours)
    assert written(twins[0], hours=hours) == written(twins[1], hours=hours) != []


def test_overlapping_transactions_commit_in_the_other_order(business: Engine, app: Engine) -> None:
    clock = Clock()
    simulation = Simulation(app, 1, clock, speed=20, beat=HOUR)
    simulation._start()
    clock.now += 24 * HOUR
    moved = "select tenant_id from demo_position where part = 'work' and step > 0 order by 1"
    with simulation._transaction(clock.now, ("aurora", "work")):
        with simulation._transaction(clock.now, ("basalt", "work")):
            pass
        with business.connect() as outside:
            assert ask(outside, moved) == [("basalt",)]
    with business.connect() as outside:
        assert ask(outside, moved) == [("aurora",), ("basalt",)]
        first = "select min(event_id) from event where tenant_id = '{}' and occurred_at > :until"
        early, late = (
            outside.execute(text(first.format(tenant)), {"until": UNTIL}).scalar_one()
            for tenant in ("aurora", "basalt")
        )
        assert early < late


def test_a_step_that_fails_writes_nothing_and_keeps_its_position(
    business: Engine, app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    simulation = Simulation(app, 1, clock, beat=HOUR)
    clock.now += 48 * HOUR

    def fail(context: Context) -> None:
        raise RuntimeError("in the middle")

    with business.connect() as connection:
        before = count_events(connection), ask(connection, "select * from demo_position")
    with monkeypatch.context() as patched:
        patched.setattr(Context, "finish", fail)
        with pytest.raises(RuntimeError, match="in the middle"):
            simulation.step()
    with business.connect() as connection:
        assert before == (
            count_events(connection),
            ask(connection, "select * from demo_position"),
        )
    assert simulation.step()


def test_a_company_that_is_not_loaded_is_named(app: Engine) -> None:
    with pytest.raises(NotLoaded, match=r"no company 'nowhere'.*load the demo"):
        Simulation(app, 1, Clock(), tenants=("nowhere",)).step()


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Return once the condition holds; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("it never happened")
        NEVER.wait(0.02)


def test_it_waits_for_a_lost_database_and_goes_on(
    business: Engine, app: Engine, administration: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    name = make_url(str(app.url)).database
    clock = Clock()
    ticks = 0

    def tick() -> datetime:
        nonlocal ticks
        ticks += 1
        clock.now += HOUR  # a beat: something is due whenever it asks
        return clock.now

    stop = threading.Event()
    thread = threading.Thread(target=Simulation(app, 1, tick, beat=HOUR).run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: ticks > 20)
        with administration.connect() as connection:
            connection.exec_driver_sql(f"alter database {name} allow_connections false")
            end = text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name")
            connection.execute(end, {"name": name})
            wait_for(lambda: "the live business waits" in caplog.text)
            connection.exec_driver_sql(f"alter database {name} allow_connections true")
        before = ticks
        wait_for(lambda: ticks > before + 20)
    finally:
        stop.set()
        thread.join()
    assert broken(business) == {}


def test_the_workers_leave_no_job_behind_over_a_stop(business: Engine, app: Engine) -> None:
    live(app, 5)
    clock = Clock()
    clock.now += 9 * HOUR
    Simulation(app, 5, clock, beat=timedelta(seconds=5)).catch_up()
    with business.connect() as connection:
        left = text(
            "select count(*) from job_run where state = 'running' and heartbeat_at < :now "
            "or state = 'queued' and enqueued_at < :long_ago"
        )
        parameters = {"now": clock.now, "long_ago": clock.now - timedelta(minutes=2)}
        assert connection.execute(left, parameters).scalar_one() == 0


def test_jobs_that_hang_are_taken_over_once_the_incident_is_over(business: Engine, app: Engine) -> None:
    hanging = text("select count(*) from job_run where state = 'running' and heartbeat_at < :long_ago")
    live(app, 3, incidents=(INCIDENTS["stuck-jobs"],))
    with business.connect() as connection:
        parameters = {"long_ago": UNTIL + 2 * HOUR}
        assert connection.execute(hanging, parameters).scalar_one() == 3
    live(app, 5)
    with business.connect() as connection:
        assert connection.execute(hanging, parameters).scalar_one() == 0
    assert broken(business) == {}


@pytest.mark.parametrize("name", sample(sorted(INCIDENTS), 4))
def test_no_incident_breaks_an_identity(business: Engine, app: Engine, name: str) -> None:
    done = live(app, 3, incidents=(INCIDENTS[name],))
    assert done[name] > 0
    assert broken(business) == {}


@pytest.mark.parametrize(
    ("operation", "events"),
    [
        (accounts.create_customer, {"CustomerCreated", "ContactCreated"}),
        (accounts.change_profile, {"CustomerUpdated"}),
        (accounts.block, {"CustomerStatusChanged"}),
        (accounts.release, {"CustomerStatusChanged"}),
        (relations.add_contact, {"ContactCreated"}),
        (relations.change_contact, {"ContactUpdated"}),
        (relations.lose_contact, {"ContactRemoved"}),
        (relations.talk, {"CommunicationLogged"}),
        (relations.plan_interaction, {"InteractionLogged"}),
        (relations.settle_interaction, {"InteractionStatusChanged"}),
        (relations.change_segment, {"SegmentAssigned"}),
        (relations.change_segment, {"SegmentReplaced"}),
        (relations.change_segment, {"SegmentRemoved"}),
        (papers.make_statement, {"StatementGenerated"}),
        (papers.make_statement, {"StatementFailed"}),
        (papers.export_customers, {"CustomersExported"}),
        (subscriptions.subscribe, {"SubscriptionCreated", "CustomerWon"}),
        (subscriptions.subscribe, {"SubscriptionCreated", "CustomerRegained"}),
        (subscriptions.change_quantity, {"SubscriptionChanged"}),
        (subscriptions.pause_one, {"SubscriptionPaused"}),
        (subscriptions.resume_one, {"SubscriptionResumed"}),
        (subscriptions.cancel, {"SubscriptionEnded", "CustomerLost"}),
        (billing.bill, {"InvoiceFinalised"}),
        (billing.bill, {"InvoiceFinalised", "CreditLimitBreached"}),
        (billing.bill, {"CreditLimitBreached"}),
        (billing.pay, {"PaymentSucceeded", "MoneyAllocated"}),
        (billing.pay_a_part, {"PaymentSucceeded", "MoneyAllocated"}),
        (billing.pay_too_much, {"PaymentSucceeded", "MoneyAllocated"}),
        (billing.decline_card, {"PaymentFailed"}),
        (billing.give_credit, {"CreditNoteIssued", "MoneyAllocated"}),
        (billing.charge_back, {"PaymentReversed"}),
        (billing.refund_unused, {"MoneyRefunded"}),
        (billing.void, {"InvoiceVoided"}),
        (billing.write_off, {"DebtWrittenOff"}),
        (billing.recover, {"WriteOffReversed", "PaymentSucceeded", "MoneyAllocated"}),
        (accounts.hold_credit, {"CreditHoldPlaced"}),
        (accounts.release_credit, {"CreditHoldReleased"}),
        (credit.ask_for_limit, {"CreditLimitAdjustmentRequested"}),
        (credit.decide, {"CreditLimitAdjusted"}),
        (credit.decide, {"CreditLimitRejected"}),
        (feedback.answer_nps, {"NpsAnswered"}),
        (feedback.answer_csat, {"CsatAnswered"}),
        (feedback.open_ticket, {"TicketOpened"}),
        (feedback.close_ticket, {"TicketClosed"}),
        (feedback.refresh_aging, {"AgingSnapshotRefreshed"}),
        (sync.connect, {"CredentialSaved", "SyncScheduled"}),
        (sync.rotate_login, {"CredentialRotated"}),
        (sync.change_setting, {"CustomerSettingChanged"}),
        (sync.ask_for_sync, {"SyncRequested"}),
        (sync.pause_sync, {"SyncPaused"}),
        (sync.resume_sync, {"SyncResumed"}),
        (sync.leave, {"CredentialRevoked", "SyncPaused"}),
        (sync.synchronise_due, SYNCHRONISED | {"SyncSucceeded"}),
    ],
)
def test_an_operation_writes_its_events(app: Engine, operation: Operation, events: set[str]) -> None:
    random = RandomSource("operations", operation.__name__, *sorted(events))
    now = UNTIL + timedelta(days=LATER.get(operation, 1))
    for _ in range(300):
        tenant = random.choice(("aurora", "basalt", "cinder"))
        now += timedelta(minutes=1)
        with begin_as(app, tenant) as connection:
            for prepare in PREPARATIONS.get(operation, ()):
                play(prepare, connection, tenant, now - AHEAD.get(operation, timedelta(seconds=30)), random)
            if play(operation, connection, tenant, now, random) == events:
                return
    pytest.fail(f"{operation.__name__} never wrote {events}")


def test_operations_that_are_rare_keep_every_identity_too(business: Engine, app: Engine) -> None:
    random = RandomSource("every operation")
    rounds = [one for one in sorted(OPERATIONS, key=lambda one: LATER.get(one, 1)) for _ in range(4)]
    written: set[str] = set()
    for number, operation in enumerate(rounds):
        now = UNTIL + timedelta(days=LATER.get(operation, 1), minutes=number)
        tenant = random.choice(("aurora", "basalt", "cinder"))
        with begin_as(app, tenant) as connection:
            for prepare in PREPARATIONS.get(operation, ()):
                play(prepare, connection, tenant, now - timedelta(seconds=30), random)
            written |= play(operation, connection, tenant, now, random)
    assert broken(business) == {}
    assert written >= RARE_EVENTS


RARE_EVENTS = {
    "CustomerLost",
    "DebtWrittenOff",
    "InvoiceVoided",
    "MoneyRefunded",
    "PaymentReversed",
    "SubscriptionPaused",
    "WriteOffReversed",
}
"""Of operations that a few simulated days may do without."""
LATER: dict[Operation, int] = {
    subscriptions.resume_one: 90,
    billing.write_off: 300,
    billing.recover: 301,
}
AHEAD: dict[Operation, timedelta] = {subscriptions.resume_one: timedelta(days=30)}
PREPARATIONS: dict[Operation, tuple[Operation, ...]] = {
    accounts.release: (accounts.block,),
    accounts.release_credit: (accounts.hold_credit,),
    subscriptions.subscribe: (subscriptions.cancel,),
    subscriptions.resume_one: (subscriptions.pause_one,),
    billing.refund_unused: (billing.pay_too_much,),
    billing.recover: (billing.write_off,),
    credit.decide: (credit.ask_for_limit,),
    feedback.close_ticket: (feedback.open_ticket,),
    sync.rotate_login: (sync.connect,),
    sync.change_setting: (sync.connect,),
    sync.ask_for_sync: (sync.connect,),
    sync.pause_sync: (sync.connect,),
    sync.resume_sync: (sync.connect, sync.pause_sync),
    sync.leave: (sync.connect,),
}


def play(
    operation: Operation, connection: Connection, tenant: str, now: datetime, random: RandomSource
) -> set[str]:
    """Do one operation; the types of the events it wrote."""
    context = Context(connection, tenant, now, random)
    operation(context)
    written = {event[1] for event in context.batch.of(Event)}
    context.finish()
    return written


def test_an_operation_that_finds_nothing_does_nothing(owner: Engine, app: Engine) -> None:
    with owner.begin() as connection:
        write_batch(connection, Batch([Tenant("empty", "Empty", "UTC", "EUR", "{}", UNTIL)]))
    independent = {accounts.create_customer, feedback.refresh_aging, papers.export_customers}
    others = [one for one in OPERATIONS if one not in independent]
    with begin_as(app, "empty") as connection:
        played = {one: play(one, connection, "empty", UNTIL, RandomSource(1)) for one in others}
    assert played == {one: set() for one in played}
