"""Decides when ticks happen: on the grid of the collectors' intervals, and sooner while the database is away.

APScheduler keeps the time; the timetable says who is due. At most one run of a collector is in flight: a
collector that is due while its last run still goes on is skipped and counted. While the database cannot be
reached, extra attempts follow at growing distances until they would be rarer than the grid's own.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_RUNNING
from apscheduler.triggers.base import BaseTrigger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from collectors.base import Collector
    from exporter.collection.tick import Ticker
    from exporter.collection.timetable import Timetable
    from exporter.state.page import Publisher

__all__ = ["Backoff", "InFlight", "Scheduler"]


class InFlight:
    """Which collectors have a run in flight, and how many ticks go on. May be called from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names: set[str] = set()
        self._ticks = 0

    @contextmanager
    def tick(self) -> Iterator[None]:
        """A tick goes on while the block does."""
        with self._lock:
            self._ticks += 1
        try:
            yield
        finally:
            with self._lock:
                self._ticks -= 1

    def when_quiet(self, action: Callable[[], None]) -> None:
        """Act now if nothing is in flight, and let nothing begin meanwhile; else do not."""
        with self._lock:
            if not self._names and not self._ticks:
                action()

    def begin(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of the names that may run now; they are in flight from here on."""
        with self._lock:
            free = tuple(name for name in names if name not in self._names)
            self._names.update(free)
            return free

    def end(self, name: str) -> None:
        """The run of that collector is over."""
        with self._lock:
            self._names.discard(name)


@dataclass(slots=True)
class Backoff:
    """How long to wait before trying again without waiting for the grid: doubling, spread by up to a half."""

    first: float
    random: Random
    _next: float = 0.0

    def failed(self, grid: float) -> float | None:
        """Seconds until the next extra attempt; None when the grid comes sooner anyway."""
        self._next = self._next * 2 or self.first
        delay = self._next * (1 + self.random.random() / 2)
        return delay if delay < grid else None

    def succeeded(self) -> None:
        """Begin anew next time."""
        self._next = 0.0


class Scheduler:
    """Runs ticks at their times, from `start` to `stop`."""

    def __init__(
        self,
        collectors: Mapping[str, Collector],
        publisher: Publisher,
        ticker: Ticker,
        timetable: Timetable,
        clock: Callable[[], datetime],
        jitter: timedelta = timedelta(0),
    ) -> None:
        self._collectors = collectors
        self._publisher = publisher
        self._ticker = ticker
        self._timetable = timetable
        self._clock = clock
        self._jitter = jitter
        self._in_flight = InFlight()
        self._backoff = Backoff(first=0.5, random=Random())  # noqa: S311  # spreads load, guards no secret
        self._scheduler = BackgroundScheduler(timezone="UTC", daemon=True)

    def start(self) -> None:
        """The first tick begins at once, in the background."""
        trigger = _Grid(self._timetable, self._jitter)
        self._scheduler.start()
        self._scheduler.add_job(
            self.tick,
            trigger,
            id="tick",
            next_run_time=self._clock(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def stop(self) -> None:
        """No further tick begins, even if the one that goes on has not ended."""
        if self._scheduler.running:
            self._scheduler.pause()

    def join(self) -> None:
        """Wait until the tick that goes on has ended."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    @property
    def running(self) -> bool:
        """Whether the thread that starts the ticks is alive."""
        thread = getattr(self._scheduler, "_thread", None)
        return bool(self._scheduler.state == STATE_RUNNING and thread is not None and thread.is_alive())

    def tick(self) -> None:
        """Run who is due; returns when the tick is published, apart from runs that are late."""
        due = self._timetable.due(self._clock())
        if due:
            self.run(due, grace=self._grace(due))

    def run(self, names: Sequence[str], *, grace: float | None = None) -> None:
        """Run these collectors now, whether or not they are due; without a grace, wait for all of them."""
        with self._in_flight.tick():
            free = self._in_flight.begin(names)
            self._publisher.skip(name for name in names if name not in free)
            if free:
                self._ticker.tick(
                    [self._collectors[name] for name in free],
                    doubtful=[name for name in free if self._doubtful(name)],
                    grace=grace,
                    finished=self._in_flight.end,
                )
        if free:
            self._react_to_database(free)

    def _doubtful(self, name: str) -> bool:
        record = self._publisher.page.records[name]
        return bool(record.disabled) or record.succeeded is None

    def _grace(self, names: Sequence[str]) -> float:
        # a third of the interval late is not yet stale: see the default of stale_after
        return min(self._interval(name) for name in names) / 3

    def _interval(self, name: str) -> float:
        return self._publisher.page.records[name].policy.interval.total_seconds()

    def _react_to_database(self, names: Sequence[str]) -> None:
        if self._publisher.page.database is not False:
            self._backoff.succeeded()
            return
        self._in_flight.when_quiet(self._ticker.forget_connections)
        delay = self._backoff.failed(min(self._interval(name) for name in names))
        if delay is not None and self._scheduler.running:
            self._scheduler.add_job(
                self.run,
                "date",
                (names,),
                {"grace": self._grace(names)},
                id="retry",
                replace_existing=True,
                run_date=self._clock() + timedelta(seconds=delay),
                misfire_grace_time=None,
            )


class _Grid(BaseTrigger):  # type: ignore[misc]  # the library ships no types
    """Fires at the timetable's grid points, up to `jitter` late so that exporters do not march in step."""

    def __init__(self, timetable: Timetable, jitter: timedelta) -> None:
        self._timetable = timetable
        self._jitter = jitter.total_seconds()

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime | None:
        following = self._timetable.next_after(now)
        return self._apply_jitter(following, self._jitter, now) if following else None
