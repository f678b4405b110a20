"""Engines safe to hand out: sessions name themselves, have deadlines, speak UTC, raise only `StoreError`.

The one place where a URL becomes connections, and where a transaction learns on whose behalf it runs.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, event, make_url, text

from ledgerscope.store.errors import StoreError, Unreachable, from_driver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import ExceptionContext

SCHEMES: Final = ("postgresql", "postgres", "postgresql+psycopg")
DRIVER: Final = "postgresql+psycopg"
KEEPALIVES: Final = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
READING: Final = {
    "jit": "off",  # compiling costs more than it saves on queries of half a second
    "max_parallel_workers_per_gather": "0",  # the exporter's own workers are as many as the server shall feel
    "plan_cache_mode": "force_custom_plan",  # whether an index pays depends on the instant asked for
    "random_page_cost": "4",  # a hundred thousand look-ups cost twice as much as one pass with a hash
    "work_mem": "64MB",  # sums by customer stay in memory
}
"""How sessions that only read are planned, whatever the server's defaults are."""


@dataclass(frozen=True, slots=True)
class Session:
    """What every connection of an engine has in common.

    `role` is taken on after login (`SET ROLE`): one login may serve several engines with different rights.
    `tenants` narrows what the exporter's role sees, empty: all. `schema` is where relations are looked up.
    """

    application_name: str = "ledgerscope"
    read_only: bool = False
    role: str | None = None
    schema: str | None = None
    tenants: Sequence[str] = ()
    statement_timeout: timedelta = timedelta(seconds=30)
    lock_timeout: timedelta = timedelta(seconds=10)
    connect_timeout: timedelta = timedelta(seconds=5)

    def parameters(self) -> dict[str, str]:
        """The server settings of the session, as libpq sends them at start-up."""
        given = {
            **(READING if self.read_only else {}),
            "timezone": "UTC",
            "statement_timeout": _milliseconds(self.statement_timeout),
            "lock_timeout": _milliseconds(self.lock_timeout),
            "default_transaction_read_only": "on" if self.read_only else "off",
            "role": self.role,
            "search_path": self.schema,
            "ledgerscope.tenants": ",".join(self.tenants),
        }
        return {name: value for name, value in given.items() if value}


OWNER: Final = Session(statement_timeout=timedelta(0), lock_timeout=timedelta(seconds=30))
"""For migrations and loading: no deadline on statements."""
EXPORTER: Final = Session(application_name="ledgerscope-exporter", read_only=True)
"""For everything that only reads."""


def parse_url(url: str | URL) -> URL:
    """A PostgreSQL URL with our driver in it; raises `Unreachable` with what would be right."""
    try:
        parsed = make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise Unreachable(
            "not a database URL; expected postgresql://user:password@host:5432/database"
        ) from None
    if parsed.drivername not in SCHEMES:
        raise Unreachable(
            f"{parsed.drivername} is not supported; expected a URL that begins with postgresql://"
        )
    return parsed.set(drivername=DRIVER)


def create_engine(url: str | URL, session: Session | None = None, *, pool_size: int = 5) -> Engine:
    """An engine of at most `pool_size` connections, made on first use; zero keeps none open between uses."""
    parsed = parse_url(url)
    session = session or Session()
    pool: dict[str, Any] = (
        {
            "poolclass": QueuePool,
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_pre_ping": True,
            "pool_timeout": 10,
        }
        if pool_size
        else {"poolclass": NullPool}
    )
    engine = sqlalchemy.create_engine(
        parsed, connect_args=_connect_arguments(parsed, session), hide_parameters=True, **pool
    )
    secret = str(parsed.password) if parsed.password else None

    def speak_our_errors(context: ExceptionContext) -> StoreError | None:
        if context.is_pre_ping or isinstance(context.original_exception, StoreError):
            return None  # the pool itself replaces a connection that fails its ping
        return from_driver(context.original_exception, secret=secret)

    event.listen(engine, "handle_error", speak_our_errors, retval=True)
    return engine


@contextmanager
def begin_as(engine: Engine, tenant_id: str) -> Iterator[Connection]:
    """A transaction that, under a role other than the owner's, sees and writes one tenant only."""
    with engine.begin() as connection:
        connection.execute(
            text("select set_config('ledgerscope.tenant_id', :tenant, true)"), {"tenant": tenant_id}
        )
        yield connection


def _connect_arguments(url: URL, session: Session) -> dict[str, Any]:
    own = " ".join(f"-c {name}={_escape(value)}" for name, value in session.parameters().items())
    given = url.query.get("options", "")
    return {
        "application_name": session.application_name,
        "connect_timeout": max(1, round(session.connect_timeout.total_seconds())),
        "options": " ".join(filter(None, (own, given if isinstance(given, str) else " ".join(given)))),
        **KEEPALIVES,
    }


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _milliseconds(duration: timedelta) -> str:
    return str(round(duration.total_seconds() * 1000))
