"""Movements of recurring revenue: between the ends of each window, and every single change in it.

Both are classified by the whole customer, over all currencies, and both come from the steps of the customers
that changed, so that start + movements = end holds. The pure twin is `ledgerscope.domain.movements`.
Definition: docs/definitions.md, "Movements".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, select, true

from collectors.clock import WINDOWS, clock, window_start
from collectors.recurring import END, INSTANTS, earliest_start, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import CTE, ColumnElement, Select
    from sqlalchemy.sql.selectable import NamedFromClause

__all__ = ["amounts", "between_ends", "journal", "states"]


def amounts(step: CTE) -> CTE:
    """One row per customer that changed and currency: what recurs at `as_of` and just before each window.

    For each instant its revenue, and by name of the instant the counts `versions_` and `resumable_`.
    """
    now = clock()
    keys = step.c.tenant_id, step.c.customer_id, step.c.currency
    sums = [
        func.coalesce(func.sum(step.c[column]).filter(until), 0).label(f"{prefix}{name}")
        for name, until in _instants(step, now)
        for column, prefix in (("price", ""), ("versions", "versions_"), ("resumable", "resumable_"))
    ]
    first = func.min(step.c.at).filter(step.c.versions > 0)
    return (
        select(*keys, first.label("first_paid_at"), *sums)
        .join_from(now, step, step.c.tenant_id == now.c.tenant_id)
        .group_by(*keys)
        .cte("amount")
        .prefix_with("MATERIALIZED")
    )


def states(amount: CTE) -> CTE:
    """One row per customer that changed: `paying_` and `paused_` by name of the instant, `first_paid_at`."""
    customer = amount.c.tenant_id, amount.c.customer_id
    columns: list[ColumnElement[Any]] = []
    for name in INSTANTS:
        versions, resumable = (func.sum(amount.c[f"{c}_{name}"]) for c in ("versions", "resumable"))
        columns.append((versions > 0).label(f"paying_{name}"))
        columns.append(and_(versions == 0, resumable > 0).label(f"paused_{name}"))
    return (
        select(*customer, func.min(amount.c.first_paid_at).label("first_paid_at"), *columns)
        .group_by(*customer)
        .cte("state")
        .prefix_with("MATERIALIZED")
    )


def between_ends(step: CTE) -> list[Select[Any]]:
    """Per window, company, currency and kind: how much revenue changed between its start and `as_of`."""
    amount = amounts(step)
    state = states(amount)
    return [_between_ends(window, state, amount) for window in WINDOWS]


def journal(step: CTE) -> list[Select[Any]]:
    """Per window, company, currency and kind: the sum of every change in it."""
    now, path = clock(), _path(step)
    return [
        _summed(path, window, path.c.kind, path.c.price)
        .join_from(now, path, path.c.tenant_id == now.c.tenant_id)
        .where(path.c.at >= window_start(now, window))
        for window in WINDOWS
    ]


def _between_ends(window: str, state: CTE, amount: CTE) -> Select[Any]:
    now = clock()
    change = amount.c[END] - amount.c[start_of(window)]
    kind = _kind(
        had=state.c[f"paying_{start_of(window)}"],
        has=state.c[f"paying_{END}"],
        was_paused=state.c[f"paused_{start_of(window)}"],
        is_paused=state.c[f"paused_{END}"],
        paid_before=state.c.first_paid_at < window_start(now, window),
        change=change,
    )
    same = (state.c[name] == amount.c[name] for name in ("tenant_id", "customer_id"))
    return (
        _summed(amount, window, kind, change)
        .join_from(now, state, state.c.tenant_id == now.c.tenant_id)
        .join(amount, and_(*same))
        .where(change != 0)
    )


def _path(step: CTE) -> CTE:
    """Every change within the longest window, with its kind."""
    customer = step.c.tenant_id, step.c.customer_id
    counts: list[ColumnElement[Any]] = []
    for name in ("versions", "resumable"):
        after = func.sum(step.c[name]).over(partition_by=customer, order_by=step.c.at)
        here = func.sum(step.c[name]).over(partition_by=(*customer, step.c.at))
        counts += [after.label(f"{name}_after"), (after - here).label(f"{name}_before")]
    first = func.min(step.c.at).filter(step.c.versions > 0).over(partition_by=customer, order_by=step.c.at)
    path = select(*step.c, first.label("first_paid_at"), *counts).subquery("walked")
    now = clock()
    kind = _kind(
        had=path.c.versions_before > 0,
        has=path.c.versions_after > 0,
        was_paused=path.c.resumable_before > 0,
        is_paused=path.c.resumable_after > 0,
        paid_before=path.c.first_paid_at < path.c.at,
        change=path.c.price,
    )
    return (
        select(*(path.c[name] for name in ("tenant_id", "currency", "at", "price")), kind.label("kind"))
        .join_from(now, path, path.c.tenant_id == now.c.tenant_id)
        .where(path.c.price != 0, path.c.at >= earliest_start(now))
        .cte("path")
        .prefix_with("MATERIALIZED")
    )


def _kind(
    *,
    had: ColumnElement[bool],
    has: ColumnElement[bool],
    was_paused: ColumnElement[bool],
    is_paused: ColumnElement[bool],
    paid_before: ColumnElement[bool],
    change: ColumnElement[Any],
) -> ColumnElement[str]:
    """The table of docs/definitions.md, for a change of revenue: whoever did not pay before pays now."""
    return case(
        (and_(had, has, change > 0), "expansion"),
        (and_(had, has), "contraction"),
        (and_(had, is_paused), "paused"),
        (had, "churn"),
        (was_paused, "resumed"),
        (paid_before, "reactivation"),
        else_="new",
    )


def _summed(source: CTE, window: str, kind: ColumnElement[str], amount: ColumnElement[Any]) -> Select[Any]:
    return select(
        source.c.tenant_id,
        kind.label("movement"),
        source.c.currency,
        literal(window).label("window"),
        func.sum(amount).label("amount"),
    ).group_by(source.c.tenant_id, kind, source.c.currency)


def _instants(step: CTE, now: NamedFromClause) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Each instant by name, with the condition that a step happened by then."""
    yield END, true()
    yield from ((start_of(w), step.c.at < window_start(now, w)) for w in WINDOWS)
