"""Churn: which customers and how much of their revenue were lost within a window.

Revenue is valued in the company's own currency at the rates of the window's start, so that a moving rate is
not mistaken for a lost customer. Where a rate is missing the revenue ratios are absent; customers are counted
all the same.

Source: definitions, "logo churn", "gross MRR churn", "net MRR churn", "GRR, NRR".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Numeric, and_, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import WINDOWS, clock, start_day
from collectors.counters import Counters, EventCounter
from collectors.recurring import END, moved_within, movements, standing, start_of
from ledgerscope.catalogue import churn as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import currencies, fx_rate, subscription_version

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, Row, Select, Subquery

    from collectors.companies import Companies
    from collectors.sheet import Sheet

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

    def read(self, connection: Connection, as_of: datetime, companies: Companies, sheet: Sheet) -> None:
        sheet.expect_closed(catalogue.BASE, companies.tenants)
        sheet.expect_closed(catalogue.CHURNED_CUSTOMERS, companies.tenants)
        for row in connection.execute(outcome(companies, as_of)):
            _put_outcome(row, sheet)


def _put_outcome(row: Row[Any], sheet: Sheet) -> None:
    place = row.tenant_id, row.window
    sheet.put(catalogue.BASE, place, row.base)
    sheet.put(catalogue.CHURNED_CUSTOMERS, place, row.lost)
    ratios = (
        (catalogue.RATIO, "logo", row.lost, row.base),
        (catalogue.RATIO, "revenue_gross", row.losses, row.mrr_start),
        (catalogue.RATIO, "revenue_net", row.losses_less_gains, row.mrr_start),
        (catalogue.RETENTION, "gross", row.kept, row.mrr_start),
        (catalogue.RETENTION, "net", row.mrr_end, row.mrr_start),
    )
    for metric, kind, part, whole in ratios:
        if part is not None and whole:
            sheet.put(metric, (row.tenant_id, kind, row.window), float(part / whole))


def outcome(companies: Companies, as_of: datetime) -> CompoundSelect[Any]:
    """Per company and window: customers there and lost, and what became of their revenue (null: no rate)."""
    now = clock(companies)
    paid, moved = standing(now, as_of), movements(now, as_of)
    return union_all(*(_of_window(window, companies, paid, moved) for window in WINDOWS))


def _of_window(window: str, companies: Companies, paid: CTE, moved: CTE) -> Select[Any]:
    rate = _rates(window, companies)
    kept = _kept(window, paid, rate)
    lost = _losses(window, moved, rate)
    # Without a movement nothing was lost; with one that has no rate, nobody knows how much.
    is_known = and_(kept.c.is_known, func.coalesce(lost.c.is_known, True))
    revenue = {
        "mrr_start": kept.c.mrr_start,
        "mrr_end": kept.c.mrr_end,
        "kept": kept.c.kept,
        "losses": func.coalesce(lost.c.losses, 0),
        "losses_less_gains": func.coalesce(lost.c.losses_less_gains, 0),
    }
    return select(
        kept.c.tenant_id,
        literal(window).label("window"),
        kept.c.base,
        kept.c.lost,
        *(case((is_known, value)).label(name) for name, value in revenue.items()),
    ).join_from(kept, lost, lost.c.tenant_id == kept.c.tenant_id, isouter=True)


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


def _kept(window: str, paid: CTE, rate: CTE) -> Subquery:
    """Per company: who paid at the start, who of them no longer does, and their revenue then and now."""
    start, end = paid.c[start_of(window)], paid.c[END]
    customer = (
        select(
            paid.c.tenant_id,
            func.sum(start * rate.c.rate).label("start"),
            func.sum(end * rate.c.rate).label("end"),
            func.bool_or(end > 0).label("stays"),
            func.bool_and(rate.c.rate.is_not(None)).label("is_known"),
        )
        .join_from(paid, rate, _of_currency(rate, paid), isouter=True)
        .group_by(paid.c.tenant_id, paid.c.customer_id)
        .having(func.bool_or(start > 0))
        .subquery("present_customer")
    )
    return (
        select(
            customer.c.tenant_id,
            func.count().label("base"),
            func.count().filter(~customer.c.stays).label("lost"),
            func.sum(customer.c.start).label("mrr_start"),
            func.sum(customer.c.end).label("mrr_end"),
            func.sum(func.least(customer.c.start, customer.c.end)).label("kept"),
            func.bool_and(customer.c.is_known).label("is_known"),
        )
        .group_by(customer.c.tenant_id)
        .subquery("kept")
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
