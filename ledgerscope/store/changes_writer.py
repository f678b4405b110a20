"""The one place that writes changes in a transaction: updates, then new rows, parents first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.errors import RowVanished
from ledgerscope.store.records import TABLE_OF, columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from ledgerscope.store.changes import Changes, Update
    from ledgerscope.store.records import Record

__all__ = ["write_batch", "write_changes"]


def write_changes(connection: Connection, changes: Iterable[Changes]) -> None:
    """Write all of them in the transaction that the caller holds open.

    Raises RowVanished where a row to update is not there, or another StoreError.
    """
    batch = Batch()
    for one in changes:
        batch.apply(one)
    write_batch(connection, batch)


def write_batch(connection: Connection, batch: Batch) -> None:
    """Write a batch in the transaction that the caller holds open; raises as `write_changes` does."""
    for update in batch.updates:
        _update(connection, update)
    for kind, rows in batch.pages():
        connection.exec_driver_sql(_insert(kind), rows)


def _update(connection: Connection, update: Update) -> None:
    table = TABLE_OF[update.kind]
    keys = [column.name for column in table.primary_key.columns]
    assigned = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in update.values)
    matched = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in keys)
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(table.name), assigned, matched)
    found = connection.exec_driver_sql(statement.as_string(), (*update.values.values(), *update.key))
    if found.rowcount != 1:
        raise RowVanished(table.name, update.key)


def _insert(kind: type[Record]) -> str:
    names = columns(kind)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    values = sql.SQL(", ").join(sql.Placeholder() * len(names))
    pattern = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
    return pattern.format(sql.Identifier(TABLE_OF[kind].name), listed, values).as_string()
