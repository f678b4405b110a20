"""Writes a book into the database: COPY in bulk, or INSERT row by row where a transaction is small.

Guards the order of writing: what is pointed to goes before what points to it, and everything happens in the
transaction that the caller holds open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import psycopg
from psycopg import sql

from ledgerscope.demo.records import TABLE_OF, columns
from ledgerscope.store.errors import from_driver

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from ledgerscope.demo.book import Book
    from ledgerscope.demo.records import Record

__all__ = ["copy_book", "insert_book"]


def copy_book(connection: Connection, book: Book, on_rows: Callable[[int], None]) -> None:
    """COPY every page of the book; `on_rows` hears how many rows went out. Raises StoreError."""
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    try:
        for kind, rows in book.pages():
            with driver.cursor() as cursor, cursor.copy(_statement("COPY {} ({}) FROM STDIN", kind)) as copy:
                for row in rows:
                    copy.write_row(row)
            on_rows(len(rows))
    except psycopg.Error as error:
        raise from_driver(error) from error


def insert_book(connection: Connection, book: Book) -> None:
    """INSERT every page of the book. Raises StoreError."""
    for kind, rows in book.pages():
        values = sql.SQL(", ").join(sql.Placeholder() * len(columns(kind)))
        statement = _statement("INSERT INTO {} ({}) VALUES ", kind) + sql.SQL("({})").format(values)
        connection.exec_driver_sql(statement.as_string(), rows)


def _statement(pattern: str, kind: type[Record]) -> sql.Composed:
    table, names = TABLE_OF[kind].name, columns(kind)
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL(pattern).format(sql.Identifier(table), listed)
