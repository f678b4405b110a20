"""What is owed and what is unused at an instant: the common ground of aging and credit.

An instalment's open amount at day D is its amount less the allocations effective by then and recorded by the
instant described. Rows that the store marks as settled before D are exactly zero and are never read, so the
cost follows what is open, not what was ever invoiced; the result stays exact for any past instant.

Source: definitions, "aging"; the canonical schema, `invoice_due` and `allocation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, func, literal, or_, select, union_all

from collectors.clock import earliest_day, instant
from ledgerscope.store.tables import allocation, credit_note, invoice, invoice_due, payment

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Subquery, Table
    from sqlalchemy.sql.selectable import NamedFromClause

__all__ = ["invoice_counts", "not_ended", "open_instalments", "unallocated"]


def not_ended(ended_on: ColumnElement[Any], clock: NamedFromClause) -> ColumnElement[bool]:
    """A claim, payment or credit still stands on the day: it was not undone on it or before."""
    return or_(ended_on.is_(None), ended_on > clock.c.day)


def invoice_counts(clock: NamedFromClause) -> ColumnElement[bool]:
    """Drafts and invoices void by the day are owed by nobody."""
    return and_(
        invoice.c.status != "draft", invoice.c.issued_on <= clock.c.day, not_ended(invoice.c.voided_on, clock)
    )


def open_instalments(clock: NamedFromClause, as_of: datetime) -> Subquery:
    """One row per instalment with an open amount: whose, when due, how much in minor units."""
    due = tuple(invoice_due.c[name] for name in ("tenant_id", "invoice_id", "seq", "due_on", "amount_minor"))
    keys = (*due, clock.c.day, invoice.c.customer_id, invoice.c.currency)
    open_minor = invoice_due.c.amount_minor - func.coalesce(func.sum(allocation.c.amount_minor), 0)
    of_invoice = (invoice.c[name] == invoice_due.c[name] for name in ("tenant_id", "invoice_id"))
    return (
        select(*keys, open_minor.label("open_minor"))
        .join_from(clock, invoice_due, invoice_due.c.tenant_id == clock.c.tenant_id)
        .join(invoice, and_(*of_invoice))
        .join(
            allocation,
            and_(
                allocation.c.tenant_id == invoice_due.c.tenant_id,
                allocation.c.invoice_id == invoice_due.c.invoice_id,
                allocation.c.due_seq == invoice_due.c.seq,
                *_known(clock, as_of),
            ),
            isouter=True,
        )
        .where(_may_be_open(invoice_due.c.settled_on, as_of), invoice_counts(clock))
        .group_by(*keys)
        .having(open_minor != 0)
        .subquery("open_instalment")
    )


def _known(clock: NamedFromClause, as_of: datetime) -> tuple[ColumnElement[bool], ...]:
    """An allocation is effective by the day and was recorded by the instant."""
    return allocation.c.effective_on <= clock.c.day, allocation.c.recorded_at <= instant(as_of)


def unallocated(clock: NamedFromClause, as_of: datetime) -> Subquery:
    """One row per payment or credit note that is not used up: whose, and how much is left in minor units."""
    payments = _unused(payment, payment.c.received_on, payment.c.reversed_on, clock, as_of)
    notes = _unused(credit_note, credit_note.c.issued_on, credit_note.c.voided_on, clock, as_of)
    return union_all(payments, notes).subquery("unallocated")


def _unused(
    source: Table,
    begins: ColumnElement[Any],
    ends: ColumnElement[Any],
    clock: NamedFromClause,
    as_of: datetime,
) -> Select[Any]:
    key = source.c[f"{source.name}_id"]
    used = (
        select(func.coalesce(func.sum(allocation.c.amount_minor), 0))
        .where(
            allocation.c.tenant_id == source.c.tenant_id,
            allocation.c.from_id == key,
            allocation.c.from_kind == source.name,
            *_known(clock, as_of),
        )
        .scalar_subquery()
    )
    return (
        select(
            source.c.tenant_id,
            source.c.customer_id,
            source.c.currency,
            (source.c.amount_minor - used).label("minor"),
        )
        .join_from(clock, source, source.c.tenant_id == clock.c.tenant_id)
        .where(
            begins <= clock.c.day,
            not_ended(ends, clock),
            _may_be_open(source.c.used_up_on, as_of),
        )
    )


def _may_be_open(last_open_on: ColumnElement[Any], as_of: datetime) -> ColumnElement[bool]:
    """Whether something may be left on the day; the store keeps the last such day, null while there is.

    One day for all companies, the earliest there is: rows of the day after sum to nothing and drop out.
    """
    return or_(last_open_on.is_(None), last_open_on >= literal(earliest_day(as_of), Date()))
