"""One tick: everything that is due runs under one exported snapshot, and is published together.

The coordinator (this thread) holds the transaction that exported the snapshot until each run has imported it.
Runs that end within the grace are published in one swap, so that sums across collectors agree; what is later
than that is published when it ends, so that a stuck collector never ages another.
"""

from __future__ import annotations

from concurrent.futures import wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING

from exporter.state.collector_state import Missing, Outcome
from exporter.state.failures import Failure, FailureClass
from ledgerscope.store import contract
from ledgerscope.store.errors import StoreError
from ledgerscope.store.snapshots import read_only_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future
    from datetime import datetime

    from sqlalchemy import Connection

    from collectors.base import Collector
    from exporter.collection.run import Runner
    from ledgerscope.store.snapshots import Snapshot

    Events = Sequence[Outcome | Missing]
    Publish = Callable[[Events], None]

__all__ = ["Ticker"]


class _Batch:
    """Gathers how runs end; publishes all at once when complete or closed, later ones singly."""

    def __init__(self, expected: int, publish: Publish) -> None:
        self._lock = Lock()
        self._expected = expected
        self._publish = publish
        self._waiting: list[Outcome | Missing] = []
        self._closed = False

    def add(self, event: Outcome | Missing) -> None:
        with self._lock:
            self._waiting.append(event)
            self._expected -= 1
            self._flush(ready=self._closed or self._expected == 0)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._flush(ready=True)

    def _flush(self, *, ready: bool) -> None:
        if ready and self._waiting:
            self._publish(tuple(self._waiting))
            self._waiting.clear()


@dataclass(frozen=True, slots=True)
class Ticker:
    """Runs ticks; `publish` takes what came of the runs."""

    runner: Runner
    workers: Executor
    publish: Publish

    def tick(
        self,
        collectors: Sequence[Collector],
        *,
        doubtful: Sequence[str],
        grace: float | None,
        finished: Callable[[str], None],
    ) -> None:
        """Run the collectors; those that are `doubtful` are checked against the database first.

        Returns when the first `grace` seconds are over (None: when all have ended) and the snapshot has
        been let go. `finished` is called with each collector's name once its run is over.
        """
        batch = _Batch(len(collectors), self.publish)

        def ended(event: Outcome | Missing) -> None:
            finished(event.collector)
            batch.add(event)

        started, as_of = monotonic(), self.runner.clock()
        with ExitStack() as held:
            try:
                snapshot, missing = self._open(held, [c for c in collectors if c.name in doubtful])
            except _Unopened as unopened:
                for collector in collectors:
                    ended(Outcome.of(collector, monotonic() - started, unopened.failure))
                return
            for event in missing:
                ended(event)
            lacking = {event.collector for event in missing}
            runs = [
                self._submit(collector, snapshot, as_of, ended)
                for collector in collectors
                if collector.name not in lacking
            ]
            wait([run.future for run in runs], timeout=grace)
            batch.close()
            self._let_go(runs, ended)
            self._close(held, snapshot)

    def forget_connections(self) -> None:
        """Drop idle connections: after an outage each dead one would cost the run that happens to take it."""
        self.runner.engine.dispose()

    def _submit(
        self,
        collector: Collector,
        snapshot: Snapshot,
        as_of: datetime,
        ended: Callable[[Outcome | Missing], None],
    ) -> _Submitted:
        imported = Event()

        def run() -> None:
            ended(self.runner.run(collector, snapshot.token, as_of, imported.set))

        return _Submitted(collector, self.workers.submit(run), imported)

    def _let_go(self, runs: Sequence[_Submitted], ended: Callable[[Outcome | Missing], None]) -> None:
        """Wait until nobody needs the snapshot any more; give up on runs that no worker was free for."""
        latest = monotonic() + self.runner.within.total_seconds()
        for run in runs:
            if not run.imported.wait(max(0.0, latest - monotonic())) and run.future.cancel():
                failure = Failure(FailureClass.TIMEOUT, "no worker became free in time", self.runner.clock())
                ended(Outcome.of(run.collector, 0.0, failure))

    def _open(self, held: ExitStack, doubtful: Sequence[Collector]) -> tuple[Snapshot, list[Missing]]:
        with self.runner.watchdog.limit(self.runner.within) as deadline:
            try:
                snapshot = held.enter_context(read_only_snapshot(self.runner.engine))
                return snapshot, list(_lacking(snapshot.connection, doubtful))
            except Exception as error:
                raise _Unopened(self.runner.failure(error, deadline)) from error

    def _close(self, held: ExitStack, snapshot: Snapshot) -> None:
        connection = snapshot.connection.connection.driver_connection
        # what the snapshot was for is done: a connection that breaks now fails nobody's run
        with self.runner.watchdog.limit(self.runner.within, connection), suppress(StoreError):
            held.close()


@dataclass(frozen=True, slots=True)
class _Submitted:
    collector: Collector
    future: Future[None]
    imported: Event


def _lacking(connection: Connection, collectors: Iterable[Collector]) -> Iterator[Missing]:
    for collector in collectors:
        problems = contract.check(connection, collector.relations)
        if problems:
            yield Missing(collector.name, "; ".join(problem.message for problem in problems))


class _Unopened(Exception):
    """There is no snapshot to run under; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
