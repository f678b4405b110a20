"""The one place that writes changes in a transaction: updates, then new rows, parents first."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql
from sqlalchemy.dialects import postgresql

from ledgerscope.store.changes import Update
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.errors import RowVanished
from ledgerscope.store.records import TABLE_OF, columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from ledgerscope.store.changes import Changes
    from ledgerscope.store.records import Record

__all__ = ["write_batch", "write_changes"]

_ROWS_AT_ONCE: Final = 50
"""Rows share statements: one for each costs more than the rows themselves."""
_ROWS_AS_JSON: Final = 200
"""From so many rows on they go out as one JSON text, which the driver need not take apart."""


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
    for same in _alike(batch.updates):
        _update(connection, same)
    for kind, rows in batch.pages():
        if len(rows) >= _ROWS_AS_JSON:
            connection.exec_driver_sql(_insert_json(kind), (_as_json(kind, rows),))
            continue
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            page = rows[start : start + _ROWS_AT_ONCE]
            connection.exec_driver_sql(_insert(kind, len(page)), tuple(chain.from_iterable(page)))


def _alike(updates: Iterable[Update]) -> Iterable[list[Update]]:
    """One update for each row, with its last values, beside those that change the same columns."""
    rows: dict[tuple[type[Record], tuple[Any, ...]], dict[str, Any]] = defaultdict(dict)
    for update in updates:
        rows[update.kind, update.key].update(update.values)
    alike: dict[tuple[object, ...], list[Update]] = defaultdict(list)
    for (kind, key), values in rows.items():
        alike[kind, *values].append(Update(kind, key, values))
    return alike.values()


def _update(connection: Connection, updates: list[Update]) -> None:
    """Write updates of the same columns of a table; raises RowVanished for the first that finds no row."""
    kind, names = updates[0].kind, tuple(updates[0].values)
    statement = _update_of(kind, names)
    parameters = [(*update.values.values(), *update.key) for update in updates]
    # Sent together, but one by one: no plan of theirs can be as bad as that of one join can.
    if len(updates) > 1 and connection.exec_driver_sql(statement, parameters).rowcount == len(updates):
        return
    for update, values in zip(updates, parameters, strict=True):
        if connection.exec_driver_sql(statement, values).rowcount != 1:
            raise RowVanished(TABLE_OF[kind].name, update.key)


@cache
def _update_of(kind: type[Record], names: tuple[str, ...]) -> str:
    table = TABLE_OF[kind]
    keys = [column.name for column in table.primary_key.columns]
    assigned = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
    matched = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in keys)
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(table.name), assigned, matched)
    return statement.as_string()


@cache
def _insert_json(kind: type[Record]) -> str:
    """Objects of a JSON text as rows of texts, which casts read as they read any other text."""
    names, table = columns(kind), TABLE_OF[kind]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    types = {name: sql.SQL(table.c[name].type.compile(dialect=dialect)) for name in names}  # of our own
    pattern = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM json_to_recordset(%s::json) AS given ({})")
    return pattern.format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(
            sql.SQL("{}::{}").format(sql.Identifier("given", name), types[name]) for name in names
        ),
        sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in names),
    ).as_string()


def _as_json(kind: type[Record], rows: Iterable[Record]) -> str:
    names = columns(kind)
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_as_text)


def _as_text(value: Any) -> str:
    """What PostgreSQL reads: of bytes, dates and instants, and decimal numbers."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"\\x{bytes(value).hex()}"
    return str(value)


@cache
def _insert(kind: type[Record], count: int) -> str:
    names = columns(kind)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    row = sql.SQL("({})").format(sql.SQL(", ").join(sql.Placeholder() * len(names)))
    pattern = sql.SQL("INSERT INTO {} ({}) VALUES {}")
    rows = sql.SQL(", ").join([row] * count)
    return pattern.format(sql.Identifier(TABLE_OF[kind].name), listed, rows).as_string()
