"""Credit: how far the limits are used, how often they are changed and broken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, null, select, union_all

from collectors.area import AreaCollector
from collectors.clock import clock, instant
from collectors.counters import Counters, EventCounter
from collectors.lifecycle import exists_at
from collectors.open_items import open_instalments, unallocated
from ledgerscope.catalogue import credit as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import (
    allocation,
    credit_limit,
    credit_note,
    customer,
    invoice,
    invoice_due,
    payment,
    write_off,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, Row, Select, Subquery

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["CreditCollector"]

PERCENT: Final = (0, 25, 50, 75, 100)
"""Share of the limit with which each bucket begins; a credit balance is in the first one too."""


class CreditCollector(AreaCollector):
    """Reads the limits in force and what stands against them."""

    name = "credit"
    metrics = catalogue.METRICS
    reads = (customer, credit_limit, invoice, invoice_due, payment, credit_note, write_off, allocation)
    counters = Counters(
        (
            *(
                EventCounter(
                    metric=catalogue.LIMIT_ADJUSTED, event_type=event_type, fixed=(("status", status),)
                )
                for event_type, status in (
                    (EventType.CREDIT_LIMIT_ADJUSTMENT_REQUESTED, "requested"),
                    (EventType.CREDIT_LIMIT_ADJUSTED, "approved"),
                    (EventType.CREDIT_LIMIT_REJECTED, "rejected"),
                )
            ),
            EventCounter(metric=catalogue.BREACH, event_type=EventType.CREDIT_LIMIT_BREACHED),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        for metric in (catalogue.UTILIZATION_CUSTOMERS, catalogue.UNLIMITED, catalogue.HELD):
            samples.expect_closed(metric, companies.tenants)
        rows = connection.execute(positions(companies, as_of)).all()
        _put_amounts([row for row in rows if row.bucket_no is None], companies, samples)
        limited = _put_buckets([row for row in rows if row.bucket_no is not None], samples)
        for row in connection.execute(customers(as_of)):
            samples.put(catalogue.HELD, (row.tenant_id,), row.held)
            samples.put(catalogue.UNLIMITED, (row.tenant_id,), row.existing - limited[row.tenant_id])


def _put_buckets(rows: Sequence[Row[Any]], samples: SampleBuilder) -> Counter[str]:
    """Returns how many customers of each company have a limit."""
    limited: Counter[str] = Counter()
    for row in rows:
        labels = row.tenant_id, catalogue.UTILIZATION_BUCKETS[row.bucket_no]
        samples.put(catalogue.UTILIZATION_CUSTOMERS, labels, row.customers)
        limited[row.tenant_id] += row.customers
    return limited


def _put_amounts(rows: Sequence[Row[Any]], companies: Companies, samples: SampleBuilder) -> None:
    for labels in companies.currencies_in_use((row.tenant_id, row.currency) for row in rows):
        samples.expect(catalogue.EXPOSURE, labels)
        samples.expect(catalogue.LIMIT, labels)
    for row in rows:
        labels = row.tenant_id, row.currency
        samples.put(catalogue.EXPOSURE, labels, companies.major(row.exposure_minor, row.currency))
        samples.put(catalogue.LIMIT, labels, companies.major(row.limit_minor, row.currency))
        if row.limit_minor:
            samples.put(catalogue.UTILIZATION, labels, float(row.exposure_minor / row.limit_minor))


def customers(as_of: datetime) -> Select[Any]:
    """Per company: all customers, and those on hold."""
    held = func.count().filter(customer.c.credit_hold).label("held")
    return (
        select(customer.c.tenant_id, func.count().label("existing"), held)
        .where(exists_at(as_of))
        .group_by(customer.c.tenant_id)
    )


def positions(companies: Companies, as_of: datetime) -> CompoundSelect[Any]:
    """Limits and exposure per company and currency; customers per company and bucket, currency null."""
    position = _position(companies, as_of)
    customers_bucket = (
        select(position.c.tenant_id, func.max(position.c.bucket_no).label("bucket_no"))
        .group_by(position.c.tenant_id, position.c.customer_id)
        .subquery("customer_bucket")
    )
    return union_all(
        select(
            position.c.tenant_id,
            position.c.currency,
            func.sum(position.c.limit_minor).label("limit_minor"),
            func.sum(position.c.exposure_minor).label("exposure_minor"),
            null().label("bucket_no"),
            func.count().label("customers"),
        ).group_by(position.c.tenant_id, position.c.currency),
        select(
            customers_bucket.c.tenant_id, null(), null(), null(), customers_bucket.c.bucket_no, func.count()
        ).group_by(customers_bucket.c.tenant_id, customers_bucket.c.bucket_no),
    )


def _position(companies: Companies, as_of: datetime) -> CTE:
    """Each limit in force of an existing customer, with what stands against it and the bucket that makes."""
    exposure = _exposure(companies, as_of)
    exposure_minor = func.coalesce(exposure.c.minor, 0)
    names = "tenant_id", "customer_id", "currency"
    return (
        select(
            *(credit_limit.c[name] for name in names),
            credit_limit.c.limit_minor,
            exposure_minor.label("exposure_minor"),
            _bucket_no(exposure_minor, credit_limit.c.limit_minor).label("bucket_no"),
        )
        .join_from(
            credit_limit,
            customer,
            and_(*(customer.c[name] == credit_limit.c[name] for name in names[:2])),
        )
        .join(exposure, and_(*(exposure.c[name] == credit_limit.c[name] for name in names)), isouter=True)
        .where(_in_force(as_of), exists_at(as_of))
        .cte("position")
    )


def _exposure(companies: Companies, as_of: datetime) -> Subquery:
    """Open instalments less unused credits, per customer and currency."""
    owed, unused = open_instalments(clock(companies), as_of), unallocated(clock(companies), as_of)
    parts = union_all(
        select(owed.c.tenant_id, owed.c.customer_id, owed.c.currency, owed.c.open_minor.label("minor")),
        select(unused.c.tenant_id, unused.c.customer_id, unused.c.currency, -unused.c.minor),
    ).subquery("part")
    keys = parts.c.tenant_id, parts.c.customer_id, parts.c.currency
    return select(*keys, func.sum(parts.c.minor).label("minor")).group_by(*keys).subquery("exposure")


def _in_force(as_of: datetime) -> ColumnElement[bool]:
    return and_(
        credit_limit.c.status == "approved",
        credit_limit.c.limit_minor.is_not(None),
        credit_limit.c.valid.contains(instant(as_of)),
    )


def _bucket_no(exposure: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[int]:
    """The bucket's place in the catalogue's list; whole numbers only, so that its edges are exact."""
    reached = (
        (exposure * 100 >= limit * percent, number) for number, percent in reversed(tuple(enumerate(PERCENT)))
    )
    return case((limit == 0, len(PERCENT) - 1), *reached, else_=0)
