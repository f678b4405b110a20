"""Answers reads: off the event loop, on connections of its own, and by a deadline.

Requests wait for a thread in a queue that has an end. What the deadline or the client's leaving finds in the
queue is never begun. So a server that hangs takes nothing from the page of metrics, and a crowd that asks
more than can be answered learns so at once.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy
from sqlalchemy import select
from starlette.responses import Response

from exporter.http.api.contact import Contact, Prober
from exporter.http.api.problems import Kind, Problem, problem_of
from exporter.http.api.work import Workers
from exporter.state.failures import FailureClass, classify, describe
from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations import Caller, Operations, UnknownCompany
from ledgerscope.logs import correlation_id
from ledgerscope.store import tables
from ledgerscope.store.engine import Session, create_engine
from ledgerscope.store.errors import Contended, Exhausted, Interrupted, SnapshotGone, Unreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from pydantic import BaseModel
    from sqlalchemy import URL, Engine
    from structlog.typing import FilteringBoundLogger

    from exporter.collection.deadline import Deadline
    from exporter.http.api.work import Job
    from exporter.reporting.health import ApiHealth
    from exporter.settings.model import ExporterSettings
    from ledgerscope.customers.access.principal import Principal

    Read = Callable[[Operations], "BaseModel | Refused"]
    Found = bytes | Problem | Exception

__all__ = ["Service", "api_engine", "open_service"]

_AWAY: Final = (Unreachable, Exhausted)
_SLOW: Final = (Interrupted, Contended, SnapshotGone, sqlalchemy.exc.TimeoutError)
_LATE: Final = Problem(Kind.UNAVAILABLE, "The database did not answer in time; try again later.")
_NOT_THERE: Final = Problem(Kind.UNAVAILABLE, "The database cannot be reached; try again later.")
_BUSY: Final = Problem(
    Kind.UNAVAILABLE,
    "The server is busy: more is asked of it than it can answer; try again later.",
    headers={"Retry-After": "1"},
)
_LEFT: Final = 499
"""Nobody reads this answer; the metrics count it as another status."""
_EARLIER: Final = timedelta(milliseconds=100)
"""How much before the deadline the answer is that there is none, so that it is there in time."""


def api_engine(url: str | URL, settings: ExporterSettings) -> Engine:
    """An engine for the reads of the API, as the settings bound it: its role sees one company at a time."""
    api, database = settings.api, settings.database
    session = Session(
        application_name="ledgerscope-api",
        read_only=True,
        role=api.role,
        schema=database.schema_,
        statement_timeout=api.timeout,
        lock_timeout=api.timeout,
        connect_timeout=min(database.connect_timeout, api.timeout),
    )
    return create_engine(url, session, pool_size=api.connections)


@contextmanager
def open_service(url: URL, settings: ExporterSettings, log: FilteringBoundLogger) -> Iterator[Service]:
    """A service on connections of its own, which end with the block."""
    engine = api_engine(url, settings)
    service = Service(engine, settings, log)
    prober = Prober(service.probe, settings.interval)
    prober.start()
    try:
        yield service
    finally:
        service.stop()
        prober.stop()
        engine.dispose()


class Service:
    """Reads for callers. `only` are the companies that the settings let be served; empty: all."""

    def __init__(self, engine: Engine, settings: ExporterSettings, log: FilteringBoundLogger) -> None:
        self._engine = engine
        self._within = settings.api.timeout
        self._only = frozenset(settings.tenants.only)
        self._log = log
        self._contact = Contact(log)
        self._workers = Workers(engine, settings.api.connections)
        self._late: set[Job[Any]] = set()

    @property
    def health(self) -> ApiHealth:
        """Whether the database answers, as it was found last."""
        return self._contact.health

    def stop(self) -> None:
        """End what is under way, on the server too."""
        self._workers.stop()

    def probe(self) -> None:
        """Find out whether the database answers; returns when that is known."""
        job = self._workers.submit(self._probed, self._within.total_seconds())
        if job is not None:  # else it is being asked enough
            try:
                job.future.result()
            except CancelledError:
                return  # the service has stopped

    async def read(
        self,
        principal: Principal,
        organization_id: str | None,
        read: Read,
        left: Callable[[], Awaitable[object]],
    ) -> Response | Problem:
        """What a read finds for a principal in the company that it names, or the problem with that.

        `left` returns when whoever asks has left, and then nothing is read any more.
        """
        acting = principal.acting_for(organization_id)
        if isinstance(acting, Refused):
            return problem_of(acting)
        if self._only and acting.tenant_id not in self._only:
            return Problem(Kind.NOT_FOUND)
        caller = Caller(
            tenant_id=acting.tenant_id,
            actor=acting.actor,
            correlation_id=correlation_id(),
            permissions=acting.permissions,
        )
        seconds = max(self._within - _EARLIER, self._within / 2).total_seconds()
        job = self._workers.submit(lambda deadline: self._work(caller, read, deadline), seconds)
        return self._not_begun() if job is None else await self._outcome(job, seconds, left)

    async def _outcome(
        self, job: Job[Found], seconds: float, left: Callable[[], Awaitable[object]]
    ) -> Response | Problem:
        """What the job comes to in so many seconds, if whoever asks stays so long."""
        work, leaving = asyncio.wrap_future(job.future), asyncio.ensure_future(left())
        both: set[asyncio.Future[Any]] = {work, leaving}
        try:
            done, _ = await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not work.done():
                job.give_up()
        if leaving in done and work not in done:
            return Response(status_code=_LEFT)
        if work not in done:
            return self._too_late(job)
        found = None if work.cancelled() else work.result()
        if found is None:
            return self._not_begun()
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, Problem) else Response(found, media_type="application/json")

    def _too_late(self, job: Job[Found]) -> Problem:
        if not job.begun:
            return self._not_begun()
        self._late.add(job)
        job.future.add_done_callback(lambda _: self._late.discard(job))
        return _LATE

    def _not_begun(self) -> Problem:
        """Why no thread was free in time: the database holds them all, or there are too many requests."""
        if self._contact.health.database is False:
            return _NOT_THERE
        return _LATE if self._late else _BUSY

    def _work(self, caller: Caller, read: Read, deadline: Deadline) -> Found:
        try:
            found = read(Operations(self._engine, caller))
        except UnknownCompany:
            self._contact.answered()
            return Problem(Kind.NOT_FOUND)
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
            return self._failed(error, deadline)
        self._contact.answered()
        return problem_of(found) if isinstance(found, Refused) else found.model_dump_json().encode()

    def _failed(self, error: Exception, deadline: Deadline) -> Problem | Exception:
        """The problem that an error of a read is; the error itself where nobody foresaw it."""
        if deadline.expired:  # what the driver says of the connection that was closed is no fault
            if deadline.silent:
                self._contact.failed(FailureClass.TIMEOUT, "the server did not answer a request to cancel")
            return _LATE
        if isinstance(error, _AWAY):
            self._contact.failed(classify(error), describe(error))
        if not isinstance(error, _AWAY + _SLOW):
            return error
        self._log.warning("database does not answer the api", error=type(error).__name__)
        return _NOT_THERE if isinstance(error, _AWAY) else _LATE

    def _probed(self, deadline: Deadline) -> None:
        """Read no row of a table: the login, its role and its rights have to be right for that too."""
        try:
            with self._engine.connect() as connection:
                connection.execute(select(tables.customer.c.name).limit(0))
        except Exception as error:  # noqa: BLE001 - whatever it is, the database does not answer as it should
            if deadline.expired and not deadline.silent:
                return  # slow, or the service stops
            self._contact.failed(
                FailureClass.TIMEOUT if deadline.silent else classify(error), describe(error)
            )
        else:
            self._contact.answered()
