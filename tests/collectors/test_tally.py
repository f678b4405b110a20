"""Event counters: exactly once, whatever order transactions commit in, whoever counts, whenever it began."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from collectors import tally_sql
from collectors.companies import Companies, Company
from collectors.counters import Counters, EventCounter, Measure
from collectors.errors import MovingView
from collectors.tally import Tally
from collectors.visibility import Visibility
from ledgerscope.catalogue import jobs, lifecycle
from ledgerscope.domain.events import EventType
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.errors import StoreError
from ledgerscope.store.snapshots import import_snapshot, read_only_snapshot
from tests.collectors.books import NOON
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import URL, Connection, Engine

    from collectors.tally_sql import Probe

DELETED = Counters((EventCounter(metric=lifecycle.DELETED, event_type=EventType.CUSTOMER_DELETED),))
JOBS = Counters(
    (
        EventCounter(metric=jobs.PROCESSED, event_type=EventType.JOB_FINISHED),
        EventCounter(metric=jobs.DURATION, event_type=EventType.JOB_FINISHED, measure=Measure.DURATION),
    )
)
ACME = Companies((Company("acme", "EUR", NOON.date(), {}),), {})
REASONS = ("requested", "duplicate", "closed")
INSERT = text("""
    INSERT INTO event (tenant_id, event_type, labels, occurred_at)
    SELECT 'acme', 'CustomerDeleted', jsonb_build_object('reason', cast(:reason AS text), 'mode', 'soft'),
        cast(:at AS timestamptz)
    FROM generate_series(1, :n)
""")
FINISHED = text("""
    INSERT INTO event (tenant_id, event_type, labels, duration_ms, occurred_at)
    VALUES ('acme', 'JobFinished', '{"queue": "mail", "job_name": "send", "status": "completed"}', :ms,
        '2026-06-15')
""")
PRUNE = (
    "SET LOCAL session_replication_role = replica",  # the only way past the append-only trigger
    """
    WITH gone AS (
        DELETE FROM event WHERE event_id IN (SELECT event_id FROM event ORDER BY event_id LIMIT 40)
        RETURNING *
    )
    INSERT INTO event_rollup AS kept (tenant_id, event_type, labels, n)
    SELECT tenant_id, event_type, labels, count(*) FROM gone GROUP BY tenant_id, event_type, labels
    ON CONFLICT (tenant_id, event_type, labels, currency) DO UPDATE SET n = kept.n + excluded.n
    """,
)


@pytest.fixture
def live(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Engine]:
    """The superuser's engine of a database of its own, for tests that commit."""
    url = clone_template()
    engine = create_engine(url, OWNER, pool_size=12)
    yield engine
    engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def acme(live: Engine) -> Engine:
    with live.begin() as connection:
        connection.execute(
            text("INSERT INTO tenant VALUES ('acme', 'Acme', 'UTC', 'EUR', '{}', '2024-01-01')")
        )
    return live


def counted(tally: Tally, engine: Engine, as_of: datetime = NOON) -> Counter[str]:
    """Deletions by reason, as the tally has them in a snapshot taken now."""
    with read_only_snapshot(engine) as snapshot:
        return by_reason(tally, snapshot.connection, as_of)


def by_reason(tally: Tally, connection: Connection, as_of: datetime = NOON) -> Counter[str]:
    totals = tally.advance(connection, as_of)
    reason = DELETED.keys.index("reason")
    return Counter({str(group.values[reason]): sums.n for group, sums in totals.items()})


@dataclass
class Writers:
    """Transactions in progress, what each has written, and what was committed in all.

    Events occur up to `ahead` days after noon.
    """

    engine: Engine
    random: Random
    open: dict[int, tuple[Connection, Counter[tuple[str, datetime]]]] = field(default_factory=dict)
    committed: Counter[str] = field(default_factory=Counter)
    ahead: int = 0
    at: dict[datetime, Counter[str]] = field(default_factory=dict)

    def occurred(self, as_of: datetime) -> Counter[str]:
        """What was committed and has occurred by the instant."""
        return sum((n for at, n in self.at.items() if at <= as_of), Counter())

    def step(self) -> None:
        """One random thing: a transaction begins, writes, takes part of it back, commits or rolls back."""
        number = self.random.randrange(4)
        if number not in self.open:
            connection = self.engine.connect()
            connection.begin()
            self.open[number] = connection, Counter()
        self.random.choice((self._write, self._write, self._take_back, self._commit, self._roll_back))(number)

    def _write(self, number: int) -> None:
        connection, written = self.open[number]
        reason, n = self.random.choice(REASONS), self.random.randint(1, 3)
        at = NOON + timedelta(hours=self.random.randint(-5, self.ahead * 24)) if self.ahead else NOON
        connection.execute(INSERT, {"reason": reason, "n": n, "at": at})
        written[reason, at] += n

    def _take_back(self, number: int) -> None:
        connection, _ = self.open[number]
        with connection.begin_nested() as savepoint:
            connection.execute(INSERT, {"reason": "requested", "n": 1, "at": NOON})
            savepoint.rollback()

    def _commit(self, number: int) -> None:
        connection, written = self.open.pop(number)
        connection.commit()
        connection.close()
        for (reason, at), n in written.items():
            self.committed[reason] += n
            self.at.setdefault(at, Counter())[reason] += n

    def _roll_back(self, number: int) -> None:
        connection, _ = self.open.pop(number)
        connection.rollback()
        connection.close()

    def finish(self) -> None:
        for number in list(self.open):
            self._commit(number)


@pytest.mark.parametrize("seed", sample(range(4), 1))
def test_no_interleaving_loses_or_doubles_an_event(acme: Engine, seed: int) -> None:
    random = Random(seed)
    writers = Writers(acme, random)
    tally, other = Tally(DELETED), Tally(DELETED)
    for _ in range(120):
        for _ in range(random.randint(1, 6)):
            writers.step()
        assert counted(tally, acme) == writers.committed
        if random.random() < 0.2:  # another exporter, that looks less often
            assert counted(other, acme) == writers.committed
    writers.finish()
    assert counted(tally, acme) == counted(other, acme) == counted(Tally(DELETED), acme) == writers.committed
    assert (tally.recounts, tally.rebases, other.recounts) == (1, 0, 1)


def test_pruning_at_any_moment_changes_no_value(acme: Engine) -> None:
    random = Random(7)
    writers = Writers(acme, random)
    tally = Tally(DELETED)
    for _ in range(60):
        for _ in range(random.randint(1, 6)):
            writers.step()
        if random.random() < 0.3:
            with acme.begin() as connection:
                for statement in PRUNE:
                    connection.exec_driver_sql(statement)
        assert counted(tally, acme) == writers.committed
    assert tally.recounts > 1
    assert tally.rebases == 0


def test_a_pruning_that_has_not_committed_is_not_seen(acme: Engine) -> None:
    writers = Writers(acme, Random(1))
    for _ in range(20):
        writers.step()
    writers.finish()
    tally = Tally(DELETED)
    assert counted(tally, acme) == writers.committed
    with acme.connect() as pruner, pruner.begin():
        for statement in PRUNE:
            pruner.exec_driver_sql(statement)
        assert counted(tally, acme) == writers.committed
        with acme.begin() as connection:
            connection.execute(INSERT, {"reason": "closed", "n": 1, "at": NOON})
        assert counted(tally, acme) == writers.committed + Counter(closed=1)
    assert counted(tally, acme) == writers.committed + Counter(closed=1)


def test_the_slow_transaction_with_the_lower_id_is_counted_when_it_commits(acme: Engine) -> None:
    tally = Tally(DELETED)
    with acme.connect() as slow, slow.begin():
        slow.execute(INSERT, {"reason": "requested", "n": 1, "at": NOON})
        with acme.begin() as fast:
            fast.execute(INSERT, {"reason": "closed", "n": 1, "at": NOON})
        assert counted(tally, acme) == Counter(closed=1)
        slow.commit()
    assert counted(tally, acme) == Counter(closed=1, requested=1)
    assert counted(tally, acme) == Counter(closed=1, requested=1)


def test_a_reader_of_an_exported_snapshot_counts_what_that_snapshot_sees(acme: Engine) -> None:
    tally = Tally(DELETED)
    with read_only_snapshot(acme) as snapshot:
        with acme.begin() as connection:
            connection.execute(INSERT, {"reason": "closed", "n": 2, "at": NOON})
        with import_snapshot(acme, snapshot.token) as connection:
            assert by_reason(tally, connection) == Counter()
    assert counted(tally, acme) == Counter(closed=2)
    assert tally.recounts == 1


def test_a_failed_run_leaves_the_tally_as_it_was(acme: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally(DELETED)
    counted(tally, acme)
    with acme.begin() as connection:
        connection.execute(INSERT, {"reason": "closed", "n": 2, "at": NOON})
    with read_only_snapshot(acme) as snapshot:
        with pytest.raises(StoreError):
            snapshot.connection.exec_driver_sql("SELECT 1 / 0")
        with pytest.raises(StoreError):
            tally.advance(snapshot.connection, NOON)
    half = tally_sql.added

    def broken(*arguments: object) -> object:
        yield next(iter(half(*arguments)))  # type: ignore[arg-type]  # the test passes on what it is given
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(tally_sql, "added", broken)
        with pytest.raises(RuntimeError):
            counted(tally, acme)
    assert counted(tally, acme) == Counter(closed=2)
    assert tally.recounts == 1


@contextmanager
def another_database(monkeypatch: pytest.MonkeyPatch, **changes: object) -> Iterator[None]:
    """Everything the tally reads is real but what it reads about the database."""
    real = tally_sql.probe

    def probe(connection: Connection, counters: Counters) -> Probe:
        return replace(real(connection, counters), **changes)  # type: ignore[arg-type]  # fields of Probe

    with monkeypatch.context() as patch:
        patch.setattr(tally_sql, "probe", probe)
        yield


@pytest.mark.parametrize(
    ("before", "rebases"),
    [
        pytest.param({"identity": (1, 1, 1, 1)}, 1, id="it was another cluster"),
        pytest.param({"visible": Visibility(10**9, 10**9)}, 1, id="it was restored from an older copy"),
        pytest.param({"has_foreign_ids": True}, 0, id="it had ids from the future, counted as rebase then"),
    ],
)
def test_another_database_than_before_is_recounted(
    acme: Engine, monkeypatch: pytest.MonkeyPatch, before: dict[str, object], rebases: int
) -> None:
    tally = Tally(DELETED)
    with acme.begin() as connection:
        connection.execute(INSERT, {"reason": "closed", "n": 3, "at": NOON})
    with another_database(monkeypatch, **before):
        assert counted(tally, acme) == Counter(closed=3)
    assert counted(tally, acme) == Counter(closed=3)
    assert (tally.recounts, tally.rebases) == (2, rebases)
    assert counted(tally, acme) == Counter(closed=3)
    assert tally.recounts == 2


def test_a_transaction_whose_view_moves_is_refused(acme: Engine) -> None:
    with acme.begin() as connection, pytest.raises(MovingView, match="REPEATABLE READ"):
        Tally(DELETED).advance(connection, NOON)


def test_a_standby_is_recounted_because_it_hides_what_is_in_progress(
    acme: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tally = Tally(DELETED)
    with another_database(monkeypatch, is_standby=True):
        counted(tally, acme)
        counted(tally, acme)
    assert (tally.recounts, tally.rebases) == (2, 0)


def test_restored_events_with_ids_ahead_of_the_cluster_are_counted_once(acme: Engine) -> None:
    tally = Tally(DELETED)
    with acme.begin() as connection:
        connection.execute(INSERT, {"reason": "closed", "n": 1, "at": NOON})
    assert counted(tally, acme) == Counter(closed=1)
    with acme.begin() as connection:  # as a restored dump would
        connection.exec_driver_sql("""
            INSERT INTO event (tenant_id, event_type, labels, occurred_at, xid)
            SELECT tenant_id, event_type, labels, occurred_at,
                (pg_current_xact_id()::text::bigint + 4)::text::xid8
            FROM event
        """)
    for n in range(2, 12):
        assert counted(tally, acme) == Counter(closed=n)
        with acme.begin() as connection:  # the cluster catches up with the foreign id
            connection.execute(INSERT, {"reason": "closed", "n": 1, "at": NOON})
    assert tally.rebases == 1


def test_two_databases_of_one_cluster_are_told_apart(
    acme: Engine, clone_template: Callable[[], URL], administration: Engine
) -> None:
    tally = Tally(DELETED)
    with acme.begin() as connection:
        connection.execute(INSERT, {"reason": "closed", "n": 3, "at": NOON})
    counted(tally, acme)
    url = clone_template()
    other = create_engine(url, OWNER)
    assert counted(tally, other) == Counter()
    assert tally.rebases == 1
    other.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


def test_durations_are_counted_in_the_bucket_whose_bound_they_do_not_exceed(acme: Engine) -> None:
    tally = Tally(JOBS)
    milliseconds = (0, 100, 101, 500, 2500, 300_000, 300_001)
    expected: list[int] = []
    for ms in milliseconds:
        with acme.begin() as connection:
            connection.execute(FINISHED, {"ms": ms})
        expected.append(ms)
        with read_only_snapshot(acme) as snapshot:
            read = JOBS.read(tally.advance(snapshot.connection, NOON), ACME)
        labels = "acme", "mail", "send", "completed"
        assert read.values[jobs.PROCESSED, labels] == len(expected)
        distribution = read.values[jobs.DURATION, labels]
        assert not isinstance(distribution, float)
        bounds = (*jobs.DURATION.buckets, float("inf"))
        assert distribution.cumulative == tuple(sum(e <= b * 1000 for e in expected) for b in bounds)
        assert distribution.sum == sum(expected) / 1000
    assert tally.recounts == 1


def test_pruned_durations_keep_their_buckets_and_unknown_layouts_count_in_inf_only(acme: Engine) -> None:
    labels = '{"queue": "mail", "job_name": "send", "status": "completed"}'
    with acme.begin() as connection:
        connection.execute(FINISHED, {"ms": 700})
        for currency, buckets in (("XXX", "{1,0,0,0,0,0,0,0,0,0,2}"), ("EUR", "{5}")):
            connection.execute(
                text("""
                    INSERT INTO event_rollup
                        (tenant_id, event_type, labels, currency, n, sum_duration_ms, buckets)
                    VALUES ('acme', 'JobFinished', :labels, :currency, 3, 800050, :buckets)
                """),
                {"labels": labels, "currency": currency, "buckets": buckets},
            )
    with read_only_snapshot(acme) as snapshot:
        totals = Tally(JOBS).advance(snapshot.connection, NOON)
    distribution = JOBS.read(totals, ACME).values[jobs.DURATION, ("acme", "mail", "send", "completed")]
    assert not isinstance(distribution, float)
    assert distribution.cumulative == (1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 7)
    assert distribution.sum == pytest.approx(1600.8)


def test_an_event_without_a_duration_is_counted_but_not_measured(acme: Engine) -> None:
    labels = '{"queue": "mail", "job_name": "send", "status": "completed"}'
    with acme.begin() as connection:
        connection.execute(FINISHED, {"ms": 700})
        connection.execute(FINISHED, {"ms": None})
        connection.execute(
            text("""
                INSERT INTO event_rollup (tenant_id, event_type, labels, n, sum_duration_ms, buckets)
                VALUES ('acme', 'JobFinished', :labels, 5, 100, '{1,0,0,0,0,0,0,0,0,0,1}')
            """),
            {"labels": labels},
        )
    with read_only_snapshot(acme) as snapshot:
        read = JOBS.read(Tally(JOBS).advance(snapshot.connection, NOON), ACME)
    series = "acme", "mail", "send", "completed"
    assert read.values[jobs.PROCESSED, series] == 7
    distribution = read.values[jobs.DURATION, series]
    assert not isinstance(distribution, float)
    assert distribution.cumulative == (1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3)
    assert distribution.sum == 0.8


@pytest.mark.parametrize("seed", sample(range(4), 1))
def test_events_are_counted_once_when_their_time_comes(acme: Engine, seed: int) -> None:
    """Random writers, events up to ten days ahead, and an instant that moves on and sometimes back."""
    random = Random(seed)
    writers = Writers(acme, random, ahead=10)
    tally, other = Tally(DELETED), Tally(DELETED)
    as_of, latest, moved_back = NOON, NOON, 0
    for _ in range(120):
        for _ in range(random.randint(1, 4)):
            writers.step()
        before, as_of = as_of, as_of + timedelta(hours=random.choice((0, 0, 1, 7, 30)))
        if random.random() < 0.1:
            as_of -= timedelta(hours=random.randint(0, 72))
        moved_back += as_of < before
        latest = max(latest, as_of)
        assert counted(tally, acme, as_of) == writers.occurred(as_of)
        if random.random() < 0.2:
            assert counted(other, acme, latest) == writers.occurred(latest)
    writers.finish()
    for one in (tally, Tally(DELETED)):
        assert counted(one, acme, as_of) == writers.occurred(as_of)
    assert counted(other, acme, latest + timedelta(days=11)) == writers.committed
    assert moved_back
    assert (tally.recounts, tally.rebases) == (1 + moved_back, 0)
    assert (other.recounts, other.rebases) == (1, 0)


def test_an_event_that_never_occurs_is_never_counted(acme: Engine) -> None:
    tally = Tally(DELETED)
    with acme.begin() as connection:
        # as a view of another database may have them
        connection.exec_driver_sql("ALTER TABLE event DROP CONSTRAINT event_finite_check")
        connection.execute(INSERT, {"reason": "closed", "n": 1, "at": "infinity"})
        connection.execute(INSERT, {"reason": "closed", "n": 1, "at": "10000-01-01"})
        connection.execute(INSERT, {"reason": "requested", "n": 1, "at": "-infinity"})
    assert counted(tally, acme) == counted(tally, acme, NOON + timedelta(days=1)) == Counter(requested=1)
    assert tally.recounts == 1


def test_without_events_ahead_nothing_but_new_events_is_read(acme: Engine) -> None:
    tally = Tally(DELETED)
    with acme.begin() as connection:
        connection.execute(INSERT, {"reason": "closed", "n": 1, "at": NOON + timedelta(hours=2)})
    statements: list[str] = []
    event.listen(acme, "before_cursor_execute", lambda *of: statements.append(of[2]))
    reads = []
    for hours in (0, 1, 2, 3):
        statements.clear()
        counted(tally, acme, NOON + timedelta(hours=hours))
        reads.append(sum("FROM event" in one and "pg_current_snapshot()" not in one for one in statements))
    assert reads == [1, 1, 2, 1]
