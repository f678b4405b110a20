"""Churn: which customers and how much of their revenue were lost within a window.

Revenue is valued in the company's own currency at the rates of the window's start, so that a moving rate is
not mistaken for a lost customer. Where a rate is missing the revenue ratios are absent; customers are counted
all the same.

Source: definitions, "logo churn", "gross MRR churn", "net MRR churn", "GRR, NRR".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Numeric, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import WINDOWS, clock, start_day
from collectors.counters import Counters, EventCounter
from collectors.recurring import (
    END,
    history,
    moved_within,
    movements,
    recent,
    standing,
    start_of,
    totals,
)
from ledgerscope.catalogue import churn as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import currencies, fx_rate, subscription_version

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, FromClause, Row, Select, Subquery

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["ChurnCollector"]

LOSSES = ("churn", "contraction")
GAINS = ("expansion", "reactivation")


class ChurnCollector(AreaCollector):
    """Reads what became of the customers that paid when each window began."""

    name = "churn"
    metrics = catalogue.METRICS
    reads = (subscription_version, fx_rate)
    counters = Counters(
        (
            EventCounter(metric=catalogue.NEW, event_type=EventType.CUSTOMER_WON),
            EventCounter(metric=catalogue.CHURNED, event_type=EventType.CUSTOMER_LOST),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.BASE, companies.tenants)
        samples.expect_closed(catalogue.CHURNED_CUSTOMERS, companies.tenants)
        for row in connection.execute(outcome(companies, as_of)):
            _put_outcome(row, samples)


def _put_outcome(row: Row[Any], samples: SampleBuilder) -> None:
    place = row.tenant_id, row.window
    samples.put(catalogue.BASE, place, row.base)
    samples.put(catalogue.CHURNED_CUSTOMERS, place, row.lost)
    ratios = (
        (catalogue.RATIO, "logo", row.lost, row.base),
        (catalogue.RATIO, "revenue_gross", row.losses, row.mrr_start),
        (catalogue.RATIO, "revenue_net", row.losses_less_gains, row.mrr_start),
        (catalogue.RETENTION, "gross", row.kept, row.mrr_start),
        (catalogue.RETENTION, "net", row.mrr_end, row.mrr_start),
    )
    for metric, kind, part, whole in ratios:
        if part is not None and whole:
            samples.put(metric, (row.tenant_id, kind, row.window), float(part / whole))


def outcome(companies: Companies, as_of: datetime) -> CompoundSelect[Any]:
    """Per company and window: customers there and lost, and what became of their revenue (null: no rate)."""
    version, now = recent(companies, as_of), clock(companies)
    past = history(version)
    books = _Books(
        totals(version), _presence(version), standing(past, now, as_of), movements(past, now, as_of)
    )
    return union_all(*(_of_window(window, companies, books) for window in WINDOWS))


@dataclass(frozen=True, slots=True)
class _Books:
    """What every window is told from: totals, customers present, and those that changed, with their moves."""

    total: CTE
    present: CTE
    changed: CTE
    moved: CTE


def _of_window(window: str, companies: Companies, books: _Books) -> Select[Any]:
    rate = _rates(window, companies)
    base, begun = books.present, _begun(window, books.total, rate)
    after, lost = _changed(window, books.changed, rate), _losses(window, books.moved, rate)
    # Without a change nothing was lost; with one that has no rate, nobody knows how much.
    is_known = and_(begun.c.is_known, *(func.coalesce(part.c.is_known, True) for part in (after, lost)))
    revenue = {
        "mrr_start": begun.c.mrr,
        "mrr_end": begun.c.mrr + func.coalesce(after.c.end_less_start, 0),
        "kept": begun.c.mrr + func.coalesce(after.c.kept_less_start, 0),
        "losses": func.coalesce(lost.c.losses, 0),
        "losses_less_gains": func.coalesce(lost.c.losses_less_gains, 0),
    }
    joined: FromClause = base.join(begun, begun.c.tenant_id == base.c.tenant_id)
    for part in (after, lost):
        joined = joined.outerjoin(part, part.c.tenant_id == base.c.tenant_id)
    return (
        select(
            base.c.tenant_id,
            literal(window).label("window"),
            base.c[start_of(window)].label("base"),
            func.coalesce(after.c.lost, 0).label("lost"),
            *(case((is_known, value)).label(name) for name, value in revenue.items()),
        )
        .select_from(joined)
        .where(base.c[start_of(window)] > 0)
    )


def _presence(version: CTE) -> CTE:
    """Per company and window: how many customers paid when it began."""
    names = [start_of(window) for window in WINDOWS]
    customer = (
        select(version.c.tenant_id, *(func.bool_or(version.c[name]).label(name) for name in names))
        .group_by(version.c.tenant_id, version.c.customer_id)
        .subquery("payer")
    )
    counts = (func.count().filter(customer.c[name]).label(name) for name in names)
    return select(customer.c.tenant_id, *counts).group_by(customer.c.tenant_id).cte("present")


def _rates(window: str, companies: Companies) -> CTE:
    """What a minor unit of a currency was worth when the window began, in minor units of the company's own.

    The rate is the latest one up to that day; currencies without one are not listed.
    """
    now = clock(companies)
    ours, theirs = currencies.alias("ours"), currencies.alias("theirs")
    scale = func.power(cast(10, Numeric), ours.c.exponent - theirs.c.exponent)
    key = now.c.tenant_id, fx_rate.c.from_currency
    foreign = (
        select(*key, (fx_rate.c.rate * scale).label("rate"))
        .ext(distinct_on(*key))
        .join_from(
            now,
            fx_rate,
            and_(
                fx_rate.c.tenant_id == now.c.tenant_id,
                fx_rate.c.to_currency == now.c.base_currency,
                fx_rate.c.day <= start_day(now, window),
            ),
        )
        .join(ours, ours.c.code == fx_rate.c.to_currency)
        .join(theirs, theirs.c.code == fx_rate.c.from_currency)
        .order_by(*key, fx_rate.c.day.desc())
        .subquery("foreign_rate")
    )
    own = clock(companies)
    return union_all(
        select(foreign.c.tenant_id, foreign.c.from_currency.label("currency"), foreign.c.rate),
        select(own.c.tenant_id, own.c.base_currency, cast(1, Numeric)),
    ).cte(f"rate_{window}")


def _begun(window: str, total: CTE, rate: CTE) -> Subquery:
    """Per company: MRR when the window began."""
    start = total.c[start_of(window)]
    return (
        select(
            total.c.tenant_id,
            func.sum(start * rate.c.rate).label("mrr"),
            func.bool_and(rate.c.rate.is_not(None)).label("is_known"),
        )
        .join_from(total, rate, _of_currency(rate, total), isouter=True)
        .where(start > 0)
        .group_by(total.c.tenant_id)
        .subquery("begun")
    )


def _changed(window: str, changed: CTE, rate: CTE) -> Subquery:
    """Per company: who of those that paid at the start no longer does, and by how much the others changed.

    Customer by customer, because what one adds does not keep what another takes away.
    """
    start, end = changed.c[start_of(window)], changed.c[END]
    customer = (
        select(
            changed.c.tenant_id,
            func.sum(start * rate.c.rate).label("start"),
            func.sum(end * rate.c.rate).label("end"),
            func.bool_or(end > 0).label("stays"),
            func.bool_and(rate.c.rate.is_not(None)).filter(or_(start > 0, end > 0)).label("is_known"),
        )
        .join_from(changed, rate, _of_currency(rate, changed), isouter=True)
        .group_by(changed.c.tenant_id, changed.c.customer_id)
        .having(func.bool_or(start > 0))
        .subquery("changed_customer")
    )
    kept = func.least(customer.c.start, customer.c.end)
    return (
        select(
            customer.c.tenant_id,
            func.count().filter(~customer.c.stays).label("lost"),
            func.sum(customer.c.end - customer.c.start).label("end_less_start"),
            func.sum(kept - customer.c.start).label("kept_less_start"),
            func.bool_and(customer.c.is_known).label("is_known"),
        )
        .group_by(customer.c.tenant_id)
        .subquery("after")
    )


def _losses(window: str, moved: CTE, rate: CTE) -> Subquery:
    """Per company: revenue lost by churn and contraction, and the same less what was won back or added."""
    amount = moved.c[moved_within(window)]
    value = amount * rate.c.rate
    return (
        select(
            moved.c.tenant_id,
            (-func.coalesce(func.sum(value).filter(moved.c.movement.in_(LOSSES)), 0)).label("losses"),
            (-func.sum(value)).label("losses_less_gains"),
            func.bool_and(rate.c.rate.is_not(None)).label("is_known"),
        )
        .join_from(moved, rate, _of_currency(rate, moved), isouter=True)
        .where(moved.c.movement.in_((*LOSSES, *GAINS)), amount != 0)
        .group_by(moved.c.tenant_id)
        .subquery("losses")
    )


def _of_currency(rate: CTE, amounts: CTE) -> ColumnElement[bool]:
    return and_(rate.c.tenant_id == amounts.c.tenant_id, rate.c.currency == amounts.c.currency)
