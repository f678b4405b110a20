"""The one place that writes changes in a transaction: updates, then new rows, parents first."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

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

_ROWS_AT_ONCE: Final = 50
"""Rows share statements: one for each costs more than the rows themselves."""


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
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            page = rows[start : start + _ROWS_AT_ONCE]
            connection.exec_driver_sql(_insert(kind, len(page)), tuple(chain.from_iterable(page)))


def _update(connection: Connection, update: Update) -> None:
    table = TABLE_OF[update.kind]
    keys = [column.name for column in table.primary_key.columns]
    assigned = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in update.values)
    matched = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in keys)
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(table.name), assigned, matched)
    found = connection.exec_driver_sql(statement.as_string(), (*update.values.values(), *update.key))
    if found.rowcount != 1:
        raise RowVanished(table.name, update.key)


@cache
def _insert(kind: type[Record], count: int) -> str:
    names = columns(kind)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    row = sql.SQL("({})").format(sql.SQL(", ").join(sql.Placeholder() * len(names)))
    pattern = sql.SQL("INSERT INTO {} ({}) VALUES {}")
    rows = sql.SQL(", ").join([row] * count)
    return pattern.format(sql.Identifier(TABLE_OF[kind].name), listed, rows).as_string()
