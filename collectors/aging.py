"""Aging: what customers owe, by how long it is overdue, and the ledger it has to agree with.

The buckets are summed from open instalments and unused credits, the receivable from the ledger's documents;
neither is derived from the other, so that "all buckets together are the receivable" is a real check.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Date, any_, bindparam, case, func, null, select, union_all

from collectors.area import AreaCollector
from collectors.clock import clock, parameters, tenants
from collectors.counters import Counters, EventCounter
from ledgerscope.catalogue import aging as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.open_items import (
    CREDIT_NOTE,
    PAYMENT,
    READS,
    invoice_counts,
    open_instalments,
    returned,
    stands,
    unallocated,
    written_off,
)
from ledgerscope.store.tables import invoice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

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
    reads = READS

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        given = parameters(companies, as_of)
        ledger = receivable(connection, companies, given)
        _expect(companies, samples, ledger)
        for (tenant_id, currency), minor in ledger.items():
            samples.put(catalogue.RECEIVABLE, (tenant_id, currency), companies.major(minor, currency))
        _put_buckets(connection, given, companies, samples)


def receivable(
    connection: Connection, companies: Companies, given: Mapping[str, Any]
) -> Mapping[tuple[str, str], Decimal]:
    """The ledger in minor units by company and currency: each document at its value, from documents alone."""
    days = sorted({company.day for company in companies})
    column_of = {company.tenant_id: _minor(days.index(company.day)) for company in companies}
    balance: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    dates = {_day(number): day for number, day in enumerate(days)}
    query = documents(len(days), everybody=companies.whole)
    for row in connection.execute(query, {**given, **dates}).mappings():
        if row["tenant_id"] in column_of:
            balance[row["tenant_id"], row["currency"]] += row[column_of[row["tenant_id"]]]
    for one in connection.execute(corrections(), given):
        if (one.tenant_id, one.currency) in balance:  # else a write-off without an invoice, worth nothing
            balance[one.tenant_id, one.currency] += one.minor
    return balance


def _expect(companies: Companies, samples: SampleBuilder, seen: Iterable[tuple[str, str]]) -> None:
    samples.expect_closed(catalogue.OPEN_INVOICES, companies.tenants)
    for tenant_id, currency in companies.currencies_in_use(seen):
        samples.expect(catalogue.RECEIVABLE, (tenant_id, currency))
        for bucket in catalogue.OPEN_AMOUNT.label("bucket").values:
            samples.expect(catalogue.OPEN_AMOUNT, (tenant_id, bucket, currency))


def _put_buckets(
    connection: Connection, given: Mapping[str, Any], companies: Companies, samples: SampleBuilder
) -> None:
    for row in connection.execute(buckets(), given):
        bucket = catalogue.DUE_BUCKETS[row.bucket_no]
        if row.currency is None:
            samples.put(catalogue.OPEN_INVOICES, (row.tenant_id, bucket), row.invoices)
        else:
            amount = companies.major(row.minor, row.currency)
            samples.put(catalogue.OPEN_AMOUNT, (row.tenant_id, bucket, row.currency), amount)
    for row in connection.execute(unused(), given):
        place = row.tenant_id, catalogue.UNALLOCATED, row.currency
        samples.put(catalogue.OPEN_AMOUNT, place, companies.major(-row.minor, row.currency))


@cache
def buckets() -> CompoundSelect[Any]:
    """Open amounts per company, bucket and currency; invoices per company and bucket, currency null.

    An invoice is in the bucket of its oldest open instalment.
    """
    owed = open_instalments(clock())
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


def _minor(number: int) -> str:
    return f"minor_{number}"


def _day(number: int) -> str:
    return f"day_{number}"


def _bucket_no(owed: Subquery) -> ColumnElement[int]:
    """The place of the instalment's bucket in the catalogue's list: the greater, the longer overdue."""
    overdue = owed.c.day - owed.c.due_on
    oldest_first = reversed(tuple(enumerate(BEGINS, start=1)))
    return case(*((overdue >= begin, number) for number, begin in oldest_first), else_=0)


@cache
def unused() -> Select[Any]:
    """Per company and currency: payments and credit notes that are not set against an invoice."""
    left = unallocated(clock())
    keys = left.c.tenant_id, left.c.currency
    return select(*keys, func.sum(left.c.minor).label("minor")).group_by(*keys)


@cache
def documents(days: int, *, everybody: bool) -> Select[Any]:
    """Per company and currency: invoices less payments and credit notes in full, a column for each day.

    At any instant there are at most three dates on earth: cheaper as columns than as a join of every document
    with its company's calendar. The company of each document is compared only where companies are left out,
    because of a million rows that takes a fifth of the time. Rows of companies not listed may be among them.
    """
    on = {_minor(number): bindparam(_day(number), type_=Date()) for number in range(days)}
    parts = [
        _total(invoice, invoice.c.total_minor, {name: invoice_counts(day) for name, day in on.items()}),
        *(
            _total(
                source.table,
                -source.table.c.amount_minor,
                {name: stands(source, day) for name, day in on.items()},
            )
            for source in (PAYMENT, CREDIT_NOTE)
        ),
    ]
    if not everybody:
        parts = [part.where(part.selected_columns.tenant_id == any_(tenants())) for part in parts]
    every = union_all(*parts).subquery("documents")
    keys = every.c.tenant_id, every.c.currency
    return select(*keys, *(func.sum(every.c[name]).label(name) for name in on)).group_by(*keys)


@cache
def corrections() -> Select[Any]:
    """Per company and currency: what went back of payments and credit notes, less write-offs."""
    now = clock()
    back = (returned(source, now).subquery(f"{source.table.name}_back") for source in (PAYMENT, CREDIT_NOTE))
    lost = written_off(now).subquery("lost")
    parts = union_all(
        *(select(part.c.tenant_id, part.c.currency, part.c.amount_minor.label("minor")) for part in back),
        select(lost.c.tenant_id, lost.c.currency, -lost.c.minor),
    ).subquery("correction")
    keys = parts.c.tenant_id, parts.c.currency
    return select(*keys, func.sum(parts.c.minor).label("minor")).group_by(*keys)


def _total(table: Table, minor: ColumnElement[int], counts: Mapping[str, ColumnElement[bool]]) -> Select[Any]:
    keys = table.c.tenant_id, table.c.currency
    sums = (func.coalesce(func.sum(minor).filter(counted), 0).label(name) for name, counted in counts.items())
    return select(*keys, *sums).group_by(*keys)
