"""Credit: how far the limits are used, how often they are changed and broken."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, Numeric, and_, case, cast, exists, func, literal, null, select, union_all

from collectors.area import AreaCollector
from collectors.clock import clock, instant, parameters
from collectors.counters import Counters, EventCounter
from collectors.lifecycle import exists_at
from collectors.rates import CONVERTED_DECIMALS, exchange_rates
from ledgerscope.catalogue import credit as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.open_items import READS, open_instalments, unallocated
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
        given = parameters(companies, as_of)
        for row in connection.execute(positions(), given):
            rows[row.part].append(row)
        _put_amounts(rows["limits"], rows["uncovered"], companies, samples)
        limited = _put_buckets(rows["buckets"], samples)
        for row in connection.execute(customers(), given):
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
    uncovered = [row for row in uncovered if row.exposure_minor]  # what is owed and what is unused may cancel
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


@cache
def customers() -> Select[Any]:
    """Per company: all customers, those on hold, and those whose limit has run out without another."""
    now = clock()
    keys = customer.c.tenant_id, customer.c.customer_id
    of_customer = and_(*(credit_limit.c[key.name] == key for key in keys))
    ran_out = (
        select(*(credit_limit.c[key.name] for key in keys))
        .distinct()
        .where(_approved(), credit_limit.c.limit_minor.is_not(None))
        .where(func.upper(credit_limit.c.valid) <= instant())
        .subquery("ran_out")
    )
    expired = and_(
        ran_out.c.customer_id.is_not(None), ~exists(1).where(of_customer, _in_force()).correlate(customer)
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
        .where(exists_at())
        .group_by(customer.c.tenant_id)
    )


@cache
def positions() -> CompoundSelect[Any]:
    """What stands against the limits, in three parts of one statement, distinguished by `part`.

    `limits`: finite limits and what is measured against them, per company and currency. `buckets`: customers
    per company and bucket. `uncovered`: what no limit covers for want of a rate, per company and currency.
    """
    measured = _measured()
    position = _position(measured)
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


def _line() -> Subquery:
    """Per customer and currency: the limit in force (`limited`), and open instalments less unused credits.

    Sums of one union, and windows over them in `_measured`: a join of limits with exposure is planned by how
    many rows are expected, and row-level security hides the statistics that this is known from.
    """
    now = clock()
    owed, unused = open_instalments(now), unallocated(clock())
    of_customer = and_(*(credit_limit.c[name] == customer.c[name] for name in ("tenant_id", "customer_id")))
    limits = clock()
    keys = "tenant_id", "customer_id", "currency"
    parts = union_all(
        select(
            *(credit_limit.c[name] for name in keys),
            literal(1).label("limited"),
            credit_limit.c.limit_minor,
            cast(customer.c.currency != credit_limit.c.currency, Integer).label("foreign"),
            cast(literal(0), Numeric).label("minor"),
        )
        .join_from(limits, credit_limit, credit_limit.c.tenant_id == limits.c.tenant_id)
        .join(customer, of_customer)
        .where(_in_force(), exists_at()),
        select(*(owed.c[name] for name in keys), literal(0), null(), null(), owed.c.open_minor),
        select(*(unused.c[name] for name in keys), literal(0), null(), null(), -unused.c.minor),
    ).subquery("part")
    return (
        select(
            *(parts.c[name] for name in keys),
            *(func.max(parts.c[name]).label(name) for name in ("limited", "limit_minor", "foreign")),
            func.sum(parts.c.minor).label("minor"),
        )
        .group_by(*(parts.c[name] for name in keys))
        .subquery("line")
    )


def _measured() -> CTE:
    """Each limit and each exposure by the limit that it is measured against: as it is, or converted.

    What an unlimited limit covers is left out; `minor` is null where there is no rate.
    """
    line = _line()
    one_customer = line.c.customer_id, line.c.tenant_id  # sorts fastest by what differs most
    order = line.c.limited.desc(), line.c.foreign, line.c.currency.collate("C")
    reference = (
        func.first_value(line.c[name])
        .over(partition_by=one_customer, order_by=order)
        .label(f"reference_{name}")
        for name in ("currency", "limit_minor", "limited")
    )
    placed = select(*line.c, *reference).subquery("placed")
    row, own = placed.c, placed.c.limited == 1
    factor = _factors()
    converted = func.round(row.minor * factor.c.factor, CONVERTED_DECIMALS)
    limit_minor = case((own, row.limit_minor), else_=row.reference_limit_minor)
    return (
        select(
            row.tenant_id,
            row.customer_id,
            row.currency.label("own_currency"),
            row.minor.label("own_minor"),
            case((own, row.currency), else_=row.reference_currency).label("currency"),
            limit_minor.label("limit_minor"),
            case((own, row.minor), else_=converted).label("minor"),
        )
        .join_from(
            placed,
            factor,
            and_(
                row.limited == 0,
                factor.c.tenant_id == row.tenant_id,
                factor.c.from_currency == row.currency,
                factor.c.to_currency == row.reference_currency,
            ),
            isouter=True,
        )
        .where(row.reference_limited == 1, limit_minor.is_not(None))
        .cte("measured")
    )


def _factors() -> CTE:
    """What minor units of one currency are multiplied with to be minor units of another, per company."""
    now = clock()
    rate = exchange_rates(now, now.c.day)
    source, target = currencies.alias("source"), currencies.alias("target")
    scale = func.power(cast(10, Numeric), target.c.exponent - source.c.exponent)
    return (
        select(
            rate.c.tenant_id, rate.c.from_currency, rate.c.to_currency, (rate.c.rate * scale).label("factor")
        )
        .join_from(rate, source, source.c.code == rate.c.from_currency)
        .join(target, target.c.code == rate.c.to_currency)
        .cte("factor")
    )


def _position(measured: CTE) -> CTE:
    """Each finite limit in force, with what stands against it and the bucket that makes."""
    keys = measured.c.tenant_id, measured.c.customer_id, measured.c.currency
    against = (
        select(
            *keys,
            func.max(measured.c.limit_minor).label("limit_minor"),
            func.coalesce(func.sum(measured.c.minor), 0).label("exposure_minor"),
        )
        .group_by(*keys)
        .subquery("against")
    )
    bucket_no = _bucket_no(against.c.exposure_minor, against.c.limit_minor)
    return select(*against.c, bucket_no.label("bucket_no")).cte("position")


def _in_force() -> ColumnElement[bool]:
    """The case says nothing but what its condition says, and lets the planner expect half of the rows.

    Of a range that contains an instant it would expect next to none under row-level security, because it may
    not look at the statistics, and read every customer by index.
    """
    return and_(_approved(), case((credit_limit.c.valid.contains(instant()), True), else_=False))


def _approved() -> ColumnElement[bool]:
    return credit_limit.c.status == "approved"


def _bucket_no(exposure: ColumnElement[Any], limit: ColumnElement[Any]) -> ColumnElement[int]:
    """The bucket's place in the catalogue's list; whole numbers only, so that its edges are exact."""
    reached = (
        (exposure * 100 >= limit * percent, number) for number, percent in reversed(tuple(enumerate(PERCENT)))
    )
    return case((limit == 0, len(PERCENT) - 1), *reached, else_=0)
