"""Lists of invoices, page by page, the one finalised last first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.cursors import write_cursor
from ledgerscope.customers.operations.page_rows import rows_of_page
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from ledgerscope.store.records import Id

__all__ = ["InvoiceLine", "InvoicePage", "ListInvoices", "list_invoices"]

STATUSES: Final = ("open", "paid", "void", "uncollectible")
_PLACE: Final = (t.invoice.c.finalised_at, t.invoice.c.invoice_id)
_SHOWN: Final = (
    "invoice_id", "customer_id", "number", "status", "kind", "currency", "total_minor", "issued_on",
    "finalised_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInvoices:
    """Which invoices, `limit` at a time; drafts are none yet. `cursor` is that of the page before."""

    customer_id: Id | None = None
    status: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """An invoice in a list, amounts in minor units."""

    invoice_id: Id
    customer_id: Id
    number: str
    status: str
    kind: str
    currency: str
    total_minor: int
    open_minor: int
    issued_on: date
    finalised_at: datetime


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Invoices, and the cursor of the next page; None on the last."""

    invoices: tuple[InvoiceLine, ...]
    next_cursor: str | None


def list_invoices(connection: Connection, tenant_id: str, asked: ListInvoices) -> InvoicePage | Refused:
    """A page; pages that follow each other hold every invoice of the list that stays in it exactly once."""
    conditions = rows_of_page(tenant_id, asked, _PLACE, STATUSES)
    if isinstance(conditions, Refused):
        return conditions
    order = tuple(column.desc() for column in _PLACE)
    query: Select[Any] = select(*(t.invoice.c[name] for name in _SHOWN), _open().label("open_minor")).where(
        *conditions, t.invoice.c.finalised_at.is_not(None)
    )
    rows = connection.execute(query.order_by(*order).limit(asked.limit + 1)).all()
    shown = tuple(map(_line, rows[: asked.limit]))
    more = len(rows) > asked.limit
    return InvoicePage(shown, write_cursor((shown[-1].finalised_at, shown[-1].invoice_id)) if more else None)


def _open() -> ColumnElement[int]:
    """What is open of the invoice in the end."""
    due, c = t.invoice_due.c, t.invoice.c
    left = select(func.coalesce(func.sum(due.amount_minor - due.allocated_minor), 0)).where(
        due.tenant_id == c.tenant_id, due.invoice_id == c.invoice_id
    )
    return case((c.status == "void", 0), else_=left.scalar_subquery())


def _line(row: Row[Any]) -> InvoiceLine:
    values = row._asdict()
    return InvoiceLine(
        **{
            **values, "invoice_id": row.invoice_id.hex, "customer_id": row.customer_id.hex,
            "open_minor": int(row.open_minor),
        }
    )  # fmt: skip
