"""The columns that a collector may read: somebody else's database need not offer the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.store.contract import Relation
from ledgerscope.store.unread import NOT_READ

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = ["NOT_READ", "read_columns"]


def read_columns(table: Table) -> Relation:
    """The part of the table that a reader may need."""
    unread = NOT_READ.get(table.name, frozenset())
    return Relation.of(table, *(column for column in table.columns if column.name not in unread))
