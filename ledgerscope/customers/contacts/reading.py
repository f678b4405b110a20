"""Contacts as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import CONTACT_TYPES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["ContactPage", "ContactView", "ListContacts", "list_contacts"]

_COLUMNS: Final = tuple(
    t.contact.c[name]
    for name in (
        "contact_id", "customer_id", "name", "email", "phone", "contact_type", "is_primary", "created_at",
        "removed_at",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A contact as it stands; one that was removed is no contact from `removed_at` on."""

    contact_id: Id
    customer_id: Id
    name: str
    email: str | None
    phone: str | None
    contact_type: str
    is_primary: bool
    created_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContacts:
    """Which contacts of a customer, oldest first, `limit` at a time; removed ones only on request.

    `cursor` is that of the page before.
    """

    contact_type: str | None = None
    removed: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Contacts, and the cursor of the next page; None on the last."""

    contacts: tuple[ContactView, ...]
    next_cursor: str | None


def list_contacts(
    connection: Connection, tenant_id: str, customer_id: Id, asked: ListContacts
) -> ContactPage | Refused:
    """A page of the contacts of a customer."""
    unknown = check_choice("contact_type", asked.contact_type, CONTACT_TYPES)
    if unknown is not None:
        return unknown
    c = t.contact.c
    query = select(*_COLUMNS).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    if not asked.removed:
        query = query.where(c.removed_at.is_(None))
    if asked.contact_type is not None:
        query = query.where(c.contact_type == asked.contact_type)
    part = page_of(
        connection, query, (c.created_at, c.contact_id), limit=asked.limit, cursor=asked.cursor,
        oldest_first=True,
    )  # fmt: skip
    return part if isinstance(part, Refused) else ContactPage(tuple(map(_view, part.rows)), part.next_cursor)


def _view(row: Row[Any]) -> ContactView:
    ids = {"contact_id": row.contact_id.hex, "customer_id": row.customer_id.hex}
    return ContactView(**{**row._asdict(), **ids})
