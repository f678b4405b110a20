"""One run of one collector: read under the tick's snapshot and within the deadline, validate, render.

Runs in a worker thread. Whatever happens becomes an `Outcome`; nothing is raised, so that no collector can
end another's run, a worker or the tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from exporter.collection.validate import validate
from exporter.state.collector_state import Outcome
from exporter.state.failures import Failure, FailureClass, classify, describe
from exporter.state.snapshot import take
from ledgerscope.store.snapshots import import_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from sqlalchemy import Engine

    from collectors.base import Collector
    from exporter.collection.deadline import Deadline, Watchdog
    from exporter.state.snapshot import Slot

__all__ = ["Runner"]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs collectors. `within` is the time one run may take, `tenants` how many companies may be served."""

    engine: Engine
    watchdog: Watchdog
    clock: Callable[[], datetime]
    within: timedelta
    tenants: int

    def run(
        self, collector: Collector, token: str, as_of: datetime, imported: Callable[[], object]
    ) -> Outcome:
        """Collect under the exported snapshot `token`; `imported` is called once that may be let go."""
        started = monotonic()
        with self.watchdog.limit(self.within) as deadline:
            try:
                result: Slot | Failure = self._collect(collector, token, as_of, imported)
            except Exception as error:  # noqa: BLE001  # the boundary where a failure becomes a value
                result = self.failure(error, deadline)
            finally:
                imported()
        return Outcome.of(collector, monotonic() - started, result)

    def _collect(
        self, collector: Collector, token: str, as_of: datetime, imported: Callable[[], object]
    ) -> Slot:
        with import_snapshot(self.engine, token) as connection:
            imported()
            readings = collector.collect(connection, as_of)
        validate(collector, readings, tenants=self.tenants)
        return take(readings, as_of=as_of, finished_at=self.clock(), isolated=collector.isolated)

    def failure(self, error: Exception, deadline: Deadline) -> Failure:
        """What an error means that was raised within the deadline."""
        limit = f"{self.within.total_seconds():g} s"
        if deadline.silent:
            message = f"the server did not answer within {limit}, nor did it answer a request to cancel"
            return Failure(FailureClass.TIMEOUT, message, self.clock(), answered=False)
        if deadline.cut:  # what the driver says of the connection that we closed would blame the server
            message = f"the run took longer than its limit of {limit} and its connection was closed"
            return Failure(FailureClass.TIMEOUT, message, self.clock(), answered=True)
        kind = classify(error)
        return Failure(kind, describe(error), self.clock(), answered=kind is not FailureClass.UNREACHABLE)
