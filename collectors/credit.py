"""Credit: how far the limits are used, how often they are changed and broken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Numeric, and_, case, cast, exists, func, literal, null, select, union_all

from collectors.area import AreaCollector
from collectors.clock import clock, instant
from collectors.counters import Counters, EventCounter
from collectors.lifecycle import exists_at
from collectors.open_items import READS, open_instalments, unallocated
from collectors.rates import CONVERTED_DECIMALS, exchange_rates
from ledgerscope.catalogue import credit as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import credit_limit, currencies, customer, fx_rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, Row, Select, Subquery

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["CreditCollector"]

_PARTS: Final = ("limits", "buckets", "uncovered")
PERCENT: Final = (0, 25, 50, 75, 100)
"""Share of the limit with which each bucket begins; a credit balance is in the first one too."""


class CreditCollector(AreaCollector):
    """Reads the limits in force and what stands against them."""

    name = "credit"
    metrics = catalogue.METRICS
    reads = (credit_limit, fx_rate, *READS)
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
        closed = catalogue.UTILIZATION_CUSTOMERS, catalogue.UNLIMITED, catalogue.EXPIRED, catalogue.HELD
        for metric in closed:
            samples.expect_closed(metric, companies.tenants)
        rows: dict[str, list[Row[Any]]] = {part: [] for part in _PARTS}
        for row in connection.execute(positions(companies, as_of)):
            rows[row.part].append(row)
        _put_amounts(rows["limits"], rows["uncovered"], companies, samples)
        limited = _put_buckets(rows["buckets"], samples)
        for row in connection.execute(customers(companies, as_of)):
            samples.put(catalogue.HELD, (row.tenant_id,), row.held)
            samples.put(catalogue.EXPIRED, (row.tenant_id,), row.expired)
            unlimited = row.existing - row.expired - limited[row.tenant_id]
            samples.put(catalogue.UNLIMITED, (row.tenant_id,), unlimited)


def _put_buckets(rows: Sequence[Row[Any]], samples: SampleBuilder) -> Counter[str]:
    """Returns how many customers of each company have a limit."""
    limited: Counter[str] = Counter()
    for row in rows:
        labels = row.tenant_id, catalogue.UTILIZATION_BUCKETS[row.bucket_no]
        samples.put(catalogue.UTILIZATION_CUSTOMERS, labels, row.customers)
        limited[row.tenant_id] += row.customers
    return limited


def _put_amounts(
    limits: Sequence[Row[Any]],
    uncovered: Sequence[Row[Any]],
    companies: Companies,
    samples: SampleBuilder,
) -> None:
    for labels in companies.currencies_in_use((row.tenant_id, row.currency) for row in limits):
        samples.expect(catalogue.EXPOSURE, labels)
        samples.expect(catalogue.LIMIT, labels)
    for labels in companies.currencies_in_use((row.tenant_id, row.currency) for row in uncovered):
        samples.expect(catalogue.UNCOVERED, labels)
    for row in limits:
        labels = row.tenant_id, row.currency
        samples.put(catalogue.EXPOSURE, labels, companies.major(row.exposure_minor, row.currency))
        samples.put(catalogue.LIMIT, labels, companies.major(row.limit_minor, row.currency))
        if row.limit_minor:
            samples.put(catalogue.UTILIZATION, labels, float(row.exposure_minor / row.limit_minor))
    for row in uncovered:
        amount = companies.major(row.exposure_minor, row.currency)
        samples.put(catalogue.UNCOVERED, (row.tenant_id, row.currency), amount)


def customers(companies: Companies, as_of: datetime) -> Select[Any]:
    """Per company: all customers, those on hold, and those whose limit has run out without another."""
    now = clock(companies)
    keys = customer.c.tenant_id, customer.c.customer_id
    of_customer = and_(*(credit_limit.c[key.name] == key for key in keys))
    ran_out = (
        select(*(credit_limit.c[key.name] for key in keys))
        .distinct()
        .where(_approved(), credit_limit.c.limit_minor.is_not(None))
        .where(func.upper(credit_limit.c.valid) <= instant(as_of))
        .subquery("ran_out")
    )
    expired = and_(
        ran_out.c.customer_id.is_not(None), ~exists().where(of_customer, _in_force(as_of)).correlate(customer)
    )
    return (
        select(
            customer.c.tenant_id,
            func.count().label("existing"),
            func.count().filter(customer.c.credit_hold).label("held"),
            func.count().filter(expired).label("expired"),
        )
        .join_from(now, customer, customer.c.tenant_id == now.c.tenant_id)
        .join(ran_out, and_(*(ran_out.c[key.name] == key for key in keys)), isouter=True)
        .where(exists_at(as_of))
        .group_by(customer.c.tenant_id)
    )


def positions(companies: Companies, as_of: datetime) -> CompoundSelect[Any]:
    """What stands against the limits, in three parts of one statement, distinguished by `part`.

    `limits`: finite limits and what is measured against them, per company and currency. `buckets`: customers
    per company and bucket. `uncovered`: what no limit covers for want of a rate, per company and currency.
    """
    limits = _limits(companies, as_of)
    measured = _measured(companies, as_of, limits)
    position = _position(limits, measured)
    of_customer = (
        select(position.c.tenant_id, func.max(position.c.bucket_no).label("bucket_no"))
        .group_by(position.c.tenant_id, position.c.customer_id)
        .subquery("customer_bucket")
    )
    key = position.c.tenant_id, position.c.currency
    owed = measured.c.tenant_id, measured.c.own_currency
    return union_all(
        select(
            literal("limits").label("part"),
            *key,
            func.sum(position.c.limit_minor).label("limit_minor"),
            func.sum(position.c.exposure_minor).label("exposure_minor"),
            null().label("bucket_no"),
            func.count().label("customers"),
        ).group_by(*key),
        select(
            literal("buckets"),
            of_customer.c.tenant_id,
            null(),
            null(),
            null(),
            of_customer.c.bucket_no,
            func.count(),
        ).group_by(of_customer.c.tenant_id, of_customer.c.bucket_no),
        select(literal("uncovered"), *owed, null(), func.sum(measured.c.own_minor), null(), func.count())
        .where(measured.c.minor.is_(None))
        .group_by(*owed),
    )


def _limits(companies: Companies, as_of: datetime) -> CTE:
    """Each limit in force of an existing customer; the first one by `place` is the customer's reference."""
    now = clock(companies)
    keys = customer.c.tenant_id, customer.c.customer_id
    by_place = customer.c.currency != credit_limit.c.currency, credit_limit.c.currency.collate("C")
    return (
        select(
            *keys,
            credit_limit.c.currency,
            credit_limit.c.limit_minor,
            func.row_number().over(partition_by=keys, order_by=by_place).label("place"),
        )
        .join_from(now, credit_limit, credit_limit.c.tenant_id == now.c.tenant_id)
        .join(customer, and_(*(credit_limit.c[key.name] == key for key in keys)))
        .where(_in_force(as_of), exists_at(as_of))
        .cte("limit_in_force")
    )


def _measured(companies: Companies, as_of: datetime, limits: CTE) -> CTE:
    """Exposure by the limit that it is measured against: as it is in the limit's currency, else converted.

    What an unlimited limit covers is left out; `minor` is null where there is no rate.
    """
    now = clock(companies)
    exposure = _exposure(companies, as_of)
    own, reference = limits.alias("own"), limits.alias("reference")
    rate = exchange_rates(now, now.c.day)
    source, target = currencies.alias("source"), currencies.alias("target")
    of_customer = "tenant_id", "customer_id"
    scale = func.power(cast(10, Numeric), target.c.exponent - source.c.exponent)
    converted = func.round(exposure.c.minor * rate.c.rate * scale, CONVERTED_DECIMALS)
    return (
        select(
            exposure.c.tenant_id,
            exposure.c.customer_id,
            exposure.c.currency.label("own_currency"),
            exposure.c.minor.label("own_minor"),
            func.coalesce(own.c.currency, reference.c.currency).label("currency"),
            case((own.c.currency.is_not(None), exposure.c.minor), else_=converted).label("minor"),
        )
        .join_from(
            reference, exposure, and_(*(exposure.c[name] == reference.c[name] for name in of_customer))
        )
        .join(
            own,
            and_(*(own.c[name] == exposure.c[name] for name in (*of_customer, "currency"))),
            isouter=True,
        )
        .join(source, source.c.code == exposure.c.currency)
        .join(target, target.c.code == reference.c.currency)
        .join(
            rate,
            and_(
                rate.c.tenant_id == exposure.c.tenant_id,
                rate.c.from_currency == exposure.c.currency,
                rate.c.to_currency == reference.c.currency,
            ),
            isouter=True,
        )
        .where(reference.c.place == 1)
        .where(
            case((own.c.currency.is_not(None), own.c.limit_minor), else_=reference.c.limit_minor).is_not(None)
        )
        .cte("measured")
    )


def _position(limits: CTE, measured: CTE) -> CTE:
    """Each finite limit in force, with what stands against it and the bucket that makes."""
    names = "tenant_id", "customer_id", "currency"
    keys = tuple(measured.c[name] for name in names)
    against = (
        select(*keys, func.sum(measured.c.minor).label("minor"))
        .where(measured.c.minor.is_not(None))
        .group_by(*keys)
        .subquery("against")
    )
    exposure_minor = func.coalesce(against.c.minor, 0)
    return (
        select(
            *(limits.c[name] for name in names),
            limits.c.limit_minor,
            exposure_minor.label("exposure_minor"),
            _bucket_no(exposure_minor, limits.c.limit_minor).label("bucket_no"),
        )
        .join_from(
            limits, against, and_(*(against.c[name] == limits.c[name] for name in names)), isouter=True
        )
        .where(limits.c.limit_minor.is_not(None))
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
    return and_(_approved(), credit_limit.c.valid.contains(instant(as_of)))


def _approved() -> ColumnElement[bool]:
    return credit_limit.c.status == "approved"


def _bucket_no(exposure: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[int]:
    """The bucket's place in the catalogue's list; whole numbers only, so that its edges are exact."""
    reached = (
        (exposure * 100 >= limit * percent, number) for number, percent in reversed(tuple(enumerate(PERCENT)))
    )
    return case((limit == 0, len(PERCENT) - 1), *reached, else_=0)
