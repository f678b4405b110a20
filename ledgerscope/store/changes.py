"""What an operation changes: new rows, new values of rows that exist, and the events that go with them.

Changes are values. They are decided without a database (`ledgerscope.customers`) and written in one place
(`changes_writer`) or loaded in bulk in another (`changes_loader`); both leave the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.store.records import Event, Record

__all__ = ["Changes", "Update"]


@dataclass(frozen=True, slots=True)
class Update:
    """New values of one row that exists, found by its whole primary key."""

    kind: type[Record]
    key: tuple[Any, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows and updates in the order in which they were decided, and what happened."""

    rows: tuple[Record | Update, ...] = ()
    events: tuple[Event, ...] = ()

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.rows + other.rows, self.events + other.events)
