"""Communications as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import COMMUNICATION_CHANNELS, DIRECTIONS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["CommunicationPage", "CommunicationView", "ListCommunications", "list_communications"]

_COLUMNS: Final = tuple(
    t.communication.c[name]
    for name in (
        "communication_id", "customer_id", "contact_id", "channel", "direction", "subject", "body", "actor",
        "at",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicationView:
    """What was said, when, and who logged it; texts are None where there were none or they are erased."""

    communication_id: Id
    customer_id: Id
    contact_id: Id | None
    channel: str
    direction: str
    subject: str | None
    body: str | None
    actor: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCommunications:
    """Which communications of a customer, newest first, `limit` at a time.

    `cursor` is that of the page before.
    """

    channel: str | None = None
    direction: str | None = None
    oldest_first: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class CommunicationPage:
    """Communications, and the cursor of the next page; None on the last."""

    communications: tuple[CommunicationView, ...]
    next_cursor: str | None


def list_communications(
    connection: Connection, tenant_id: str, customer_id: Id, asked: ListCommunications
) -> CommunicationPage | Refused:
    """A page of the communications of a customer."""
    unknown = check_choice("channel", asked.channel, COMMUNICATION_CHANNELS) or check_choice(
        "direction", asked.direction, DIRECTIONS
    )
    if unknown is not None:
        return unknown
    c = t.communication.c
    query = select(*_COLUMNS).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    if asked.channel is not None:
        query = query.where(c.channel == asked.channel)
    if asked.direction is not None:
        query = query.where(c.direction == asked.direction)
    part = page_of(
        connection, query, (c.at, c.communication_id), limit=asked.limit, cursor=asked.cursor,
        oldest_first=asked.oldest_first,
    )  # fmt: skip
    if isinstance(part, Refused):
        return part
    return CommunicationPage(tuple(map(_view, part.rows)), part.next_cursor)


def _view(row: Row[Any]) -> CommunicationView:
    ids = {
        "communication_id": row.communication_id.hex,
        "customer_id": row.customer_id.hex,
        "contact_id": None if row.contact_id is None else row.contact_id.hex,
    }
    return CommunicationView(**{**row._asdict(), **ids})
