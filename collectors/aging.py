"""Aging: what customers owe, by how long it is overdue, and the ledger it has to agree with.

The buckets are summed from open instalments and unused credits, the receivable from the ledger's documents;
neither is derived from the other, so that "all buckets together are the receivable" is a real check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import case, func, literal, select, union_all

from collectors.area import AreaCollector
from collectors.clock import clock
from collectors.counters import Counters, EventCounter
from collectors.open_items import invoice_counts, not_ended, open_instalments, unallocated
from ledgerscope.catalogue import aging as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import allocation, credit_note, invoice, invoice_due, payment, write_off

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, Select, Table

    from collectors.companies import Companies
    from collectors.sheet import Sheet

__all__ = ["AgingCollector"]

BEGINS: Final = dict(zip(catalogue.DUE_BUCKETS[1:], (1, 31, 61, 91), strict=True))
"""Days past due with which each bucket begins; what begins earlier is current."""


class AgingCollector(AreaCollector):
    """Reads the receivables."""

    name = "aging"
    metrics = catalogue.METRICS
    counters = Counters(
        (EventCounter(metric=catalogue.REFRESHED, event_type=EventType.AGING_SNAPSHOT_REFRESHED),)
    )
    reads = (invoice, invoice_due, payment, credit_note, write_off, allocation)

    def read(self, connection: Connection, as_of: datetime, companies: Companies, sheet: Sheet) -> None:
        ledger = connection.execute(receivable(as_of)).all()
        _expect(companies, sheet, ((row.tenant_id, row.currency) for row in ledger))
        for row in ledger:
            amount = companies.major(row.minor, row.currency)
            sheet.put(catalogue.RECEIVABLE, (row.tenant_id, row.currency), amount)
        _put_buckets(connection, as_of, companies, sheet)


def _expect(companies: Companies, sheet: Sheet, seen: Iterable[tuple[str, str]]) -> None:
    sheet.expect_closed(catalogue.OPEN_INVOICES, companies.tenants)
    for tenant_id, currency in companies.currencies_in_use(seen):
        sheet.expect(catalogue.RECEIVABLE, (tenant_id, currency))
        for bucket in catalogue.OPEN_AMOUNT.label("bucket").values:
            sheet.expect(catalogue.OPEN_AMOUNT, (tenant_id, bucket, currency))


def _put_buckets(connection: Connection, as_of: datetime, companies: Companies, sheet: Sheet) -> None:
    invoices: dict[tuple[str, str], int] = {}
    for row in connection.execute(buckets(as_of)):
        amount = companies.major(row.minor, row.currency)
        sheet.put(catalogue.OPEN_AMOUNT, (row.tenant_id, row.bucket, row.currency), amount)
        if row.bucket != catalogue.UNALLOCATED:
            key = row.tenant_id, row.bucket
            invoices[key] = invoices.get(key, 0) + row.invoices
    for labels, n in invoices.items():
        sheet.put(catalogue.OPEN_INVOICES, labels, n)


def buckets(as_of: datetime) -> CompoundSelect[Any]:
    """Per company, currency and bucket: the open amount, and the invoices whose oldest open part is there."""
    now = clock(as_of)
    owed = open_instalments(now, as_of)
    unused = unallocated(now, as_of)
    bucket = _bucket(owed)
    by_invoice = (
        select(
            owed.c.tenant_id,
            owed.c.currency,
            bucket.label("bucket"),
            func.sum(owed.c.open_minor).label("minor"),
            func.row_number()
            .over(partition_by=(owed.c.tenant_id, owed.c.invoice_id), order_by=func.min(owed.c.due_on))
            .label("age_rank"),
        )
        .group_by(owed.c.tenant_id, owed.c.currency, owed.c.invoice_id, bucket)
        .subquery("by_invoice")
    )
    keys = by_invoice.c.tenant_id, by_invoice.c.currency, by_invoice.c.bucket
    return union_all(
        select(
            *keys,
            func.sum(by_invoice.c.minor).label("minor"),
            func.count().filter(by_invoice.c.age_rank == 1).label("invoices"),
        ).group_by(*keys),
        select(
            unused.c.tenant_id,
            unused.c.currency,
            literal(catalogue.UNALLOCATED),
            -func.sum(unused.c.minor),
            literal(0),
        ).group_by(unused.c.tenant_id, unused.c.currency),
    )


def _bucket(owed: CTE) -> ColumnElement[str]:
    overdue = owed.c.day - owed.c.due_on
    oldest_first = reversed(BEGINS.items())
    return case(*((overdue >= begin, name) for name, begin in oldest_first), else_=catalogue.DUE_BUCKETS[0])


def receivable(as_of: datetime) -> Select[Any]:
    """Per company and currency: invoices less payments, credit notes and write-offs, in minor units."""
    now = clock(as_of)
    payments = payment.c.received_on <= now.c.day, not_ended(payment.c.reversed_on, now)
    notes = credit_note.c.issued_on <= now.c.day, not_ended(credit_note.c.voided_on, now)
    documents = union_all(
        _total(now, invoice, invoice.c.total_minor, invoice_counts(now)),
        _total(now, payment, -payment.c.amount_minor, *payments),
        _total(now, credit_note, -credit_note.c.amount_minor, *notes),
        _total(now, write_off, -write_off.c.amount_minor, write_off.c.written_off_on <= now.c.day),
    ).subquery("documents")
    keys = documents.c.tenant_id, documents.c.currency
    return select(*keys, func.sum(documents.c.minor).label("minor")).group_by(*keys)


def _total(
    now: CTE, documents: Table, minor: ColumnElement[int], *standing: ColumnElement[bool]
) -> Select[Any]:
    keys = documents.c.tenant_id, documents.c.currency
    return (
        select(*keys, func.sum(minor).label("minor"))
        .join_from(now, documents, documents.c.tenant_id == now.c.tenant_id)
        .where(*standing)
        .group_by(*keys)
    )
