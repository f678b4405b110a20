"""Aging: what customers owe, by how long it is overdue, and the ledger it has to agree with.

The buckets are summed from open instalments and unused credits, the receivable from the ledger's documents;
neither is derived from the other, so that "all buckets together are the receivable" is a real check.
"""

from __future__ import annotations

from collections import Counter
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

    from sqlalchemy import ColumnElement, Connection, Select, Subquery, Table

    from collectors.companies import Companies
    from collectors.sheet import Sheet

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

    def read(self, connection: Connection, as_of: datetime, companies: Companies, sheet: Sheet) -> None:
        days = {company.tenant_id: company.day for company in companies}
        ledger = connection.execute(receivable(set(days.values()))).mappings().all()
        _expect(companies, sheet, ((row["tenant_id"], row["currency"]) for row in ledger))
        for row in ledger:
            tenant_id, currency = row["tenant_id"], row["currency"]
            amount = companies.major(row[_minor(str(days[tenant_id]))], currency)
            sheet.put(catalogue.RECEIVABLE, (tenant_id, currency), amount)
        _put_buckets(connection, as_of, companies, sheet)


def _expect(companies: Companies, sheet: Sheet, seen: Iterable[tuple[str, str]]) -> None:
    sheet.expect_closed(catalogue.OPEN_INVOICES, companies.tenants)
    for tenant_id, currency in companies.currencies_in_use(seen):
        sheet.expect(catalogue.RECEIVABLE, (tenant_id, currency))
        for bucket in catalogue.OPEN_AMOUNT.label("bucket").values:
            sheet.expect(catalogue.OPEN_AMOUNT, (tenant_id, bucket, currency))


def _put_buckets(connection: Connection, as_of: datetime, companies: Companies, sheet: Sheet) -> None:
    invoices: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(buckets(companies, as_of)).mappings():
        for bucket in catalogue.DUE_BUCKETS:
            tenant_id, currency = row["tenant_id"], row["currency"]
            amount = companies.major(row[_minor(bucket)], currency)
            sheet.put(catalogue.OPEN_AMOUNT, (tenant_id, bucket, currency), amount)
            invoices[tenant_id, bucket] += row[_invoices(bucket)]
    for labels, n in invoices.items():
        sheet.put(catalogue.OPEN_INVOICES, labels, n)
    for row in connection.execute(unused(companies, as_of)).mappings():
        place = row["tenant_id"], catalogue.UNALLOCATED, row["currency"]
        sheet.put(catalogue.OPEN_AMOUNT, place, companies.major(-row["minor"], row["currency"]))


def buckets(companies: Companies, as_of: datetime) -> Select[Any]:
    """Per company, currency and bucket: the open amount, and the invoices whose oldest open part is there."""
    owed = open_instalments(clock(companies), as_of)
    number = _bucket_number(owed)
    keys = owed.c.tenant_id, owed.c.currency
    open_minor = {
        bucket: func.coalesce(func.sum(owed.c.open_minor).filter(number == no), 0)
        for no, bucket in enumerate(catalogue.DUE_BUCKETS)
    }
    by_invoice = (
        select(
            *keys,
            func.max(number).filter(owed.c.open_minor > 0).label("oldest"),
            *(amount.label(_minor(bucket)) for bucket, amount in open_minor.items()),
        )
        .group_by(*keys, owed.c.invoice_id)
        .subquery("by_invoice")
    )
    keys = by_invoice.c.tenant_id, by_invoice.c.currency
    amounts = (
        func.sum(by_invoice.c[_minor(bucket)]).label(_minor(bucket)) for bucket in catalogue.DUE_BUCKETS
    )
    counts = (
        func.count().filter(by_invoice.c.oldest == no).label(_invoices(bucket))
        for no, bucket in enumerate(catalogue.DUE_BUCKETS)
    )
    return select(*keys, *amounts, *counts).group_by(*keys)


def _minor(bucket: str) -> str:
    return f"minor {bucket}"


def _invoices(bucket: str) -> str:
    return f"invoices {bucket}"


def _bucket_number(owed: Subquery) -> ColumnElement[int]:
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
    on = {_minor(str(day)): literal(day, Date()) for day in sorted(days)}
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
