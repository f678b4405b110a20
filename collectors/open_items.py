"""What is owed and what is unused at an instant: the common ground of aging and credit.

An instalment's open amount at day D is its amount less the allocations effective by then; when they were
written down does not matter: what a run may see is its snapshot's business. The store keeps the sum of all
allocations with each row, so D needs only those that take effect later, next to none when D is today. Rows
that the store marks as settled by D are exactly zero and are never read. So the cost follows what is open,
not what was ever invoiced, and the result is exact for any past instant.

Source: definitions, "aging"; the canonical schema, `invoice_due` and `allocation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Date, and_, cast, func, literal, null, or_, select, union_all

from collectors.clock import earliest_day
from ledgerscope.store.tables import allocation, credit_note, invoice, invoice_due, payment, write_off

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Subquery, Table
    from sqlalchemy.sql.selectable import NamedFromClause

__all__ = ["invoice_counts", "not_ended", "open_instalments", "unallocated"]


def not_ended(ended_on: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[bool]:
    """A claim, payment or credit still stands on the day: it was not undone on it or before."""
    return or_(ended_on.is_(None), ended_on > day)


def invoice_counts(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Drafts and invoices void by the day are owed by nobody."""
    return and_(invoice.c.status != "draft", invoice.c.issued_on <= day, not_ended(invoice.c.voided_on, day))


def open_instalments(clock: NamedFromClause, as_of: datetime) -> Subquery:
    """One row per instalment with an open amount: whose, when due, how much in minor units."""
    names = "tenant_id", "invoice_id"
    later = _later(clock, as_of, "invoice_id", "due_seq")
    of_part = and_(
        *(later.c[name] == invoice_due.c[name] for name in names), later.c.due_seq == invoice_due.c.seq
    )
    open_minor = _left(invoice_due, later)
    return (
        select(
            clock.c.day,
            invoice.c.customer_id,
            invoice.c.currency,
            *(invoice_due.c[name] for name in (*names, "due_on")),
            open_minor.label("open_minor"),
        )
        .join_from(clock, invoice_due, invoice_due.c.tenant_id == clock.c.tenant_id)
        .join(invoice, and_(*(invoice.c[name] == invoice_due.c[name] for name in names)))
        .join(later, of_part, isouter=True)
        .where(_may_be_left(invoice_due.c.settled_on, as_of), invoice_counts(clock.c.day), open_minor != 0)
        .subquery("open_instalment")
    )


def unallocated(clock: NamedFromClause, as_of: datetime) -> Subquery:
    """One row per payment, credit note or write-off that is not used up: whose, and how much of it is left.

    Write-offs are allocated when they are made; one that is not is shown here, because the ledger has it.
    """
    return union_all(
        _unused(payment, payment.c.received_on, payment.c.reversed_on, clock, as_of),
        _unused(credit_note, credit_note.c.issued_on, credit_note.c.voided_on, clock, as_of),
        _unused(write_off, write_off.c.written_off_on, null(), clock, as_of),
    ).subquery("unallocated")


def _unused(
    source: Table,
    begins: ColumnElement[Any],
    ends: ColumnElement[Any],
    clock: NamedFromClause,
    as_of: datetime,
) -> Select[Any]:
    names = "tenant_id", f"{source.name}_id"
    later = _later(clock, as_of, names[1])
    minor = _left(source, later)
    return (
        select(source.c.tenant_id, source.c.customer_id, source.c.currency, minor.label("minor"))
        .join_from(clock, source, source.c.tenant_id == clock.c.tenant_id)
        .join(later, and_(*(later.c[name] == source.c[name] for name in names)), isouter=True)
        .where(begins <= clock.c.day, not_ended(ends, clock.c.day), minor != 0)
        .where(_may_be_left(source.c.used_up_on, as_of))
    )


def _left(of: Table, later: Subquery) -> ColumnElement[int]:
    """What is left on the day of something allocated: what takes effect only later is still there."""
    return of.c.amount_minor - of.c.allocated_minor + func.coalesce(later.c.minor, 0)


def _later(clock: NamedFromClause, as_of: datetime, *names: str) -> Subquery:
    """The allocations that take effect after the day, summed by what they belong to."""
    keys = allocation.c.tenant_id, *(allocation.c[name] for name in names)
    return (
        select(*keys, cast(func.sum(allocation.c.amount_minor), BigInteger).label("minor"))
        .join_from(clock, allocation, allocation.c.tenant_id == clock.c.tenant_id)
        .where(allocation.c.effective_on > clock.c.day, allocation.c.effective_on > _earliest(as_of))
        .where(*(key.is_not(None) for key in keys if key.nullable))
        .group_by(*keys)
        .subquery(f"later_by_{names[0]}")
    )


def _may_be_left(settled_on: ColumnElement[Any], as_of: datetime) -> ColumnElement[bool]:
    """Whether something may be left on the day; the store keeps the day from which nothing is."""
    return or_(settled_on.is_(None), settled_on > _earliest(as_of))


def _earliest(as_of: datetime) -> ColumnElement[Any]:
    """One day for all companies, the earliest there is: a constant is what the planner can judge.

    Rows between it and a company's own day sum to nothing and drop out.
    """
    return literal(earliest_day(as_of), Date())
