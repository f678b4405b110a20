"""What is owed and what is unused on a day: the common ground of aging, credit and aging snapshots.

An allocation counts at day D while both its sides stand. The store keeps with each row what is allocated in
the end and from which day on that holds (ADR 0008), and with each instalment what its invoice says (0009),
so almost all rows need nothing else when D is today. The rows that still change after D, that keep nothing
(views of another database), or whose invoice does not add up are summed by the rule itself. Rows that the
store marks as settled by D are exactly zero and are never read. So the cost follows what is open, not what
was ever invoiced, and the result is exact for any past instant.

Source: docs/definitions.md, receivables; the canonical schema, `invoice_due` and `allocation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Date,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from ledgerscope.store.tables import (
    allocation,
    credit_note,
    customer,
    invoice,
    invoice_due,
    payment,
    payment_reversal,
    refund,
    write_off,
)

if TYPE_CHECKING:
    from sqlalchemy import CTE, ColumnElement, FromClause, Select, Subquery, Table

__all__ = [
    "READS",
    "earliest_day",
    "invoice_counts",
    "not_ended",
    "open_instalments",
    "returned",
    "stands",
    "unallocated",
    "written_off",
]

READS: Final = (
    customer,
    invoice,
    invoice_due,
    payment,
    payment_reversal,
    credit_note,
    refund,
    write_off,
    allocation,
)
"""The tables behind every relation of this module."""


DOES_NOT_ADD_UP: Final = invoice.c.missing_minor.is_distinct_from(literal_column("0"))
"""Or is not known to; written as its index has it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document that settles debts: its table, and the days between which it stands."""

    table: Table
    begins: ColumnElement[Any]
    ends: ColumnElement[Any]

    @property
    def key(self) -> str:
        """The second column of its key, also in what refers to it."""
        return f"{self.table.name}_id"


PAYMENT: Final = Source(payment, payment.c.received_on, payment.c.reversed_on)
CREDIT_NOTE: Final = Source(credit_note, credit_note.c.issued_on, credit_note.c.voided_on)
WRITE_OFF: Final = Source(write_off, write_off.c.written_off_on, cast(null(), Date))
SOURCES: Final = (PAYMENT, CREDIT_NOTE, WRITE_OFF)


def earliest_day() -> ColumnElement[Any]:
    """A parameter of every statement: a day that is over nowhere on earth, or the only day of the clock."""
    return bindparam("earliest_day", type_=Date())


def not_ended(ended_on: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[bool]:
    """A claim, payment or credit still stands on the day: it was not undone on it or before."""
    return or_(ended_on.is_(None), ended_on > day)


def stands(source: Source, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """A payment, credit note or write-off is worth something on the day."""
    return and_(source.begins <= day, not_ended(source.ends, day))


def invoice_counts(day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Drafts and invoices void by the day are owed by nobody."""
    return and_(invoice.c.status != "draft", invoice.c.issued_on <= day, not_ended(invoice.c.voided_on, day))


def open_instalments(clock: FromClause) -> Subquery:
    """One row per instalment with an open amount: whose, when due, how much in minor units."""
    part = union_all(_regular(clock), _irregular(clock)).cte("instalment")
    counted = _counted_by_instalment(part)
    open_minor = part.c.amount_minor - func.coalesce(part.c.allocated_minor, counted.c.minor, 0)
    names = "tenant_id", "invoice_id", "seq"
    return (
        select(
            *(
                part.c[name]
                for name in ("day", "customer_id", "currency", "tenant_id", "invoice_id", "due_on")
            ),
            open_minor.label("open_minor"),
        )
        .join_from(part, counted, and_(*(counted.c[name] == part.c[name] for name in names)), isouter=True)
        .where(open_minor != 0)
        .subquery("open_instalment")
    )


def unallocated(clock: FromClause) -> Subquery:
    """One row per payment or credit note that is not used up: whose, and how much of it is left.

    A write-off is worth what is allocated from it, so nothing of it is ever left.
    """
    return union_all(*(_unused(source, clock) for source in (PAYMENT, CREDIT_NOTE))).subquery("unallocated")


def written_off(clock: FromClause) -> Select[Any]:
    """One row per write-off: tenant_id, currency and what of it counts on the day, in minor units."""
    given = _sources(WRITE_OFF, clock).where(stands(WRITE_OFF, clock.c.day)).cte("written_off")
    counted = _counted_by_source(given, WRITE_OFF)
    minor = func.coalesce(given.c.allocated_minor, counted.c.minor, 0)
    return select(given.c.tenant_id, given.c.currency, minor.label("minor")).join_from(
        given, counted, _same(given, counted, WRITE_OFF), isouter=True
    )


def returned(source: Source, clock: FromClause) -> Select[Any]:
    """What went back by the day of sources that stand then: key, currency and minor units, row by row."""
    back = [(refund, refund.c.refunded_on)]
    if source is PAYMENT:
        back.append((payment_reversal, payment_reversal.c.reversed_on))
    rows = union_all(
        *(select(of.c.tenant_id, of.c[source.key], on.label("on"), of.c.amount_minor) for of, on in back)
    ).subquery(f"{source.table.name}_back")
    return (
        select(
            source.table.c.tenant_id, source.table.c[source.key], source.table.c.currency, rows.c.amount_minor
        )
        .join_from(clock, rows, and_(rows.c.tenant_id == clock.c.tenant_id, rows.c.on <= clock.c.day))
        .join(source.table, _same(source.table, rows, source))
        .where(stands(source, clock.c.day))
    )


def _regular(clock: FromClause) -> Select[Any]:
    """The instalments that may be open, of invoices that add up; allocated_minor null: to be summed."""
    # `exists()` would select every column, which takes the right to each.
    does_not_add_up = exists(1).where(_of_invoice(invoice_due), DOES_NOT_ADD_UP).correlate(invoice_due)
    return (
        select(
            clock.c.day,
            invoice_due.c.tenant_id,
            invoice_due.c.invoice_id,
            invoice_due.c.seq,
            invoice_due.c.customer_id,
            invoice_due.c.currency,
            invoice_due.c.due_on,
            invoice_due.c.amount_minor,
            _kept(invoice_due, invoice_due.c.settled_on, clock.c.day).label("allocated_minor"),
        )
        .join_from(clock, invoice_due, invoice_due.c.tenant_id == clock.c.tenant_id)
        .where(
            _may_be_left(invoice_due.c.settled_on),
            invoice_due.c.owed_from <= clock.c.day,
            not_ended(invoice_due.c.owed_until, clock.c.day),
            ~does_not_add_up,
        )
    )


def _irregular(clock: FromClause) -> Select[Any]:
    """All instalments of invoices that do not add up, or are not known to: the last one has the difference.

    Without instalments the invoice is one of its total, due by the customer's terms, with `seq` zero.
    """
    whole = invoice.c.tenant_id, invoice.c.invoice_id
    latest = invoice_due.c.due_on.desc(), invoice_due.c.seq.desc()
    last = func.row_number().over(partition_by=whole, order_by=latest)
    in_parts = func.coalesce(func.sum(invoice_due.c.amount_minor).over(partition_by=whole), 0)
    missing = case((last == 1, invoice.c.total_minor - in_parts), else_=0)
    return (
        select(
            clock.c.day,
            invoice.c.tenant_id,
            invoice.c.invoice_id,
            func.coalesce(invoice_due.c.seq, 0),
            invoice.c.customer_id,
            invoice.c.currency,
            func.coalesce(invoice_due.c.due_on, invoice.c.issued_on + customer.c.terms_days),
            cast(func.coalesce(invoice_due.c.amount_minor, 0) + missing, BigInteger),
            cast(null(), BigInteger),
        )
        .join_from(clock, invoice, invoice.c.tenant_id == clock.c.tenant_id)
        .join(invoice_due, _of_invoice(invoice_due), isouter=True)
        .join(
            customer,
            and_(
                customer.c.tenant_id == invoice.c.tenant_id, customer.c.customer_id == invoice.c.customer_id
            ),
            isouter=True,
        )
        .where(DOES_NOT_ADD_UP, invoice_counts(clock.c.day))
    )


def _counted_by_instalment(part: CTE) -> Subquery:
    """What counts of the allocations of the instalments that have to be summed."""
    of_part = and_(
        allocation.c.tenant_id == part.c.tenant_id,
        allocation.c.invoice_id == part.c.invoice_id,
        or_(allocation.c.due_seq == part.c.seq, part.c.seq == 0),
    )
    keys = part.c.tenant_id, part.c.invoice_id, part.c.seq
    query = select(*keys, _sum(allocation.c.amount_minor)).join_from(part, allocation, of_part)
    for source in SOURCES:
        query = query.join(source.table, _same(source.table, allocation, source), isouter=True)
    return (
        query.where(part.c.allocated_minor.is_(None), allocation.c.effective_on <= part.c.day)
        .where(or_(*(stands(source, part.c.day) for source in SOURCES)))
        .group_by(*keys)
        .subquery("counted_by_instalment")
    )


def _unused(source: Source, clock: FromClause) -> Select[Any]:
    name = source.table.name
    given = (
        _sources(source, clock)
        .where(stands(source, clock.c.day), _may_be_left(source.table.c.used_up_on))
        .cte(f"{name}_given")
    )
    counted = _counted_by_source(given, source)
    back = returned(source, clock).subquery(f"{name}_returned")
    keys = back.c.tenant_id, back.c[source.key]
    went = select(*keys, _sum(back.c.amount_minor)).group_by(*keys).subquery(f"{name}_went")
    minor = (
        given.c.amount_minor
        - func.coalesce(went.c.minor, 0)
        - func.coalesce(given.c.allocated_minor, counted.c.minor, 0)
    )
    return (
        select(given.c.tenant_id, given.c.customer_id, given.c.currency, minor.label("minor"))
        .join_from(given, counted, _same(given, counted, source), isouter=True)
        .join(went, _same(given, went, source), isouter=True)
        .where(minor != 0)
    )


def _sources(source: Source, clock: FromClause) -> Select[Any]:
    """Rows of a kind of source; allocated_minor is null where it must be summed."""
    table = source.table
    return select(
        clock.c.day,
        *(table.c[column] for column in ("tenant_id", source.key, "customer_id", "currency", "amount_minor")),
        _kept(table, table.c.used_up_on, clock.c.day).label("allocated_minor"),
    ).join_from(clock, table, table.c.tenant_id == clock.c.tenant_id)


def _counted_by_source(given: CTE, source: Source) -> Subquery:
    """What counts of the allocations of the sources that have to be summed; their invoices may not stand."""
    keys = given.c.tenant_id, given.c[source.key]
    return (
        select(*keys, _sum(allocation.c.amount_minor))
        .join_from(
            given,
            allocation,
            and_(
                allocation.c.tenant_id == given.c.tenant_id,
                allocation.c.from_id == given.c[source.key],
                allocation.c.from_kind == source.table.name,
            ),
        )
        .join(invoice, _of_invoice(allocation))
        .where(given.c.allocated_minor.is_(None), allocation.c.effective_on <= given.c.day)
        .where(invoice_counts(given.c.day))
        .group_by(*keys)
        .subquery(f"{source.table.name}_counted")
    )


def _kept(table: Table, nothing_left_on: ColumnElement[Any], day: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is allocated on the day, as the store keeps it; null where it changes later."""
    changes_later = or_(nothing_left_on > day, table.c.changed_on > day)
    return case((changes_later, None), else_=table.c.allocated_minor)


def _may_be_left(nothing_left_on: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether something may be left on the day; the store keeps the day from which nothing is.

    One day for all companies, the earliest there is: a constant is what the planner can judge. Rows between
    it and a company's own day come to nothing and drop out.
    """
    return or_(nothing_left_on.is_(None), nothing_left_on > earliest_day())


def _of_invoice(table: Table) -> ColumnElement[bool]:
    return and_(invoice.c.tenant_id == table.c.tenant_id, invoice.c.invoice_id == table.c.invoice_id)


def _same(left: FromClause, right: FromClause, source: Source) -> ColumnElement[bool]:
    return and_(left.c.tenant_id == right.c.tenant_id, left.c[source.key] == right.c[source.key])


def _sum(minor: ColumnElement[int]) -> ColumnElement[Any]:
    return cast(func.sum(minor), BigInteger).label("minor")
