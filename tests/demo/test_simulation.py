"""The live business keeps every identity, is the same for the same seed, and outlives its database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import make_url, text

from ledgerscope.demo.errors import NotLoaded
from ledgerscope.demo.load import load_demo
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.demo.simulation import (
    Simulation,
    accounts,
    billing,
    credit,
    feedback,
    subscriptions,
    work,
)
from ledgerscope.demo.simulation.run import ACTS
from ledgerscope.demo.simulation.scene import Scene
from ledgerscope.store import roles
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.changes_writer import write_batch
from ledgerscope.store.engine import OWNER, Session, begin_as, create_engine
from ledgerscope.store.records import Event, Tenant
from tests.demo.queries import IDENTITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

    Act = Callable[[Scene], None]

UNTIL = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
NEVER = threading.Event()


class Clock:
    """Every look at it is some seconds later than the one before."""

    def __init__(self) -> None:
        self.now = UNTIL

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=2.5)
        return self.now


@pytest.fixture
def business(owner: Engine) -> Engine:
    """A smallest demo, seen with the owner's rights."""
    load_demo(owner, until=UNTIL, seed=3, scale=0.01)
    return owner


def live(app: Engine, steps: int, seed: int = 5) -> Counter[str]:
    """Some steps; how often each act was done."""
    simulation = Simulation(app, seed, Clock())
    return Counter(act for _ in range(steps) for act in simulation.step())


def count_events(connection: Connection) -> int:
    return int(connection.execute(text("select count(*) from event")).scalar_one())


def test_after_many_steps_every_identity_still_holds(business: Engine, app: Engine) -> None:
    done = live(app, 400)
    with business.connect() as connection:
        broken = {name: rows for name, query in IDENTITIES.items() if (rows := ask(connection, query))}
    assert broken == {}
    usual = {
        act.__name__ for act, weight in ACTS.items() if weight >= 0.5
    }  # chance may leave out a rarer one
    assert usual <= set(done) <= {act.__name__ for act in ACTS}


def ask(connection: Connection, query: str) -> list[Any]:
    parameters = {"until": UNTIL + timedelta(days=1)} if ":until" in query else {}
    return list(connection.execute(text(query), parameters))


@pytest.fixture
def twins(clone_template: Callable[[], URL]) -> Iterator[tuple[Engine, Engine]]:
    """Two databases with the same business, with the application's rights."""
    urls = clone_template(), clone_template()
    for url in urls:
        load_demo(url.render_as_string(hide_password=False), until=UNTIL, seed=3, scale=0.005)
    engines = [create_engine(url, Session(role=roles.APP)) for url in urls]
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def test_the_same_seed_clock_and_database_give_the_same_writes(twins: tuple[Engine, Engine]) -> None:
    done = [live(engine, 60) for engine in twins]
    written = []
    for engine in twins:
        owner = create_engine(engine.url, OWNER, pool_size=0)
        with owner.connect() as connection:
            columns = "tenant_id, event_type, customer_id, labels, amount_minor, currency, occurred_at"
            query = text(f"select {columns} from event where occurred_at > :until order by event_id")  # noqa: S608 -- names above
            written.append(list(connection.execute(query, {"until": UNTIL})))
    assert done[0] == done[1]
    assert written[0] == written[1]
    assert len(written[0]) > 20


def test_another_seed_does_other_things(business: Engine, app: Engine) -> None:
    assert live(app, 40, seed=1) != live(app, 40, seed=2)


def test_overlapping_transactions_commit_in_the_other_order(business: Engine, app: Engine) -> None:
    simulation = Simulation(app, 1, Clock())
    seen = []

    def look(scene: Scene) -> None:
        with business.connect() as outside:
            seen.append(count_events(outside))

    with business.connect() as connection:
        before = count_events(connection)
    done = simulation._overlap(feedback.answer_nps, look)
    with business.connect() as connection:
        after = count_events(connection)
    assert done == ("look", "answer_nps")
    assert seen == [before]
    assert after == before + 1


def test_an_act_that_fails_writes_nothing(business: Engine, app: Engine) -> None:
    def fail(scene: Scene) -> None:
        feedback.answer_nps(scene)
        scene.finish()
        raise RuntimeError("in the middle")

    with business.connect() as connection:
        before = count_events(connection)
    with pytest.raises(RuntimeError, match="in the middle"), Simulation(app, 1, Clock())._transaction(fail):
        pytest.fail("the transaction must not be entered")
    with business.connect() as connection:
        assert count_events(connection) == before


def test_a_company_that_is_not_loaded_is_named(app: Engine) -> None:
    with pytest.raises(NotLoaded, match=r"no company 'aurora'.*load the demo"):
        Simulation(app, 1, Clock(), tenants=("aurora",)).step()


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
    steps: list[datetime] = []
    clock = Clock()

    def tick() -> datetime:
        steps.append(clock())
        return steps[-1]

    stop = threading.Event()
    thread = threading.Thread(target=Simulation(app, 1, tick, speed=100).run, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: len(steps) > 3)
        with administration.connect() as connection:
            connection.exec_driver_sql(f"alter database {name} allow_connections false")
            end = text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name")
            connection.execute(end, {"name": name})
            wait_for(lambda: "the live business waits" in caplog.text)
            connection.exec_driver_sql(f"alter database {name} allow_connections true")
        before = len(steps)
        wait_for(lambda: len(steps) > before + 3)
    finally:
        stop.set()
        thread.join()
    with business.connect() as connection:
        broken = {name: rows for name, query in IDENTITIES.items() if (rows := ask(connection, query))}
    assert broken == {}


@pytest.fixture(scope="module")
def world(clone_template: Callable[[], URL]) -> Iterator[Engine]:
    """A business that the tests below go on living in, with the application's rights."""
    url = clone_template()
    load_demo(url.render_as_string(hide_password=False), until=UNTIL, seed=4, scale=0.01)
    engine = create_engine(url, Session(role=roles.APP))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("act", "events"),
    [
        (accounts.create_customer, {"CustomerCreated"}),
        (accounts.change_profile, {"CustomerUpdated"}),
        (accounts.change_status, {"CustomerStatusChanged"}),
        (subscriptions.subscribe, {"SubscriptionCreated", "CustomerWon"}),
        (subscriptions.subscribe, {"SubscriptionCreated", "CustomerRegained"}),
        (subscriptions.change_quantity, {"SubscriptionChanged"}),
        (subscriptions.cancel, {"SubscriptionEnded", "CustomerLost"}),
        (billing.issue_invoice, {"InvoiceFinalised"}),
        (billing.issue_invoice, {"InvoiceFinalised", "CreditLimitBreached"}),
        (billing.pay, {"PaymentSucceeded"}),
        (billing.pay_a_part, {"PaymentSucceeded"}),
        (billing.pay_too_much, {"PaymentSucceeded"}),
        (billing.decline_card, {"PaymentFailed"}),
        (billing.give_credit, {"CreditNoteIssued"}),
        (credit.request_limit, {"CreditLimitAdjustmentRequested"}),
        (credit.decide_limit, {"CreditLimitAdjusted"}),
        (credit.decide_limit, {"CreditLimitRejected"}),
        (feedback.answer_nps, {"NpsAnswered"}),
        (feedback.answer_csat, {"CsatAnswered"}),
        (feedback.open_ticket, {"TicketOpened"}),
        (feedback.close_ticket, {"TicketClosed"}),
        (work.finish, {"JobFinished"}),
        (work.refresh_aging, {"AgingSnapshotRefreshed"}),
    ],
)
def test_an_act_writes_its_events(world: Engine, act: Act, events: set[str]) -> None:
    random = RandomSource("acts", act.__name__, *sorted(events))
    clock = Clock()
    for _ in range(300):
        tenant = random.choice(("aurora", "basalt", "cinder"))
        with begin_as(world, tenant) as connection:
            for prepare in PREPARATIONS.get(act, ()):
                play(prepare, connection, tenant, clock(), random)
            if play(act, connection, tenant, clock(), random) == events:
                return
    pytest.fail(f"{act.__name__} never wrote {events}")


PREPARATIONS: dict[Act, tuple[Act, ...]] = {
    subscriptions.subscribe: (subscriptions.cancel,),
    credit.decide_limit: (credit.request_limit,),
    feedback.close_ticket: (feedback.open_ticket,),
    work.finish: (work.enqueue, work.start, work.beat),
}


def play(act: Act, connection: Connection, tenant: str, now: datetime, random: RandomSource) -> set[str]:
    """Do one act; the types of the events it wrote."""
    scene = Scene(connection, tenant, now, random)
    act(scene)
    scene.finish()
    return {event[1] for event in scene.batch.of(Event)}


def test_an_act_that_finds_nothing_does_nothing(owner: Engine, app: Engine) -> None:
    with owner.begin() as connection:
        write_batch(connection, Batch([Tenant("empty", "Empty", "UTC", "EUR", "{}", UNTIL)]))
    independent = {accounts.create_customer, work.enqueue, work.refresh_aging}
    with begin_as(app, "empty") as connection:
        told = {
            act: play(act, connection, "empty", UNTIL, RandomSource(1))
            for act in ACTS
            if act not in independent
        }
    assert told == {act: set() for act in told}
