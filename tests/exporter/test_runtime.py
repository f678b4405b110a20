"""One exporter over a real database: what a tick collects is what is served, and failures are reported."""

from __future__ import annotations

import itertools
import select
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from collectors.registry import create as create_collectors
from collectors.unread import read_columns
from exporter.errors import DuplicateMetric
from exporter.exposition.text import Format
from exporter.runtime import exporter_engine
from exporter.state.collector_state import State
from exporter.state.failures import FailureClass
from ledgerscope.catalogue.exporter import COLLECTORS
from ledgerscope.store.tables import metadata
from tests.exporter.doubles import DEPTH, NOON, SqlCollector, Terminated, aging_collector, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import structlog
    from sqlalchemy import Connection, Engine

    from collectors.base import Reading
    from exporter.runtime import Exporter
    from tests.exporter.conftest import MakeExporter
    from tests.exporter.doubles import Clock

DEPTH_LINE = 'telecom_billing_queue_depth{company_id="acme",queue="invoices"} 3.0'


def served(exporter: Exporter) -> list[str]:
    return exporter.scrape.body(Format.TEXT, gzip=False).decode().splitlines()


def test_what_is_in_the_database_is_served(make_exporter: MakeExporter) -> None:
    exporter = make_exporter(SqlCollector(), aging_collector())
    exporter.collect_once()
    lines = served(exporter)
    assert DEPTH_LINE in lines
    assert 'customer_receivable_amount{company_id="acme",currency="EUR"} 120.5' in lines
    assert 'ledgerscope_collector_up{collector="jobs"} 1.0' in lines
    assert "ledgerscope_database_up 1.0" in lines


def test_every_collector_there_is_succeeds_on_an_empty_ledger(make_exporter: MakeExporter) -> None:
    patient = settings(database={"statement_timeout": "30s", "connect_timeout": "5s", "connections": 4})
    records = make_exporter(*create_collectors(), given=patient).collect_once().records
    assert {name: record.last_failure for name, record in records.items()} == dict.fromkeys(COLLECTORS)
    assert {record.state(NOON) for record in records.values()} == {State.FRESH}


def test_before_the_first_run_a_collector_is_pending_and_claims_nothing(make_exporter: MakeExporter) -> None:
    lines = served(make_exporter(SqlCollector()))
    assert 'ledgerscope_collector_state{collector="jobs",state="pending"} 1.0' in lines
    assert not [
        line for line in lines if line.startswith(("ledgerscope_collector_up{", "ledgerscope_database_up"))
    ]


def test_all_collectors_of_a_tick_see_the_same_instant_and_the_same_snapshot(
    make_exporter: MakeExporter,
) -> None:
    xmins = "select 'acme', 'EUR', pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    jobs, aging = SqlCollector(statement=xmins), aging_collector(xmins)
    page = make_exporter(jobs, aging).collect_once()
    slots = [record.slot for record in page.records.values()]
    assert [slot.readings[0].value for slot in slots if slot] == 2 * [slots[0] and slots[0].readings[0].value]
    assert jobs.seen == aging.seen == [NOON]


def test_sums_across_collectors_agree_in_every_page_while_money_moves(
    make_exporter: MakeExporter, owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("create table purse (name text, amount int)")
        connection.exec_driver_sql("insert into purse values ('left', 50), ('right', 50)")
        connection.exec_driver_sql("grant select on purse to ledgerscope_exporter")
    left = SqlCollector(statement="select 'acme', 'q', amount from purse where name = 'left'")
    right = aging_collector("select 'acme', 'EUR', amount from purse where name = 'right'")
    exporter, stop = make_exporter(left, right), threading.Event()

    def move() -> None:
        for amount in itertools.cycle((1, -1, 2, -2)):
            if stop.is_set():
                return
            with owner.begin() as connection:
                connection.exec_driver_sql(
                    "update purse set amount = amount + case name when 'left' then %s else %s end",
                    (amount, -amount),
                )

    mover = threading.Thread(target=move)
    mover.start()
    try:
        pages = [exporter.collect_once() for _ in range(30)]
    finally:
        stop.set()
        mover.join()
    slots = [[record.slot for record in page.records.values()] for page in pages]
    sums = [sum(float(str(slot.readings[0].value)) for slot in both if slot) for both in slots]
    assert sums == [100.0] * 30


def test_a_vanished_series_vanishes_from_the_next_page(make_exporter: MakeExporter) -> None:
    collector = SqlCollector()
    exporter = make_exporter(collector)
    exporter.collect_once()
    collector.statement = f"{DEPTH} where false"
    exporter.collect_once()
    assert not [line for line in served(exporter) if "queue_depth" in line]
    assert 'ledgerscope_collector_state{collector="jobs",state="fresh"} 1.0' in served(exporter)


def test_values_of_a_failing_collector_are_served_flagged_and_then_dropped(
    make_exporter: MakeExporter, clock: Clock
) -> None:
    collector = SqlCollector()
    exporter = make_exporter(collector)
    exporter.collect_once()
    collector.statement = "select 'acme', 'invoices', 1 / 0"
    states = []
    for _ in range(3):
        clock.turn(15)
        exporter.collect_once()
        states.append((exporter.page().records["jobs"].state(clock()), DEPTH_LINE in served(exporter)))
    assert states == [(State.FRESH, True), (State.STALE, True), (State.EXPIRED, False)]
    assert 'ledgerscope_collector_up{collector="jobs"} 0.0' in served(exporter)
    assert 'ledgerscope_collector_consecutive_failures{collector="jobs"} 3.0' in served(exporter)


def test_values_expire_although_nothing_runs_any_more(make_exporter: MakeExporter, clock: Clock) -> None:
    exporter = make_exporter(SqlCollector())
    exporter.collect_once()
    clock.turn(44.9)
    assert DEPTH_LINE in served(exporter)
    clock.turn(0.1)
    assert DEPTH_LINE not in served(exporter)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select pg_sleep(30)", FailureClass.TIMEOUT),
        ("select 'acme', 'invoices', 1 / 0", FailureClass.INTERNAL),
        ("select 'acme', 'invoices', 1 union all select 'acme', 'invoices', 2", FailureClass.DATA),
        ("delete from job_run", FailureClass.INTERNAL),
        ("select rolname, rolname, 1 from pg_authid", FailureClass.PERMISSION),
        ("select * from nowhere", FailureClass.SCHEMA),
    ],
)
def test_a_failure_is_counted_in_its_class_and_leaves_the_others_alone(
    make_exporter: MakeExporter, statement: str, expected: FailureClass
) -> None:
    exporter = make_exporter(SqlCollector(statement=statement), aging_collector())
    records = exporter.collect_once().records
    assert {kind: count for kind, count in records["jobs"].failures.items() if count} == {expected: 1}
    assert records["aging"].state(NOON) is State.FRESH


def test_a_broken_connection_fails_its_run_alone_and_the_next_run_has_a_new_one(
    make_exporter: MakeExporter, administration: Engine
) -> None:
    collector = Terminated(administration=administration)
    exporter = make_exporter(collector, aging_collector())
    records = exporter.collect_once().records
    assert records["jobs"].failures[FailureClass.UNREACHABLE] == 1
    assert records["aging"].state(NOON) is State.FRESH
    assert exporter.page().database is False
    collector.cruel = False
    assert exporter.collect_once().records["jobs"].state(NOON) is State.FRESH
    assert exporter.page().database is True


def test_a_lost_right_disables_a_collector_with_the_reason_until_it_is_given_back(
    make_exporter: MakeExporter, owner: Engine
) -> None:
    collector = SqlCollector(statement="select 'acme', 'invoices', count(*) from job_run")
    exporter = make_exporter(collector, aging_collector())
    exporter.collect_once()
    with owner.begin() as connection:
        connection.exec_driver_sql("revoke select on job_run from ledgerscope_exporter")
    exporter.collect_once()
    record = exporter.page().records["jobs"]
    assert record.state(NOON) is State.DISABLED
    assert "job_run" in record.disabled
    assert not [line for line in served(exporter) if line.startswith("telecom_billing_queue_depth")]
    with owner.begin() as connection:
        connection.exec_driver_sql("grant select on job_run to ledgerscope_exporter")
    exporter.collect_once()
    assert exporter.page().records["jobs"].state(NOON) is State.FRESH


def test_a_missing_relation_disables_without_counting_as_a_failed_run(
    make_exporter: MakeExporter, owner: Engine
) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("alter table job_run rename to work")
    collector = SqlCollector(
        statement="select 'acme', 'invoices', count(*) from job_run",
        relations=(read_columns(metadata.tables["job_run"]),),
    )
    exporter = make_exporter(collector)
    exporter.collect_once()
    record = exporter.page().records["jobs"]
    assert (record.state(NOON), record.succeeded, record.consecutive) == (State.DISABLED, False, 0)
    assert "job_run does not exist" in record.disabled
    assert not collector.seen
    with owner.begin() as connection:
        connection.exec_driver_sql("alter table work rename to job_run")
    exporter.collect_once()
    assert exporter.page().records["jobs"].state(NOON) is State.FRESH


def test_a_collector_can_be_switched_off(make_exporter: MakeExporter) -> None:
    off = settings(collectors={"jobs": {"enabled": False}})
    exporter = make_exporter(SqlCollector(), aging_collector(), given=off)
    page = exporter.collect_once()
    assert page.records["jobs"].state(NOON) is State.DISABLED
    assert not [
        line for line in served(exporter) if line.startswith('ledgerscope_collector_up{collector="jobs"')
    ]
    assert exporter.ready


def test_two_collectors_may_not_share_a_metric(make_exporter: MakeExporter) -> None:
    with pytest.raises(
        DuplicateMetric, match="telecom_billing_queue_depth belongs to the collectors jobs and aging"
    ):
        make_exporter(SqlCollector(), SqlCollector(name="aging"))


def test_more_companies_than_allowed_are_refused_with_the_setting_to_raise(
    make_exporter: MakeExporter,
) -> None:
    many = "select 'company' || n, 'invoices', n from generate_series(1, 3) as n"
    exporter = make_exporter(SqlCollector(statement=many), given=settings(tenants={"limit": 2}))
    failure = exporter.collect_once().records["jobs"].last_failure
    assert failure is not None
    assert failure.kind is FailureClass.DATA
    assert "about 3 companies, the setting tenants.limit allows 2" in failure.message


def test_only_the_named_tenants_are_seen(
    exporter_url: str, owner: Engine, make_exporter: MakeExporter
) -> None:
    engine = exporter_engine(exporter_url, settings(tenants={"only": ["acme"]}))
    statement = "select current_setting('ledgerscope.tenants'), 'invoices', 1"
    page = make_exporter(SqlCollector(statement=statement), on=engine).collect_once()
    slot = page.records["jobs"].slot
    engine.dispose()
    assert slot is not None
    assert slot.readings[0].labels == ("acme", "invoices")


def test_an_outage_is_one_line_per_change(
    make_exporter: MakeExporter, clock: Clock, log: structlog.testing.LogCapture, administration: Engine
) -> None:
    collector = Terminated(administration=administration, cruel=False)
    exporter = make_exporter(collector, aging_collector())
    exporter.collect_once()
    collector.cruel = True
    for _ in range(8):
        clock.turn(15)
        exporter.collect_once()
    written = [(entry["collectors"], entry["state"]) for entry in log.entries if "collectors" in entry]
    assert written == [
        (["jobs", "aging"], "fresh"),
        (["jobs"], "fresh"),
        (["jobs"], "stale"),
        (["jobs"], "expired"),
    ]


@pytest.mark.parametrize("server_deadline", ["20ms", "30s"], ids=["kept by the server", "enforced by us"])
def test_deadlines_leave_nothing_running_on_the_server(
    make_exporter: MakeExporter, exporter_url: str, sessions: Callable[[], list[str]], server_deadline: str
) -> None:
    on_server = settings(database={"statement_timeout": server_deadline, "connections": 3})
    engine = exporter_engine(exporter_url, on_server)
    ours = settings(database={"statement_timeout": "20ms", "connections": 3})
    exporter = make_exporter(SqlCollector(statement="select pg_sleep(60)"), given=ours, on=engine)
    for _ in range(10):
        exporter.collect_once()
    assert exporter.page().records["jobs"].failures[FailureClass.TIMEOUT] == 10
    assert sessions().count("active") == 0
    assert len(sessions()) <= 3
    engine.dispose()


def test_a_run_of_many_short_statements_ends_at_its_deadline_too(
    make_exporter: MakeExporter, sessions: Callable[[], list[str]]
) -> None:
    nap = "select 'acme', 'invoices', length(pg_sleep(0.05)::text)"

    class Dawdler(SqlCollector):
        def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
            while True:
                super().collect(connection, as_of)

    exporter = make_exporter(Dawdler(statement=nap), given=settings(database={"statement_timeout": "200ms"}))
    assert exporter.collect_once().records["jobs"].failures[FailureClass.TIMEOUT] == 1
    assert sessions().count("active") == 0


def test_a_run_that_is_busy_elsewhere_does_not_blame_the_server(make_exporter: MakeExporter) -> None:
    class Absent(SqlCollector):
        def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
            driver: Any = connection.connection.driver_connection
            select.select([driver.fileno()], [], [])  # until the socket is shut down
            return super().collect(connection, as_of)

    exporter = make_exporter(Absent(), given=settings(database={"statement_timeout": "200ms"}))
    record = exporter.collect_once().records["jobs"]
    assert record.failures[FailureClass.TIMEOUT] == 1
    assert "took longer than its limit of 0.2 s" in str(record.last_failure)


def test_statements_wait_for_no_lock_longer_than_the_deadline(
    make_exporter: MakeExporter, owner: Engine
) -> None:
    exporter = make_exporter(
        SqlCollector(statement="select 'acme', 'q', count(*) from job_run"), aging_collector()
    )
    with owner.begin() as connection:
        connection.exec_driver_sql("lock table job_run in access exclusive mode")
        records = exporter.collect_once().records
    assert records["jobs"].failures[FailureClass.TIMEOUT] == 1
    assert records["aging"].state(NOON) is State.FRESH
    assert exporter.collect_once().records["jobs"].state(NOON) is State.FRESH


def test_the_age_counts_from_the_instant_described_not_from_the_end_of_the_run(
    make_exporter: MakeExporter, clock: Clock
) -> None:
    exporter = make_exporter(SqlCollector())
    exporter.collect_once()
    clock.turn(7)
    assert 'ledgerscope_collector_age_seconds{collector="jobs"} 7.0' in served(exporter)
    assert exporter.page().valid_until == NOON + timedelta(seconds=45)
