"""Revenue: monthly recurring revenue, what moved it, and what a customer brings.

Start, movements and end are summed separately, so that start + movements = end is a real check. Sums are
exact decimals with the six places of a normalised month; nothing is rounded to cents, which would break them.
Everything comes from one statement, in which the versions are read once.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, and_, cast, func, literal, null, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import WINDOWS, clock, parameters
from collectors.movements import between_ends, journal
from collectors.rates import CONVERTED_DECIMALS
from collectors.recurring import END, INSTANTS, READS, history, in_base_currency, recent, start_of
from ledgerscope.catalogue import revenue as catalogue
from ledgerscope.store.tables import plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, RowMapping, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder
    from ledgerscope.catalogue import Metric

__all__ = ["RevenueCollector"]

_COLUMNS: Final = ("tenant_id", "tier", "movement", "currency", "window")
"""What a row of the statement is about; null where it is about all of them."""
_MOVEMENTS: Final = (catalogue.MRR_MOVEMENT, catalogue.MRR_JOURNAL)


class RevenueCollector(AreaCollector):
    """Reads the subscriptions' prices over time."""

    name = "revenue"
    metrics = catalogue.METRICS
    reads = READS

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        given = parameters(companies, as_of)
        offered = connection.execute(offers(), given).mappings().all()
        rows = connection.execute(figures(), given).mappings().all()
        seen = ((row["tenant_id"], row["currency"]) for row in (*offered, *rows) if row["currency"])
        _expect(companies.currencies_in_use(seen), offered, samples)
        metrics = {metric.name: metric for metric in catalogue.METRICS}
        for row in rows:
            _put(metrics[row["metric"]], row, companies, samples)
        _put_averages(rows, companies, samples)


def _expect(used: Iterable[tuple[str, str]], offered: Sequence[RowMapping], samples: SampleBuilder) -> None:
    for tenant_id, currency in used:
        samples.expect(catalogue.PAYING, (tenant_id, currency))
        for window in WINDOWS:
            samples.expect(catalogue.MRR_START, (tenant_id, currency, window))
            for metric in _MOVEMENTS:
                for movement in catalogue.MOVEMENTS:
                    samples.expect(metric, (tenant_id, movement, currency, window))
    for row in offered:
        samples.expect(catalogue.MRR, (row["tenant_id"], row["tier"], row["currency"]))
        samples.expect(catalogue.CUSTOMERS, (row["tenant_id"], row["tier"]))


def _put(metric: Metric, row: RowMapping, companies: Companies, samples: SampleBuilder) -> None:
    is_count = metric in (catalogue.PAYING, catalogue.CUSTOMERS)
    value = int(row["amount"]) if is_count else companies.major(row["amount"], row["currency"])
    labels = (label.name for label in metric.labels[1:])
    samples.put(metric, (row["tenant_id"], *(row[name] for name in labels)), value)


def _put_averages(rows: Sequence[RowMapping], companies: Companies, samples: SampleBuilder) -> None:
    mrr: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["metric"] == catalogue.MRR.name:
            mrr[row["tenant_id"], row["currency"]] += row["amount"]
    for row in rows:
        if row["metric"] == catalogue.PAYING.name:
            labels = row["tenant_id"], row["currency"]
            average = mrr[labels] / Decimal(row["amount"])
            samples.put(catalogue.ARPA, labels, companies.major(average, row["currency"]))


@cache
def offers() -> Select[Any]:
    """Tiers and currencies that a company sells, or once did: they are shown at zero too."""
    now = clock()
    return (
        select(plan.c.tenant_id, plan.c.tier, plan.c.currency)
        .join_from(now, plan, plan.c.tenant_id == now.c.tenant_id)
        .distinct()
    )


@cache
def figures() -> CompoundSelect[Any]:
    """Rows of `metric`, what it is about (null: all), and its `amount`: minor units, or a count."""
    version = recent()
    total, payer = _totals(version), _payers(version)
    step = history(version)
    return union_all(
        _as_rows(catalogue.MRR, _by_tier(total)),
        _as_rows(catalogue.PAYING, _paying(version, payer)),
        _as_rows(catalogue.CUSTOMERS, _customers(version, payer)),
        *(_as_rows(catalogue.MRR_START, start) for start in _starts(total)),
        *(_as_rows(catalogue.MRR_MOVEMENT, moved) for moved in between_ends(step)),
        *(_as_rows(catalogue.MRR_JOURNAL, moved) for moved in journal(step)),
    )


def _as_rows(metric: Metric, query: Select[Any]) -> Select[Any]:
    found = query.subquery()
    about = (cast(found.c[name] if name in found.c else null(), Text).label(name) for name in _COLUMNS)
    columns: list[ColumnElement[Any]] = [literal(metric.name).label("metric"), *about, found.c.amount]
    return select(*columns)


def _totals(version: CTE) -> CTE:
    """Per company, tier and currency: revenue at each instant; null where there is none."""
    keys = version.c.tenant_id, version.c.tier, version.c.currency
    sums = (func.sum(version.c.price).filter(version.c[name]).label(name) for name in INSTANTS)
    return select(*keys, *sums).group_by(*keys).cte("total")


def _by_tier(total: CTE) -> Select[Any]:
    return select(total.c.tenant_id, total.c.tier, total.c.currency, total.c[END].label("amount")).where(
        total.c[END].is_not(None)
    )


def _starts(total: CTE) -> Iterator[Select[Any]]:
    keys = total.c.tenant_id, total.c.currency
    for window in WINDOWS:
        minor = total.c[start_of(window)]
        yield (
            select(*keys, literal(window).label("window"), func.sum(minor).label("amount"))
            .where(minor.is_not(None))
            .group_by(*keys)
        )


def _payers(version: CTE) -> CTE:
    """Per paying customer: how many versions it pays for, and tier and currency where that is one."""
    customer = version.c.tenant_id, version.c.customer_id
    any_of = (func.min(version.c[name]).label(name) for name in ("tier", "currency"))
    return (
        select(*customer, func.count().label("versions"), *any_of)
        .where(version.c[END])
        .group_by(*customer)
        .cte("payer")
        .prefix_with("MATERIALIZED")
    )


def _of_several(version: CTE, payer: CTE, *columns: ColumnElement[Any]) -> Select[Any]:
    """The versions now of the customers that pay for several."""
    same = (version.c[name] == payer.c[name] for name in ("tenant_id", "customer_id"))
    return select(*columns).join_from(payer, version, and_(*same)).where(payer.c.versions > 1, version.c[END])


def _paying(version: CTE, payer: CTE) -> Select[Any]:
    """Customers with revenue in the currency."""
    keys = version.c.tenant_id, version.c.customer_id, version.c.currency
    several = _of_several(version, payer, *keys).distinct().subquery("of_several")
    counted = union_all(
        select(payer.c.tenant_id, payer.c.currency).where(payer.c.versions == 1),
        select(several.c.tenant_id, several.c.currency),
    ).subquery("payer_currency")
    return select(*counted.c, func.count().label("amount")).group_by(*counted.c)


def _customers(version: CTE, payer: CTE) -> Select[Any]:
    """Customers by the tier of their greatest version."""
    rate = in_base_currency("day", "rate_today")
    value = func.round(version.c.price * rate.c.rate, CONVERTED_DECIMALS)
    of_currency = and_(rate.c.tenant_id == version.c.tenant_id, rate.c.currency == version.c.currency)
    customer = version.c.tenant_id, version.c.customer_id
    greatest = (
        _of_several(version, payer, version.c.tenant_id, version.c.tier)
        .join(rate, of_currency, isouter=True)
        .ext(distinct_on(*customer))
        .order_by(*customer, value.desc().nulls_last(), version.c.tier)
        .subquery("greatest")
    )
    counted = union_all(
        select(payer.c.tenant_id, payer.c.tier).where(payer.c.versions == 1),
        select(greatest.c.tenant_id, greatest.c.tier),
    ).subquery("payer_tier")
    return select(*counted.c, func.count().label("amount")).group_by(*counted.c)
