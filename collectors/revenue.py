"""Revenue: monthly recurring revenue, what moved it, and what a customer brings.

Start, movements and end are read separately, so that start + movements = end is a real check. Sums are exact
decimals with the six places of a normalised month; nothing is rounded to cents, which would break them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Numeric, and_, cast, func, null, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import WINDOWS, clock, instant
from collectors.recurring import END, history, moved_within, movements, recent, start_of, totals
from ledgerscope.catalogue import revenue as catalogue
from ledgerscope.store.tables import currencies, plan, subscription_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CTE, CompoundSelect, Connection, RowMapping, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["RevenueCollector"]


class RevenueCollector(AreaCollector):
    """Reads the subscriptions' prices over time."""

    name = "revenue"
    metrics = catalogue.METRICS
    reads = (subscription_version, plan)

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        offered = connection.execute(offers()).mappings().all()
        totals = connection.execute(by_currency(companies, as_of)).mappings().all()
        seen = [(row["tenant_id"], row["currency"]) for row in (*offered, *totals)]
        _expect(list(companies.currencies_in_use(seen)), offered, samples)
        for row in totals:
            _put_total(row, companies, samples)
        for tier in connection.execute(by_tier(as_of)):
            if tier.currency is None:
                samples.put(catalogue.CUSTOMERS, (tier.tenant_id, tier.tier), tier.customers)
            else:
                amount = companies.major(tier.mrr, tier.currency)
                samples.put(catalogue.MRR, (tier.tenant_id, tier.tier, tier.currency), amount)
        moved = movements(history(recent(companies, as_of)), clock(companies), as_of)
        for row in connection.execute(select(moved)).mappings():
            _put_movement(row, companies, samples)


def _expect(used: list[tuple[str, str]], offered: Sequence[RowMapping], samples: SampleBuilder) -> None:
    for tenant_id, currency in used:
        samples.expect(catalogue.PAYING, (tenant_id, currency))
        for window in WINDOWS:
            samples.expect(catalogue.MRR_START, (tenant_id, currency, window))
            for movement in catalogue.MOVEMENTS:
                samples.expect(catalogue.MRR_MOVEMENT, (tenant_id, movement, currency, window))
    for row in offered:
        samples.expect(catalogue.MRR, (row["tenant_id"], row["tier"], row["currency"]))
        samples.expect(catalogue.CUSTOMERS, (row["tenant_id"], row["tier"]))


def _put_total(row: RowMapping, companies: Companies, samples: SampleBuilder) -> None:
    labels = row["tenant_id"], row["currency"]
    samples.put(catalogue.PAYING, labels, row["paying"])
    for window in WINDOWS:
        start = companies.major(row[start_of(window)], row["currency"])
        samples.put(catalogue.MRR_START, (*labels, window), start)
    if row["paying"]:
        average = row[END] / Decimal(row["paying"])
        samples.put(catalogue.ARPA, labels, companies.major(average, row["currency"]))


def _put_movement(row: RowMapping, companies: Companies, samples: SampleBuilder) -> None:
    for window in WINDOWS:
        amount = companies.major(row[moved_within(window)], row["currency"])
        samples.put(
            catalogue.MRR_MOVEMENT, (row["tenant_id"], row["movement"], row["currency"], window), amount
        )


def offers() -> Select[Any]:
    """Tiers and currencies that a company sells, or once did: they are shown at zero too."""
    return select(plan.c.tenant_id, plan.c.tier, plan.c.currency).distinct()


def by_currency(companies: Companies, as_of: datetime) -> Select[Any]:
    """Per company and currency: MRR at the windows' starts and now, and how many customers pay now."""
    version = recent(companies, as_of)
    total = totals(version)
    keys = version.c.tenant_id, version.c.currency
    customer = select(*keys, version.c.customer_id).distinct().where(version.c[END]).subquery("customer")
    keys = customer.c.tenant_id, customer.c.currency
    paying = select(*keys, func.count().label("paying")).group_by(*keys).subquery("payer")
    same = (paying.c[name] == total.c[name] for name in ("tenant_id", "currency"))
    return select(*total.c, func.coalesce(paying.c.paying, 0).label("paying")).join_from(
        total, paying, and_(*same), isouter=True
    )


def by_tier(as_of: datetime) -> CompoundSelect[Any]:
    """MRR per company, tier and currency; customers per company and tier, currency null."""
    version = subscription_version
    paid = (
        select(version.c.tenant_id, version.c.customer_id, version.c.currency, version.c.mrr, plan.c.tier)
        .join_from(
            version,
            plan,
            and_(plan.c.tenant_id == version.c.tenant_id, plan.c.plan_id == version.c.plan_id),
        )
        .where(version.c.mrr > 0, version.c.valid.contains(instant(as_of)))
        .cte("paid")
    )
    return union_all(
        select(
            paid.c.tenant_id,
            paid.c.tier,
            paid.c.currency,
            func.sum(paid.c.mrr).label("mrr"),
            func.count().label("customers"),
        ).group_by(paid.c.tenant_id, paid.c.tier, paid.c.currency),
        _customers(paid),
    )


def _customers(paid: CTE) -> Select[Any]:
    """Customers by the tier of their greatest subscription: by major units, then by name of tier."""
    amount = paid.c.mrr / func.power(cast(10, Numeric), currencies.c.exponent)
    greatest = (
        select(paid.c.tenant_id, paid.c.tier)
        .ext(distinct_on(paid.c.tenant_id, paid.c.customer_id))
        .join_from(paid, currencies, currencies.c.code == paid.c.currency)
        .order_by(paid.c.tenant_id, paid.c.customer_id, amount.desc(), paid.c.tier)
        .subquery("greatest")
    )
    return select(greatest.c.tenant_id, greatest.c.tier, null(), null(), func.count()).group_by(
        greatest.c.tenant_id, greatest.c.tier
    )
