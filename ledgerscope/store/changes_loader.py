"""The one place that loads changes in bulk: every batch goes out by COPY, parents before children."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, cast

import psycopg
from psycopg import sql

from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.errors import RowVanished, from_driver
from ledgerscope.store.records import TABLE_OF, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from ledgerscope.store.changes import Changes
    from ledgerscope.store.records import Record

__all__ = ["copy_batch", "stream_changes"]

_BATCH: Final = 10_000


def stream_changes(connection: Connection, changes: Iterable[Changes], size: int = _BATCH) -> None:
    """COPY many changes, `size` at a time, in the transaction that the caller holds open.

    An update must follow the row that it changes within its batch. Raises StoreError.
    """
    coming = iter(changes)
    while portion := [*islice(coming, size)]:
        batch = Batch()
        for one in portion:
            batch.apply(one)
        copy_batch(connection, batch)


def copy_batch(connection: Connection, batch: Batch, on_rows: Callable[[int], object] = bool) -> None:
    """COPY every row of a batch; `on_rows` is called with the number of rows written. Raises StoreError."""
    if batch.updates:
        first = batch.updates[0]
        raise RowVanished(TABLE_OF[first.kind].name, first.key)
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    try:
        for kind, rows in batch.settled().pages():
            with driver.cursor() as cursor, cursor.copy(_copy(kind)) as copy:
                for row in rows:
                    copy.write_row(row)
            on_rows(len(rows))
    except psycopg.Error as error:
        raise from_driver(error) from error


def _copy(kind: type[Record]) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns(kind)))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(TABLE_OF[kind].name), listed)
