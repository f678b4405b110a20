"""Interactions as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import INTERACTION_STATUSES, INTERACTION_TYPES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["InteractionPage", "InteractionView", "ListInteractions", "list_interactions"]

_COLUMNS: Final = tuple(
    t.interaction.c[name]
    for name in (
        "interaction_id", "customer_id", "type", "status", "subject", "description", "actor", "at",
        "created_at", "updated_at",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionView:
    """An interaction as it stands; `at`: when it took place; texts are None where there are none or no more.

    `updated_at` is the instant of its latest status.
    """

    interaction_id: Id
    customer_id: Id
    type: str
    status: str
    subject: str | None
    description: str | None
    actor: str | None
    at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInteractions:
    """Which interactions of a customer, newest first, `limit` at a time.

    `cursor` is that of the page before.
    """

    type: str | None = None
    status: str | None = None
    oldest_first: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class InteractionPage:
    """Interactions, and the cursor of the next page; None on the last."""

    interactions: tuple[InteractionView, ...]
    next_cursor: str | None


def list_interactions(
    connection: Connection, tenant_id: str, customer_id: Id, asked: ListInteractions
) -> InteractionPage | Refused:
    """A page of the interactions of a customer."""
    unknown = check_choice("type", asked.type, INTERACTION_TYPES) or check_choice(
        "status", asked.status, INTERACTION_STATUSES
    )
    if unknown is not None:
        return unknown
    c = t.interaction.c
    query = select(*_COLUMNS).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    if asked.type is not None:
        query = query.where(c.type == asked.type)
    if asked.status is not None:
        query = query.where(c.status == asked.status)
    part = page_of(
        connection, query, (c.at, c.interaction_id), limit=asked.limit, cursor=asked.cursor,
        oldest_first=asked.oldest_first,
    )  # fmt: skip
    if isinstance(part, Refused):
        return part
    return InteractionPage(tuple(map(_view, part.rows)), part.next_cursor)


def _view(row: Row[Any]) -> InteractionView:
    ids = {"interaction_id": row.interaction_id.hex, "customer_id": row.customer_id.hex}
    return InteractionView(**{**row._asdict(), **ids})
