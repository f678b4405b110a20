"""Answers reads: off the event loop, on connections of its own, and within a deadline.

There are as many threads as connections, so that nobody waits for a connection; requests wait for a thread,
and no longer than their deadline. A thread that waits for the server is freed by the same watchdog that frees
the collectors. So a server that hangs takes nothing from the page of metrics.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Final

import sqlalchemy
from starlette.responses import Response

from exporter.collection.deadline import Watchdog
from exporter.http.api.problems import Kind, Problem, problem_of
from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations import Caller, Operations, UnknownCompany
from ledgerscope.logs import correlation_id, in_this_context
from ledgerscope.store.engine import Session, create_engine
from ledgerscope.store.errors import Contended, Exhausted, Interrupted, SnapshotGone, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import BaseModel
    from sqlalchemy import URL, Engine
    from structlog.typing import FilteringBoundLogger

    from exporter.settings.model import ExporterSettings
    from ledgerscope.customers.access.principal import Principal

    Read = Callable[[Operations], "BaseModel | Refused"]

__all__ = ["Service", "api_engine", "open_service"]

_GONE: Final = (Unreachable, Exhausted, Interrupted, Contended, SnapshotGone, sqlalchemy.exc.TimeoutError)
"""The database cannot answer now, and may later."""
_GRACE: Final = timedelta(seconds=2)
"""How much longer a request is waited for: the watchdog takes that where a server is mute."""
_LATE: Final = Problem(Kind.UNAVAILABLE)


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
    try:
        yield service
    finally:
        service.stop()
        engine.dispose()


class Service:
    """Reads for callers. `only` are the companies that the settings let be served; empty: all."""

    def __init__(self, engine: Engine, settings: ExporterSettings, log: FilteringBoundLogger) -> None:
        self._engine = engine
        self._within = settings.api.timeout
        self._only = frozenset(settings.tenants.only)
        self._log = log
        self._watchdog = Watchdog(engine)
        self._threads = ThreadPoolExecutor(settings.api.connections, "api")

    def stop(self) -> None:
        """End what is under way, on the server too."""
        self._watchdog.end_all()
        self._threads.shutdown(cancel_futures=True)

    async def read(self, principal: Principal, organization_id: str | None, read: Read) -> Response | Problem:
        """What a read finds for a principal in the company that it names, or the problem with that."""
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
        latest = monotonic() + self._within.total_seconds()
        work = asyncio.get_running_loop().run_in_executor(
            self._threads, in_this_context(self._work), caller, read, latest
        )
        try:
            found = await asyncio.wait_for(work, (self._within + _GRACE).total_seconds())
        except TimeoutError:
            return _LATE
        return found if isinstance(found, Problem) else Response(found, media_type="application/json")

    def _work(self, caller: Caller, read: Read, latest: float) -> bytes | Problem:
        left = latest - monotonic()
        if left <= 0:
            return _LATE
        with self._watchdog.limit(timedelta(seconds=left)) as deadline:
            try:
                found = read(Operations(self._engine, caller))
            except UnknownCompany:
                return Problem(Kind.NOT_FOUND)
            except _GONE as error:
                self._log.warning("database does not answer the api", error=type(error).__name__)
                return _LATE
            except Exception:
                if deadline.expired:  # what the driver says of the connection that was closed is no fault
                    return _LATE
                raise
        return problem_of(found) if isinstance(found, Refused) else found.model_dump_json().encode()
