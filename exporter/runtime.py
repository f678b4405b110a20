"""The exporter put together: from settings, collectors, an engine and a clock to what can be served.

The only place where the parts are put together; `serve`, `demo` and `collect --once` differ in what they do
with it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import structlog

from exporter.collection.deadline import Watchdog
from exporter.collection.run import Runner
from exporter.collection.scheduler import Scheduler
from exporter.collection.tick import Ticker
from exporter.collection.timetable import Timetable
from exporter.errors import DuplicateMetric
from exporter.exposition.json_values import as_json
from exporter.reporting.health import Health, examine
from exporter.reporting.log import Journal
from exporter.reporting.scrape import Scrape, process_registry
from exporter.reporting.self_metrics import self_readings
from exporter.state.collector_state import Record
from exporter.state.page import Publisher
from ledgerscope import __version__
from ledgerscope.store.engine import Session, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import URL, Engine
    from structlog.typing import FilteringBoundLogger

    from collectors.base import Collector
    from exporter.reporting.health import ApiHealth
    from exporter.reporting.request_metrics import RequestMetrics
    from exporter.settings.model import ExporterSettings
    from exporter.state.collector_state import Missing, Outcome
    from exporter.state.page import Page

__all__ = ["Exporter", "exporter_engine", "utc_now"]

_SWITCHED_OFF = "switched off in the settings"


def utc_now() -> datetime:
    """The clock of the running process."""
    return datetime.now(UTC)


def exporter_engine(url: str | URL, settings: ExporterSettings) -> Engine:
    """An engine for the exporter's reads, as the settings bound it."""
    database = settings.database
    session = Session(
        application_name="ledgerscope-exporter",
        read_only=True,
        role=database.role,
        schema=database.schema_,
        tenants=settings.tenants.only,
        statement_timeout=database.statement_timeout,
        lock_timeout=database.statement_timeout,
        connect_timeout=database.connect_timeout,
    )
    return create_engine(url, session, pool_size=database.connections)


class Exporter:
    """Collects on a schedule between `start` and `stop`, and has a page ready at any time.

    Raises DuplicateMetric when two of the collectors claim one metric. The engine stays its maker's. What the
    API counts in `requests` is served with the rest.
    """

    def __init__(
        self,
        settings: ExporterSettings,
        collectors: Sequence[Collector],
        engine: Engine,
        *,
        clock: Callable[[], datetime] = utc_now,
        log: FilteringBoundLogger | None = None,
        requests: RequestMetrics | None = None,
    ) -> None:
        _check_owners(collectors)
        self._settings = settings
        self._clock = clock
        self._engine = engine
        self._journal = Journal(log or structlog.get_logger())
        self._collectors = {one.name: one for one in collectors if settings.policy(one.name).enabled}
        self._publisher = Publisher(_record(one.name, settings) for one in collectors)
        self._watchdog = Watchdog(engine)
        # one connection is the snapshot's
        self._workers = ThreadPoolExecutor(settings.database.connections - 1, "collector")
        self._scheduler = self._schedule()
        self._requests = requests
        self.scrape = Scrape(self._publisher, clock, __version__, process_registry(), requests)

    def start(self) -> None:
        """Begin to collect: the first tick at once, in the background."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop collecting; runs in flight are ended, on the server too. The last page stays."""
        self._scheduler.stop()
        self._watchdog.end_all()
        self._scheduler.join()
        self._workers.shutdown(cancel_futures=True)

    def collect_once(self, names: Sequence[str] = ()) -> Page:
        """Run these collectors (all enabled ones where empty) now, wait for all, and return the page."""
        self._scheduler.run(tuple(names) or tuple(self._collectors))
        return self.page()

    def page(self) -> Page:
        """What is served now."""
        return self._publisher.page_at(self._clock())

    def health(self, api: ApiHealth | None = None) -> Health:
        """How every collector and the database are, as they were found last; nobody is asked for it."""
        return examine(self._publisher.page, self._clock(), api)

    def json(self) -> dict[str, object]:
        """The page as JSON values."""
        now = self._clock()
        page = self._publisher.page_at(now)
        slots = {name: slot for name, record in page.records.items() if (slot := record.served(now))}
        own = self_readings(page, now, __version__)
        asked = self._requests.readings() if self._requests is not None else []
        readings = chain(chain.from_iterable(slot.readings for slot in slots.values()), own, asked)
        return as_json({name: slot.as_of for name, slot in slots.items()}, readings)

    @property
    def alive(self) -> bool:
        """Whether collections are being started."""
        return self._scheduler.running

    @property
    def ready(self) -> bool:
        """Whether each collector has been tried, or the settings do not want to wait for that."""
        return self._settings.listen.ready_at_once or self._publisher.page.complete

    def _schedule(self) -> Scheduler:
        runner = Runner(
            self._engine,
            self._watchdog,
            self._clock,
            self._settings.database.statement_timeout,
            self._settings.tenants.limit,
        )
        intervals = {name: self._settings.policy(name).interval for name in self._collectors}
        return Scheduler(
            self._collectors,
            self._publisher,
            Ticker(runner, self._workers, self._publish),
            Timetable(intervals, self._clock()),
            self._clock,
            self._settings.jitter,
        )

    def _publish(self, events: Sequence[Outcome | Missing]) -> None:
        now = self._clock()
        self._journal.note(self._publisher.report(events, now), now)


def _record(name: str, settings: ExporterSettings) -> Record:
    policy = settings.policy(name)
    return Record(name, policy, disabled="" if policy.enabled else _SWITCHED_OFF)


def _check_owners(collectors: Sequence[Collector]) -> None:
    owners: dict[str, str] = {}
    for collector in collectors:
        for metric in collector.metrics:
            if metric.name in owners:
                raise DuplicateMetric(metric.name, owners[metric.name], collector.name)
            owners[metric.name] = collector.name
