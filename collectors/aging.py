"""Aging: what customers owe, by how long it is overdue, and the ledger it has to agree with.

The buckets are summed from open instalments and unused credits, the receivable from the ledger's documents;
neither is derived from the other, so that "all buckets together are the receivable" is a real check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Date, and_, case, func, literal, null, select, union_all

from collectors.area import AreaCollector
from collectors.clock import clock
from collectors.counters import Counters, EventCounter
from collectors.open_items import invoice_counts, not_ended, open_instalments, unallocated
from ledgerscope.catalogue import aging as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import allocation, credit_note, invoice, invoice_due, payment, write_off

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, Subquery, Table

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["AgingCollector"]

BEGINS: Final = (1, 31, 61, 91)
"""Days past due with which each bucket after `current` begins."""


class AgingCollector(AreaCollector):
    """Reads the receivables."""

    name = "aging"
    metrics = catalogue.METRICS
    counters = Counters(
        (EventCounter(metric=catalogue.REFRESHED, event_type=EventType.AGING_SNAPSHOT_REFRESHED),)
    )
    reads = (invoice, invoice_due, payment, credit_note, write_off, allocation)

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        days = {company.tenant_id: company.day for company in companies}
        ledger = connection.execute(receivable(set(days.values()))).mappings().all()
        _expect(companies, samples, ((row["tenant_id"], row["currency"]) for row in ledger))
        for row in ledger:
            tenant_id, currency = row["tenant_id"], row["currency"]
            amount = companies.major(row[_minor(days[tenant_id])], currency)
            samples.put(catalogue.RECEIVABLE, (tenant_id, currency), amount)
        _put_buckets(connection, as_of, companies, samples)


def _expect(companies: Companies, samples: SampleBuilder, seen: Iterable[tuple[str, str]]) -> None:
    samples.expect_closed(catalogue.OPEN_INVOICES, companies.tenants)
    for tenant_id, currency in companies.currencies_in_use(seen):
        samples.expect(catalogue.RECEIVABLE, (tenant_id, currency))
        for bucket in catalogue.OPEN_AMOUNT.label("bucket").values:
            samples.expect(catalogue.OPEN_AMOUNT, (tenant_id, bucket, currency))


def _put_buckets(
    connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
) -> None:
    for row in connection.execute(buckets(companies, as_of)):
        bucket = catalogue.DUE_BUCKETS[row.bucket_no]
        if row.currency is None:
            samples.put(catalogue.OPEN_INVOICES, (row.tenant_id, bucket), row.invoices)
        else:
            amount = companies.major(row.minor, row.currency)
            samples.put(catalogue.OPEN_AMOUNT, (row.tenant_id, bucket, row.currency), amount)
    for row in connection.execute(unused(companies, as_of)):
        place = row.tenant_id, catalogue.UNALLOCATED, row.currency
        samples.put(catalogue.OPEN_AMOUNT, place, companies.major(-row.minor, row.currency))


def buckets(companies: Companies, as_of: datetime) -> CompoundSelect[Any]:
    """Open amounts per company, bucket and currency; invoices per company and bucket, currency null.

    An invoice is in the bucket of its oldest open instalment.
    """
    owed = open_instalments(clock(companies), as_of)
    part = select(*owed.c, _bucket_no(owed).label("bucket_no")).cte("part")
    keys = part.c.tenant_id, part.c.bucket_no, part.c.currency
    amounts = select(*keys, func.sum(part.c.open_minor).label("minor"), null().label("invoices"))
    oldest = (
        select(part.c.tenant_id, func.max(part.c.bucket_no).label("bucket_no"))
        .where(part.c.open_minor > 0)
        .group_by(part.c.tenant_id, part.c.invoice_id)
        .subquery("oldest")
    )
    counts = select(*oldest.c, null(), null(), func.count()).group_by(*oldest.c)
    return union_all(amounts.group_by(*keys), counts)


def _minor(day: date) -> str:
    return f"minor {day}"


def _bucket_no(owed: Subquery) -> ColumnElement[int]:
    """The place of the instalment's bucket in the catalogue's list: the greater, the longer overdue."""
    overdue = owed.c.day - owed.c.due_on
    oldest_first = reversed(tuple(enumerate(BEGINS, start=1)))
    return case(*((overdue >= begin, number) for number, begin in oldest_first), else_=0)


def unused(companies: Companies, as_of: datetime) -> Select[Any]:
    """Per company and currency: payments and credit notes that are not set against an invoice."""
    left = unallocated(clock(companies), as_of)
    keys = left.c.tenant_id, left.c.currency
    return select(*keys, func.sum(left.c.minor).label("minor")).group_by(*keys)


def receivable(days: Iterable[date]) -> Select[Any]:
    """Per company and currency: invoices less payments, credit notes and write-offs, a column for each day.

    At any instant there are at most three dates on earth: cheaper as columns than as a join of every document
    with its company's calendar.
    """
    on = {_minor(day): literal(day, Date()) for day in sorted(days)}
    documents = union_all(
        _total(invoice, invoice.c.total_minor, {name: invoice_counts(day) for name, day in on.items()}),
        *(
            _total(table, -table.c.amount_minor, {name: _stands(begin, end, day) for name, day in on.items()})
            for table, begin, end in (
                (payment, payment.c.received_on, payment.c.reversed_on),
                (credit_note, credit_note.c.issued_on, credit_note.c.voided_on),
                (write_off, write_off.c.written_off_on, null()),
            )
        ),
    ).subquery("documents")
    keys = documents.c.tenant_id, documents.c.currency
    return select(*keys, *(func.sum(documents.c[name]).label(name) for name in on)).group_by(*keys)


def _stands(
    begin: ColumnElement[Any], end: ColumnElement[Any], day: ColumnElement[Any]
) -> ColumnElement[bool]:
    return and_(begin <= day, not_ended(end, day))


def _total(
    documents: Table, minor: ColumnElement[int], counts: Mapping[str, ColumnElement[bool]]
) -> Select[Any]:
    keys = documents.c.tenant_id, documents.c.currency
    sums = (func.coalesce(func.sum(minor).filter(counted), 0).label(name) for name, counted in counts.items())
    return select(*keys, *sums).group_by(*keys)
