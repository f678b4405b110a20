"""The live business: each company goes on from the position that the database holds, step by step.

Guards what counters depend on: rows, their events and the position commit together, and ids are sometimes
handed out in another order than they commit. A lost database is waited for; nothing is written twice, because
what did not commit did not happen and what did is behind the position.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import text

from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.errors import NotLoaded
from ledgerscope.demo.operations.jobs import JOBS_PER_DAY, LEAST_JOBS_PER_DAY
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.demo.simulation import position as positions
from ledgerscope.demo.simulation.business import PER_COMPANY_AND_DAY, PER_CUSTOMER_AND_MONTH
from ledgerscope.demo.simulation.context import Context
from ledgerscope.demo.simulation.position import BUSINESS, WORK
from ledgerscope.demo.simulation.work import Workers, work
from ledgerscope.store.engine import begin_as
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Engine

    from ledgerscope.demo.simulation.incidents import Incident
    from ledgerscope.demo.simulation.position import Position

__all__ = ["Simulation"]

_DAY: Final = timedelta(days=1)
_MONTH_DAYS: Final = 30.4
_BEAT: Final = timedelta(seconds=5)
_NEVER: Final = timedelta(days=36_500)
_OVERLAP: Final = 0.1
_LONGEST_SLEEP: Final = 1.0
_PATIENCE_SECONDS: Final = (0.5, 10.0)
_HEALTHY_FAILURE: Final = {company.tenant_id: company.job_failure for company in COMPANIES}
_FULL_SIZE: Final = {company.tenant_id: company.customers for company in COMPANIES}

_USUAL_SIZE: Final = 1000
_ACTIVE: Final = 0.8
"""Share of the customers of a company that are active; the size itself is kept with the company."""
_SCALE: Final = text("select settings #>> '{demo,scale}' from tenant where tenant_id = :tenant_id")

_BUSY: Final = "another process does it"
_DONE_ELSEWHERE: Final = "another process did it"

_log = logging.getLogger(__name__)


class Part(Protocol):
    """One part of the live business of a company, with a position of its own."""

    @property
    def name(self) -> str:
        """What its position is kept under."""

    def next_at(self, position: Position, random: RandomSource, now: datetime) -> datetime:
        """When the next step is due; all chance of a step comes from the source, as do its keys."""

    def do(self, context: Context) -> str:
        """One step; returns the name of what was done."""


@dataclass(frozen=True, slots=True)
class _Business:
    """Customers and people: one operation a step, at random times, at the instant at which it was due."""

    customers: int
    speed: float
    name: str = BUSINESS

    def next_at(self, position: Position, random: RandomSource, now: datetime) -> datetime:  # noqa: ARG002 -- as the protocol has it
        per_month = self.customers * sum(PER_CUSTOMER_AND_MONTH.values())
        per_day = per_month / _MONTH_DAYS + sum(PER_COMPANY_AND_DAY.values())
        return position.at + random.wait(1 / (per_day * self.speed))

    def do(self, context: Context) -> str:
        rates = {
            **{one: rate * self.customers / _MONTH_DAYS for one, rate in PER_CUSTOMER_AND_MONTH.items()},
            **PER_COMPANY_AND_DAY,
        }
        operation = context.random.pick(rates)
        operation(context)
        return operation.__name__


@dataclass(frozen=True, slots=True)
class _Work:
    """Background workers: a step is all that they did since the last one."""

    workers: Workers
    beat: timedelta
    name: str = WORK

    def next_at(self, position: Position, random: RandomSource, now: datetime) -> datetime:  # noqa: ARG002 -- as the protocol has it
        return max(position.at + self.beat, now)

    def do(self, context: Context) -> str:
        work(context, self.workers)
        return WORK


@dataclass(frozen=True, slots=True)
class _Trouble:
    """An incident: it begins soon after the start, and goes on while the demo runs."""

    incident: Incident
    begun: set[str]

    @property
    def name(self) -> str:
        return f"incident {self.incident.name}"

    def next_at(self, position: Position, random: RandomSource, now: datetime) -> datetime:  # noqa: ARG002 -- as the protocol has it
        if self.incident.name not in self.begun:
            return now
        return position.at + (self.incident.every if self.incident.go_on else _NEVER)

    def do(self, context: Context) -> str:
        first = self.incident.name not in self.begun
        operation = self.incident.begin if first else self.incident.go_on
        if operation is not None:
            operation(context)
        return self.incident.name


class Simulation:
    """Writes as the application does: its role, its tenant setting, its transactions.

    `engine` has the application's rights, `clock` says what is due, and `speed` makes everything happen that
    many times as often. The same seed, instants and database give the same writes.
    """

    def __init__(
        self,
        engine: Engine,
        seed: int,
        clock: Callable[[], datetime],
        speed: float = 1.0,
        *,
        tenants: Sequence[str] = ("aurora", "basalt", "cinder"),
        incidents: Sequence[Incident] = (),
        beat: timedelta = _BEAT,
    ) -> None:
        self._engine = engine
        self._seed = seed
        self._clock = clock
        self._speed = speed
        self._tenants = tuple(tenants)
        self._incidents = tuple(incidents)
        self._beat = beat
        self._begun: set[str] = set()
        self._parts: dict[tuple[str, str], Part] = {}
        self._positions: dict[tuple[str, str], Position] = {}
        self._order = RandomSource(seed, "order of commits")

    def step(self) -> tuple[str, ...]:
        """What is due first, or the first of two companies in overlapping transactions.

        Returns the names of what was done by order of commit, none where nothing is due. Raises StoreError.
        """
        self._start()
        now = self._clock()
        due = sorted((at, key) for key in self._parts if (at := self._next_at(key, now)) <= now)
        if not due:
            return ()
        first = due[0]
        other = next((one for one in due if one[1][0] != first[1][0]), None)
        if other is None or not self._order.chance(_OVERLAP):
            with self._transaction(*first) as done:
                pass
            return self._committed(done)
        with ExitStack() as early:
            done = early.enter_context(self._transaction(*first))
            with self._transaction(*other) as later:
                pass
            names = self._committed(later)
        return names + self._committed(done)

    def catch_up(self) -> int:
        """Everything that is due by now; returns how many transactions it took. Raises StoreError."""
        count = 0
        while done := self.step():
            count += len(done)
        return count

    def run(self, stop: threading.Event) -> None:
        """Go on until asked to stop; a lost database is tried again, ever more patiently."""
        patience, pause = _PATIENCE_SECONDS[0], 0.0
        while not stop.wait(pause):
            try:
                pause = 0.0 if self.step() else self._until_next()
                patience = _PATIENCE_SECONDS[0]
            except StoreError as error:
                _log.warning("the live business waits %.1f s: %s", patience, error)
                self._positions.clear()
                pause, patience = patience, min(2 * patience, _PATIENCE_SECONDS[1])

    def _start(self) -> None:
        """Read where every part stands, at the first step and after a loss of the database."""
        if self._positions:
            return
        with self._engine.begin() as connection:
            found = {(one.tenant_id, one.part): one for one in positions.read_all(connection)}
        for tenant_id in self._tenants:
            if (tenant_id, BUSINESS) not in found:
                raise NotLoaded(tenant_id)
            for part in self._parts_of(tenant_id):
                key = (tenant_id, part.name)
                if key not in found:
                    with begin_as(self._engine, tenant_id) as connection:
                        positions.begin(connection, tenant_id, part.name, self._clock())
                        begun = positions.lock(connection, tenant_id, part.name)
                        assert begun is not None  # noqa: S101 -- it was written above
                        found[key] = begun
                self._parts[key] = part
        self._positions = {key: found[key] for key in self._parts}

    def _parts_of(self, tenant_id: str) -> Iterator[Part]:
        with begin_as(self._engine, tenant_id) as connection:
            scale = connection.execute(_SCALE, {"tenant_id": tenant_id}).scalar_one()
        full_size = _FULL_SIZE.get(tenant_id, _USUAL_SIZE)
        size = float(scale or 1)
        customers = max(1, round(full_size * size * _ACTIVE))
        own = [incident for incident in self._incidents if incident.company == tenant_id]
        yield _Business(customers, self._speed)
        yield _Work(self._workers(tenant_id, size, own), self._beat)
        for incident in own:
            yield _Trouble(incident, self._begun)

    def _workers(self, tenant_id: str, size: float, incidents: Sequence[Incident]) -> Workers:
        failures = [one.failure for one in incidents if one.failure is not None]
        return Workers(
            max(LEAST_JOBS_PER_DAY, JOBS_PER_DAY * size) * self._speed,
            max(failures, default=_HEALTHY_FAILURE.get(tenant_id, 0.0)),
            frozenset().union(*(one.stopped_queues for one in incidents)),
            take_over=not any(one.hangs for one in incidents),
        )

    def _next_at(self, key: tuple[str, str], now: datetime) -> datetime:
        position = self._positions[key]
        return self._parts[key].next_at(position, self._random(position), now)

    def _random(self, position: Position) -> RandomSource:
        return RandomSource(self._seed, position.tenant_id, position.part, position.step)

    def _until_next(self) -> float:
        now = self._clock()
        waits = ((self._next_at(key, now) - now).total_seconds() for key in self._parts)
        return min(_LONGEST_SLEEP, max(0.01, min(waits, default=_LONGEST_SLEEP)))

    @contextmanager
    def _transaction(self, at: datetime, key: tuple[str, str]) -> Iterator[str]:
        """Do one step, unless somebody else has done it; committed with its position on leaving."""
        tenant_id, name = key
        with begin_as(self._engine, tenant_id) as connection:
            position = positions.lock(connection, tenant_id, name)
            if position is None:
                done, after = _BUSY, self._positions[key]
            elif position != self._positions[key]:
                done, after = _DONE_ELSEWHERE, position
            else:
                random = self._random(position)
                self._parts[key].next_at(position, random, at)  # draws what it drew when it was planned
                context = Context(connection, tenant_id, at, random, position.at)
                done = self._parts[key].do(context)
                context.finish()
                positions.advance(connection, position, at)
                after = replace(position, step=position.step + 1, at=at)
            yield done
        self._positions[key] = after

    def _committed(self, done: str) -> tuple[str, ...]:
        self._begun.add(done)
        return () if done == _BUSY else (done,)
