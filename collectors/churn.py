"""Churn: which customers and how much of their revenue were lost within a window.

Revenue is valued in the company's own currency at the rates of the window's start, so that a moving rate is
not mistaken for a lost customer. Where a rate is missing the revenue ratios are absent; customers are counted
all the same.

Definition: docs/definitions.md, "Churn and retention".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from collectors.area import AreaCollector
from collectors.clock import WINDOWS, parameters
from collectors.counters import Counters, EventCounter
from collectors.movements import amounts, states
from collectors.recurring import END, READS, history, in_base_currency, recent, start_of
from ledgerscope.catalogue import churn as catalogue
from ledgerscope.domain.events import EventType

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, Connection, Row, Select, Subquery

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["ChurnCollector"]


class ChurnCollector(AreaCollector):
    """Reads what became of the customers that paid when each window began."""

    name = "churn"
    metrics = catalogue.METRICS
    reads = READS
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
        for row in connection.execute(outcome(), parameters(companies, as_of)):
            _put_outcome(row, samples)


def _put_outcome(row: Row[Any], samples: SampleBuilder) -> None:
    place = row.tenant_id, row.window
    samples.put(catalogue.BASE, place, row.base)
    samples.put(catalogue.CHURNED_CUSTOMERS, place, row.lost)
    ratios = [(catalogue.RATIO, "logo", row.lost / row.base)]
    if row.start is not None:
        ratios += [
            (catalogue.RATIO, "revenue_gross", float((row.start - row.kept) / row.start)),
            (catalogue.RATIO, "revenue_net", float((row.start - row.end) / row.start)),
            (catalogue.RETENTION, "gross", float(row.kept / row.start)),
            (catalogue.RETENTION, "net", float(row.end / row.start)),
        ]
    for metric, kind, value in ratios:
        samples.put(metric, (row.tenant_id, kind, row.window), value)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What every window is computed from: the customers of each start, their revenue, and what changed."""

    base: CTE
    totals: CTE
    state: CTE
    amount: CTE


@cache
def outcome() -> CompoundSelect[Any]:
    """Per company and window: base and lost customers, and their revenue in the company's currency.

    `start`, `kept` and `end` are the sums of s, min(s, e) and e; null where a rate is missing.
    """
    version = recent()
    amount = amounts(history(version))
    facts = _Facts(_base(version), _totals(version), states(amount), amount)
    return union_all(*(_of_window(window, facts) for window in WINDOWS))


def _of_window(window: str, facts: _Facts) -> Select[Any]:
    rate = in_base_currency(f"start_day_{window}", f"rate_{window}")
    base, start, after = facts.base, _start(window, facts, rate), _after(window, facts, rate)
    is_known = and_(start.c.is_known, func.coalesce(after.c.is_known, True))
    revenue = {
        "start": start.c.value,
        "kept": start.c.value - func.coalesce(after.c.fallen, 0),
        "end": start.c.value + func.coalesce(after.c.change, 0),
    }
    return (
        select(
            base.c.tenant_id,
            literal(window).label("window"),
            base.c[start_of(window)].label("base"),
            func.coalesce(after.c.lost, 0).label("lost"),
            *(case((is_known, value)).label(name) for name, value in revenue.items()),
        )
        .join_from(base, start, start.c.tenant_id == base.c.tenant_id)
        .join(after, after.c.tenant_id == base.c.tenant_id, isouter=True)
        .where(base.c[start_of(window)] > 0)
    )


def _base(version: CTE) -> CTE:
    """Per company and window: how many customers paid just before it began."""
    names = [start_of(window) for window in WINDOWS]
    customer = (
        select(version.c.tenant_id, *(func.bool_or(version.c[name]).label(name) for name in names))
        .group_by(version.c.tenant_id, version.c.customer_id)
        .subquery("payer")
    )
    counts = (func.count().filter(customer.c[name]).label(name) for name in names)
    return select(customer.c.tenant_id, *counts).group_by(customer.c.tenant_id).cte("base")


def _totals(version: CTE) -> CTE:
    """Per company and currency: revenue just before each window began."""
    keys = version.c.tenant_id, version.c.currency
    names = (start_of(window) for window in WINDOWS)
    sums = (func.sum(version.c.price).filter(version.c[name]).label(name) for name in names)
    return select(*keys, *sums).group_by(*keys).cte("total")


def _start(window: str, facts: _Facts, rate: CTE) -> Subquery:
    """Per company: the value of its revenue just before the window began."""
    totals = facts.totals
    minor = totals.c[start_of(window)]
    return (
        select(
            totals.c.tenant_id,
            func.sum(minor * rate.c.rate).label("value"),
            func.bool_and(rate.c.rate.is_not(None)).label("is_known"),
        )
        .join_from(totals, rate, _of_currency(rate, totals), isouter=True)
        .where(minor > 0)
        .group_by(totals.c.tenant_id)
        .subquery(f"start_{window}")
    )


def _after(window: str, facts: _Facts, rate: CTE) -> Subquery:
    """Per company: who of the base is lost, and by how much the revenue of the others changed.

    Customer by customer, because what one adds does not keep what another takes away. Customers of the base
    that did not change pay in the same currencies as at the start.
    """
    value, state = _values(window, facts.amount, rate), facts.state
    is_paused = state.c[f"paused_{END}"]
    end = case((is_paused, value.c.start), else_=value.c.end)
    same = (value.c[name] == state.c[name] for name in ("tenant_id", "customer_id"))
    is_lost = ~or_(state.c[f"paying_{END}"], is_paused)
    return (
        select(
            state.c.tenant_id,
            func.count().filter(is_lost).label("lost"),
            func.sum(end - value.c.start).label("change"),
            func.sum(func.greatest(value.c.start - end, 0)).label("fallen"),
            func.bool_and(value.c.is_known).label("is_known"),
        )
        .join_from(state, value, and_(*same))
        .where(state.c[f"paying_{start_of(window)}"])
        .group_by(state.c.tenant_id)
        .subquery(f"after_{window}")
    )


def _values(window: str, amount: CTE, rate: CTE) -> Subquery:
    """What each changed customer is worth, in all its currencies together."""
    start, end = amount.c[start_of(window)], amount.c[END]
    keys = amount.c.tenant_id, amount.c.customer_id
    return (
        select(
            *keys,
            func.sum(start * rate.c.rate).label("start"),
            func.sum(end * rate.c.rate).label("end"),
            func.bool_and(rate.c.rate.is_not(None)).filter(or_(start > 0, end > 0)).label("is_known"),
        )
        .join_from(amount, rate, _of_currency(rate, amount), isouter=True)
        .group_by(*keys)
        .subquery(f"value_{window}")
    )


def _of_currency(rate: CTE, amounts: CTE) -> ColumnElement[bool]:
    return and_(rate.c.tenant_id == amounts.c.tenant_id, rate.c.currency == amounts.c.currency)
