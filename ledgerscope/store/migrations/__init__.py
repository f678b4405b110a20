"""Migrations, run from the program itself: `upgrade`, `current`, `head`, `check`; no alembic.ini anywhere.

One upgrade is one transaction under one lock: it happens whole or not at all, and programs that start
together do not collide.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from ledgerscope.store import roles
from ledgerscope.store.engine import OWNER, Session, create_engine
from ledgerscope.store.errors import OldSchema
from ledgerscope.store.migrations.settings import CONFIGURATION
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

__all__ = ["Upgrade", "check", "current", "differences", "head", "require_head", "upgrade"]

_LOCK: Final = "select pg_advisory_xact_lock(hashtext('ledgerscope.migrations'))"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did: revisions before and after, and notes for the operator."""

    before: str | None
    after: str
    notes: tuple[str, ...]


def upgrade(url: str | URL, revision: str | None = None, *, session: Session = OWNER) -> Upgrade:
    """Bring the database to `head()` and renew every right; raises `StoreError`.

    An earlier `revision` is for trying a migration out: rights are given at `head()` only.
    """
    wanted = revision or head()
    with create_engine(url, session, pool_size=0).begin() as connection:
        connection.execute(text(_LOCK))
        before = current(connection)
        notes = roles.become_owner(connection)
        command.upgrade(_config(connection), wanted)
        if wanted == head():
            roles.grant(connection)
    return Upgrade(before, wanted, notes)


def head() -> str:
    """The revision this program was written for."""
    return cast("str", ScriptDirectory.from_config(_config()).get_current_head())


def current(connection: Connection) -> str | None:
    """The revision of the database; None before the first upgrade."""
    return MigrationContext.configure(connection, opts=CONFIGURATION).get_current_revision()


def check(url: str | URL) -> None:
    """Raise `OldSchema` unless the database is at `head()`."""
    with create_engine(url, OWNER, pool_size=0).connect() as connection:
        require_head(connection)


def require_head(connection: Connection) -> None:
    """Raise `OldSchema` unless the connection's database is at `head()`."""
    found, wanted = current(connection), head()
    if found != wanted:
        cure = "run: ledgerscope db upgrade" if found is None or found < wanted else "use a newer Ledgerscope"
        raise OldSchema(f"the schema is at revision {found or 'none'}, this program needs {wanted}; {cure}")


def differences(connection: Connection) -> list[object]:
    """What autogenerate would still change; empty when tables and migrations agree."""
    with warnings.catch_warnings():
        # Neither library reads these back; tests compare them through the system catalogue instead.
        warnings.filterwarnings("ignore", "Did not recognize type '(xid8|pg_snapshot)'")
        warnings.filterwarnings("ignore", "Computed default on allocation")
        return list(compare_metadata(MigrationContext.configure(connection, opts=CONFIGURATION), metadata))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "ledgerscope.store:migrations")
    config.attributes["connection"] = connection
    return config
