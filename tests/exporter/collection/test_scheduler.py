"""Ticks over a real database: nobody runs twice at once, nobody waits for a stuck one."""

from __future__ import annotations

import threading
from random import Random
from typing import TYPE_CHECKING

from exporter.collection.scheduler import Backoff, InFlight
from exporter.runtime import Exporter, utc_now
from exporter.state.collector_state import State
from tests.exporter.doubles import DEPTH, SqlCollector, Terminated, aging_collector, eventually, settings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from collectors.base import Reading
    from tests.exporter.conftest import MakeExporter
    from tests.exporter.doubles import Clock


class Stuck(SqlCollector):
    """Hangs outside of the database, where no deadline reaches, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
        self.seen.append(as_of)
        self.let_go.wait()
        return super().collect(connection, as_of)


def runs(exporter: Exporter, name: str) -> float:
    slot = exporter.page().records[name].slot
    return slot.as_of.timestamp() if slot else 0


def test_the_first_tick_begins_at_once_and_others_follow(make_exporter: MakeExporter) -> None:
    collector = SqlCollector()
    exporter = make_exporter(collector)
    live = Exporter(settings(interval="100ms"), [collector], exporter._engine, clock=utc_now)
    live.start()
    eventually(lambda: len(collector.seen) >= 4)
    live.stop()
    assert not live.alive
    assert len({instant.microsecond // 100_000 for instant in collector.seen}) > 1


def test_a_stuck_collector_is_skipped_and_counted_and_ages_nobody_else(
    make_exporter: MakeExporter, clock: Clock
) -> None:
    stuck, healthy = Stuck(), aging_collector()
    exporter = make_exporter(stuck, healthy, given=settings(interval="300ms"))
    try:
        for _ in range(3):
            exporter._scheduler.tick()
            clock.turn(0.3)
        records = exporter.page().records
        assert (len(stuck.seen), len(healthy.seen)) == (1, 3)
        assert (records["jobs"].skipped, records["aging"].skipped) == (2, 0)
        assert records["jobs"].state(clock()) is State.PENDING
        assert records["aging"].slot is not None
        assert records["aging"].slot.as_of == healthy.seen[-1]
    finally:
        stuck.let_go.set()
    eventually(lambda: exporter.page().records["jobs"].slot)


def test_when_no_worker_is_free_runs_are_given_up_and_reported(
    make_exporter: MakeExporter, clock: Clock
) -> None:
    stuck = Stuck()
    one_worker = settings(interval="300ms", database={"connections": 2, "statement_timeout": "300ms"})
    exporter = make_exporter(stuck, aging_collector(), given=one_worker)
    try:
        exporter._scheduler.tick()
        failure = exporter.page().records["aging"].last_failure
        assert failure is not None
        assert (failure.kind, failure.message) == ("timeout", "no worker became free in time")
    finally:
        stuck.let_go.set()
    eventually(lambda: exporter.page().records["jobs"].succeeded is not None)
    clock.turn(0.3)
    exporter.collect_once()
    assert exporter.page().records["aging"].succeeded


def test_an_outage_is_retried_before_the_next_interval(
    make_exporter: MakeExporter, administration: Engine
) -> None:
    collector = Terminated(administration=administration)
    engine = make_exporter(collector)._engine
    hourly = Exporter(settings(interval="1h"), [collector], engine, clock=utc_now)
    hourly.start()
    eventually(lambda: len(collector.seen) >= 1)
    collector.cruel = False
    eventually(lambda: hourly.page().records["jobs"].succeeded)
    hourly.stop()
    assert hourly.page().database is True


def test_extra_attempts_grow_rarer_until_the_grid_is_enough() -> None:
    backoff = Backoff(first=0.5, random=Random(0))
    delays = [backoff.failed(grid=10) for _ in range(6)]
    known = [delay for delay in delays if delay is not None]
    assert all(base <= delay <= 1.5 * base for base, delay in zip((0.5, 1, 2, 4), known, strict=False))
    assert delays[-1] is None
    backoff.succeeded()
    assert (backoff.failed(grid=10) or 10) <= 0.75


def test_one_seat_per_collector() -> None:
    flight = InFlight()
    assert flight.begin(["jobs", "aging"]) == ("jobs", "aging")
    assert flight.begin(["jobs", "churn"]) == ("churn",)
    flight.end("jobs")
    assert flight.begin(["jobs"]) == ("jobs",)


def test_what_needs_quiet_is_done_only_when_nothing_goes_on() -> None:
    flight, done = InFlight(), list[str]()
    with flight.tick():
        flight.begin(["jobs"])
        flight.when_quiet(lambda: done.append("during a tick"))
    flight.when_quiet(lambda: done.append("during a run"))
    flight.end("jobs")
    flight.when_quiet(lambda: done.append("after both"))
    assert done == ["after both"]


def test_series_appear_in_the_page_of_the_tick_that_found_them(make_exporter: MakeExporter) -> None:
    collector = SqlCollector(statement=f"{DEPTH} where false")
    exporter = make_exporter(collector)
    sizes = []
    for statement in (collector.statement, DEPTH):
        collector.statement = statement
        sizes.append(exporter.collect_once().records["jobs"].slot.samples)  # type: ignore[union-attr]  # it succeeds
    assert sizes == [0, 1]
