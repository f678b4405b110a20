"""What is owed and what is unused at an instant: the common ground of aging and credit.

An instalment's open amount at day D is its amount less the allocations effective by then and recorded by the
instant described. Rows that the store marks as settled before D are exactly zero and are never read, so the
cost follows what is open, not what was ever invoiced; the result stays exact for any past instant.

Source: definitions, "aging"; the canonical schema, `invoice_due` and `allocation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Date, and_, cast, func, literal, null, or_, select, true, union_all

from collectors.clock import earliest_day, instant
from ledgerscope.store.tables import allocation, credit_note, invoice, invoice_due, payment, write_off

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Subquery, Table
    from sqlalchemy.sql.selectable import LateralFromClause, NamedFromClause

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
    same = ((allocation.c[name], invoice_due.c[name]) for name in names)
    settled = _allocated(clock, as_of, *same, (allocation.c.due_seq, invoice_due.c.seq))
    open_minor = invoice_due.c.amount_minor - settled.c.minor
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
        .join(settled, literal(True))
        .where(_may_be_open(invoice_due.c.settled_on, as_of), invoice_counts(clock.c.day), open_minor != 0)
        .subquery("open_instalment")
    )


def unallocated(clock: NamedFromClause, as_of: datetime) -> Subquery:
    """One row per payment or credit note that is not used up: whose, and how much is left in minor units.

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
    used = _allocated(
        clock,
        as_of,
        (allocation.c.tenant_id, source.c.tenant_id),
        (allocation.c.from_id, source.c[f"{source.name}_id"]),
        (allocation.c.from_kind, literal(source.name)),
    )
    return (
        select(
            source.c.tenant_id,
            source.c.customer_id,
            source.c.currency,
            (source.c.amount_minor - used.c.minor).label("minor"),
        )
        .join_from(clock, source, source.c.tenant_id == clock.c.tenant_id)
        .join(used, literal(True))
        .where(begins <= clock.c.day, not_ended(ends, clock.c.day), used.c.minor != source.c.amount_minor)
        .where(_may_be_open(source.c.used_up_on, as_of) if "used_up_on" in source.c else true())
    )


def _allocated(
    clock: NamedFromClause, as_of: datetime, *same: tuple[ColumnElement[Any], ColumnElement[Any]]
) -> LateralFromClause:
    """The sum of the allocations that match a row, effective by the day and recorded by the instant.

    A probe of the index for each of the few rows that may be open, instead of a pass over all allocations.
    """
    total = func.coalesce(func.sum(allocation.c.amount_minor), 0)
    return (
        select(cast(total, BigInteger).label("minor"))
        .where(
            *(ours == theirs for ours, theirs in same),
            allocation.c.effective_on <= clock.c.day,
            allocation.c.recorded_at <= instant(as_of),
        )
        .correlate_except(allocation)
        .lateral()
    )


def _may_be_open(last_open_on: ColumnElement[Any], as_of: datetime) -> ColumnElement[bool]:
    """Whether something may be left on the day; the store keeps the last such day, null while there is.

    One day for all companies, the earliest there is: rows of the day after sum to nothing and drop out.
    """
    return or_(last_open_on.is_(None), last_open_on >= literal(earliest_day(as_of), Date()))
