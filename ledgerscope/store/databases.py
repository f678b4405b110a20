"""Databases on a server of ours: made when first asked for, dropped to begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from ledgerscope.store.engine import OWNER, create_engine, parse_url

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

__all__ = ["ensure_database"]


def ensure_database(server: str | URL, name: str, *, anew: bool = False) -> URL:
    """The URL of the database `name` on the server, created empty where it is missing.

    `anew` drops what is there first, with its connections. The login of `server` must be allowed to create
    databases. Raises StoreError.
    """
    engine = create_engine(server, OWNER, pool_size=0).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        quoted = engine.dialect.identifier_preparer.quote(name)
        if anew:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        if anew or not _exists(connection, name):
            connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
    return parse_url(server).set(database=name)


def _exists(connection: Connection, name: str) -> bool:
    query = text("select exists (select from pg_database where datname = :name)")
    return bool(connection.execute(query, {"name": name}).scalar())
