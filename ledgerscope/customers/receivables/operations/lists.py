"""Lists of invoices, page by page, the one finalised last first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, literal, or_, select, tuple_

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
_SETTLED: Final = ("paid", "uncollectible")
"""What an invoice is once nothing is open; until that day comes it is open."""
_PLACE: Final = (t.invoice.c.finalised_at, t.invoice.c.invoice_id)
_SHOWN: Final = (
    "invoice_id", "customer_id", "number", "kind", "currency", "total_minor", "issued_on",
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
    """An invoice in a list as of a day, amounts in minor units."""

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


def list_invoices(
    connection: Connection, tenant_id: str, asked: ListInvoices, day: date
) -> InvoicePage | Refused:
    """A page as of a day; pages that follow each other hold what stays in the list exactly once."""
    conditions = rows_of_page(tenant_id, asked, _PLACE, STATUSES, lambda status: _has_status(status, day))
    if isinstance(conditions, Refused):
        return conditions
    order = tuple(column.desc() for column in _PLACE)
    shown_status = case((_is_settled_later(day), "open"), else_=t.invoice.c.status)
    query: Select[Any] = select(
        *(t.invoice.c[name] for name in _SHOWN), shown_status.label("status"), _open(day).label("open_minor")
    ).where(*conditions, t.invoice.c.finalised_at.is_not(None))
    rows = connection.execute(query.order_by(*order).limit(asked.limit + 1)).all()
    shown = tuple(map(_line, rows[: asked.limit]))
    more = len(rows) > asked.limit
    return InvoicePage(shown, write_cursor((shown[-1].finalised_at, shown[-1].invoice_id)) if more else None)


def _has_status(status: str, day: date) -> ColumnElement[bool]:
    """Whether the invoice has a status on the day."""
    c = t.invoice.c
    if status == "open":
        return or_(c.status == status, _is_settled_later(day))
    return and_(c.status == status, ~_is_settled_later(day)) if status in _SETTLED else c.status == status


def _is_settled_later(day: date) -> ColumnElement[bool]:
    """Whether what settles the invoice counts only from a day after this one, as a post-dated cheque."""
    due, c = t.invoice_due.c, t.invoice.c
    later = select(due.tenant_id, due.invoice_id).where(due.settled_on > day)
    return and_(c.status.in_(_SETTLED), tuple_(c.tenant_id, c.invoice_id).in_(later))


def _open(day: date) -> ColumnElement[int]:
    """What is open of the invoice on the day."""
    due, c = t.invoice_due.c, t.invoice.c
    own = due.tenant_id == c.tenant_id, due.invoice_id == c.invoice_id
    left = select(func.coalesce(func.sum(due.amount_minor - due.allocated_minor), 0)).where(*own)
    changes_later = select(literal(1)).where(*own, func.coalesce(due.settled_on, due.changed_on) > day)
    not_yet = case((changes_later.exists(), _not_yet(day)), else_=0)
    return case((c.status == "void", 0), else_=left.scalar_subquery() + not_yet)


def _not_yet(day: date) -> ColumnElement[int]:
    """What is set against the invoice and counts only from a later day, in the end."""
    a, p, n, w = t.allocation.c, t.payment.c, t.credit_note.c, t.write_off.c
    given = (
        t.allocation.outerjoin(t.payment, and_(p.tenant_id == a.tenant_id, p.payment_id == a.payment_id))
        .outerjoin(t.credit_note, and_(n.tenant_id == a.tenant_id, n.credit_note_id == a.credit_note_id))
        .outerjoin(t.write_off, and_(w.tenant_id == a.tenant_id, w.write_off_id == a.write_off_id))
    )
    starts_on = func.greatest(a.effective_on, p.received_on, n.issued_on, w.written_off_on)
    return (
        select(func.coalesce(func.sum(a.amount_minor), 0))
        .select_from(given)
        .where(
            a.tenant_id == t.invoice.c.tenant_id, a.invoice_id == t.invoice.c.invoice_id, starts_on > day,
            p.reversed_on.is_(None), n.voided_on.is_(None),
        )
        .correlate(t.invoice)
        .scalar_subquery()
    )  # fmt: skip


def _line(row: Row[Any]) -> InvoiceLine:
    values = row._asdict()
    return InvoiceLine(
        **{
            **values, "invoice_id": row.invoice_id.hex, "customer_id": row.customer_id.hex,
            "open_minor": int(row.open_minor),
        }
    )  # fmt: skip
