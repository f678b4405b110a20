"""Customers as they are shown: one in detail, and lists page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, literal, select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import ACCOUNT_STATUSES, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from ledgerscope.store.records import Id

__all__ = [
    "CustomerPage",
    "CustomerView",
    "ListCustomers",
    "list_customers",
    "stream_customers",
    "view_customer",
]

_LONGEST_TEXT: Final = 200
_SPECIAL: Final = re.compile(r"[\\%_]")
"""What a pattern of LIKE does not take as it is."""
_ROWS_AT_ONCE: Final = 2_000
_COLUMNS: Final = tuple(
    t.customer.c[name]
    for name in (
        "customer_id", "customer_number", "external_id", "name", "email", "phone", "address", "status",
        "credit_hold", "currency", "terms_days", "source", "signup_channel", "created_at", "updated_at",
        "deleted_at", "deletion_mode", "deletion_reason", "erased_at",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A customer as it stands; `credit_hold`: nothing more is sold on credit."""

    customer_id: Id
    customer_number: str | None
    external_id: str
    name: str
    email: str | None
    phone: str | None
    address: str | None
    status: str
    credit_hold: bool
    currency: str
    terms_days: int
    source: str
    signup_channel: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deletion_mode: str | None
    deletion_reason: str | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCustomers:
    """Which customers, newest first unless `oldest_first`, `limit` at a time.

    `text` is looked for, without regard to case, in name, email address, external id and customer number.
    Deleted customers are listed only on request. `cursor` is that of the page before.
    """

    text: str | None = None
    status: str | None = None
    source: str | None = None
    deleted: bool = False
    oldest_first: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Customers, and the cursor of the next page; None on the last."""

    customers: tuple[CustomerView, ...]
    next_cursor: str | None


def view_customer(connection: Connection, tenant_id: str, customer_id: Id) -> CustomerView | None:
    """The customer, deleted or not; None where the company has none of this identifier."""
    query = select(*_COLUMNS).where(
        t.customer.c.tenant_id == tenant_id, t.customer.c.customer_id == customer_id
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _view(row)


def list_customers(connection: Connection, tenant_id: str, asked: ListCustomers) -> CustomerPage | Refused:
    """A page; pages that follow each other hold every customer of the list that stays in it exactly once."""
    unknown = check_choice("status", asked.status, ACCOUNT_STATUSES) or check_choice(
        "source", asked.source, SOURCES
    )
    if unknown is not None:
        return unknown
    part = page_of(
        connection, select(*_COLUMNS).where(*_conditions(tenant_id, asked)),
        (t.customer.c.created_at, t.customer.c.customer_id),
        limit=asked.limit, cursor=asked.cursor, oldest_first=asked.oldest_first,
    )  # fmt: skip
    return part if isinstance(part, Refused) else CustomerPage(tuple(map(_view, part.rows)), part.next_cursor)


def stream_customers(
    connection: Connection, tenant_id: str, asked: ListCustomers
) -> Iterator[Sequence[Row[Any]]] | Refused:
    """All customers of a list as one statement sees them, some thousands at a time; `limit` is not heeded."""
    unknown = check_choice("status", asked.status, ACCOUNT_STATUSES) or check_choice(
        "source", asked.source, SOURCES
    )
    if unknown is not None:
        return unknown
    place = (t.customer.c.created_at, t.customer.c.customer_id)
    order = place if asked.oldest_first else tuple(column.desc() for column in place)
    query = select(*_COLUMNS).where(*_conditions(tenant_id, asked)).order_by(*order)
    streaming = {"stream_results": True, "max_row_buffer": _ROWS_AT_ONCE}
    return connection.execute(query, execution_options=streaming).partitions(_ROWS_AT_ONCE)


def _conditions(tenant_id: str, asked: ListCustomers) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [t.customer.c.tenant_id == tenant_id]
    if not asked.deleted:
        found.append(t.customer.c.deleted_at.is_(None))
    if asked.status is not None:
        found.append(t.customer.c.status == asked.status)
    if asked.source is not None:
        found.append(t.customer.c.source == asked.source)
    if asked.text is not None and (wanted := asked.text.strip()[:_LONGEST_TEXT]):
        escaped = _SPECIAL.sub(r"\\\g<0>", wanted)
        # the server composes and lowers it, as it did with what it is compared with
        found.append(t.customer.c.search_text.like(func.lower(func.normalize(literal(f"%{escaped}%")))))
    return found


def _view(row: Row[Any]) -> CustomerView:
    return CustomerView(**{**row._asdict(), "customer_id": row.customer_id.hex})
