"""One view of the database for many connections, so that sums made by different collectors agree.

One transaction exports its snapshot; workers import it into their own. All are REPEATABLE READ, READ ONLY.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from ledgerscope.store.errors import SnapshotGone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

_TOKEN: Final = re.compile(r"[0-9A-F]+(-[0-9A-F]+)*")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen view: `token` lets others import it, `transactions` (a `pg_snapshot`) says what it can see."""

    connection: Connection
    token: str
    transactions: str


@contextmanager
def read_only_snapshot(engine: Engine) -> Iterator[Snapshot]:
    """Open a snapshot and export it; importing works until the block ends."""
    with _frozen(engine) as connection:
        row = connection.execute(text("select pg_export_snapshot(), pg_current_snapshot()::text")).one()
        yield Snapshot(connection, *row)


@contextmanager
def import_snapshot(engine: Engine, token: str) -> Iterator[Connection]:
    """A connection that sees what the exporting transaction sees; `SnapshotGone` once that has ended."""
    if not _TOKEN.fullmatch(token):  # the statement takes no parameters
        raise SnapshotGone(
            f"{token!r} is not a snapshot token; expected what read_only_snapshot() handed out"
        )
    with _frozen(engine) as connection:
        connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{token}'")
        yield connection


@contextmanager
def _frozen(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as bare:
        connection = bare.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection
