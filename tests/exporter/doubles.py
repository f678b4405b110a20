"""Small real collectors and a clock to turn: what the tests of the exporter hand to it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from collectors.base import Reading
from exporter.settings.model import ExporterSettings
from ledgerscope.catalogue import aging, jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Engine

    from ledgerscope.catalogue import Metric
    from ledgerscope.store.contract import Relation

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEPTH = "select 'acme', 'invoices', 3"
RECEIVABLE = "select 'acme', 'EUR', 120.5"


class Clock:
    """Stands still until it is turned."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class SqlCollector:
    """Runs one statement, which may be changed between runs; a row is label values and then the value."""

    name: str = "jobs"
    statement: str = DEPTH
    metric: Metric = jobs.QUEUE_DEPTH
    relations: tuple[Relation, ...] = ()
    rebases: int = 0
    misplaced: int = 0
    isolated: Mapping[str, str] = field(default_factory=dict)
    seen: list[datetime] = field(default_factory=list)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric,)

    def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
        self.seen.append(as_of)
        rows = connection.execute(text(self.statement)).all()
        return [Reading(self.metric, tuple(row[:-1]), float(row[-1])) for row in rows]


@dataclass
class Terminated(SqlCollector):
    """Its connection is ended by the administration while it runs, for as long as `cruel`."""

    administration: Engine | None = None
    cruel: bool = True

    def collect(self, connection: Connection, as_of: datetime) -> list[Reading]:
        if self.administration is not None and self.cruel:
            pid = connection.execute(text("select pg_backend_pid()")).scalar()
            with self.administration.connect() as administration:
                administration.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        return super().collect(connection, as_of)


def aging_collector(statement: str = RECEIVABLE) -> SqlCollector:
    """A second collector beside the first, with a metric of its own."""
    return SqlCollector("aging", statement, aging.RECEIVABLE)


def settings(**given: object) -> ExporterSettings:
    """Settings for tests: short deadlines, no jitter, a free port."""
    database = {"statement_timeout": "1s", "connect_timeout": "1s", "connections": 4}
    whole: dict[str, object] = {"jitter": "0s", "database": database, "listen": {"port": 0}}
    return ExporterSettings.model_validate(whole | given)


def eventually(condition: Callable[[], object], within: float = 30.0) -> None:
    """Wait until the condition holds; fails only when it does not for a very long time."""
    latest = time.monotonic() + within
    while not condition():
        assert time.monotonic() < latest, f"not within {within} s"
        time.sleep(0.02)
