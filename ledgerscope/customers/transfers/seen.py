"""Which external ids a file has named so far: on disk once there are many, so that memory stays constant."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Seen"]


class Seen:
    """External ids with the row that named them first; a temporary database that goes when it is closed."""

    def __init__(self) -> None:
        self._ids = sqlite3.connect("")  # a file of its own as soon as it outgrows the cache
        self._ids.execute("pragma journal_mode = off")
        self._ids.execute("create table seen (external_id text primary key, row_no integer) without rowid")

    def add(self, named: Iterable[tuple[str, int]]) -> dict[int, int]:
        """Note external ids with their rows; which rows repeat one, and the row that had it first."""
        repeated: dict[int, int] = {}
        for external_id, row_no in named:
            added = self._ids.execute("insert or ignore into seen values (?, ?)", (external_id, row_no))
            if not added.rowcount:
                query = "select row_no from seen where external_id = ?"
                repeated[row_no] = self._ids.execute(query, (external_id,)).fetchone()[0]
        return repeated

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ids.close()
