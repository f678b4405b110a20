"""Recurring revenue at instants and the way between them: the common ground of revenue and churn.

MRR at an instant is the sum over the subscription versions valid then. Between two instants it changes by
movements of customers, each at the instant it happened, so that start + movements = end holds by
construction: a window contains the changes after its start up to and including its end.

A movement is classified by the whole customer, whatever the currency: a switch of currency is a contraction
and an expansion, never a loss and a return. Several changes at one instant count as one.

Source: definitions, "MRR is not invoices", "new", "expansion / contraction", "churn MRR", "reactivation".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from collectors.clock import WINDOWS, instant, window_start
from ledgerscope.store.tables import subscription_version as version

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement
    from sqlalchemy.sql.selectable import NamedFromClause

__all__ = ["END", "moved_within", "movements", "standing", "start_of"]

END = "at_end"


def start_of(window: str) -> str:
    """The name of the column with a customer's MRR at the start of a window."""
    return f"at_start_{window}"


def standing(clock: NamedFromClause, as_of: datetime) -> CTE:
    """One row per customer and currency that paid at a window's start or pays now: MRR at those instants."""
    keys = version.c.tenant_id, version.c.customer_id, version.c.currency
    instants = {END: instant(as_of), **{start_of(w): window_start(clock, w) for w in WINDOWS}}
    return (
        select(
            *keys,
            *(
                func.coalesce(func.sum(version.c.mrr).filter(version.c.valid.contains(at)), 0).label(name)
                for name, at in instants.items()
            ),
        )
        .join_from(clock, version, version.c.tenant_id == clock.c.tenant_id)
        .where(version.c.mrr > 0, or_(*(version.c.valid.contains(at) for at in instants.values())))
        .group_by(*keys)
        .cte("standing")
    )


def movements(clock: NamedFromClause, as_of: datetime) -> CTE:
    """One row per company, currency and kind of movement: its sum within each window, signed.

    Only customers with a change within the longest window are read, but those with their whole history: it
    tells the new from the returning.
    """
    step = _steps(clock, as_of)
    customer = step.c.tenant_id, step.c.customer_id
    ends = func.sum(step.c.versions).over(partition_by=customer, order_by=step.c.at)
    here = func.sum(step.c.versions).over(partition_by=(*customer, step.c.at))
    path = select(
        *step.c,
        ends.label("versions_after"),
        (ends - here).label("versions_before"),
        func.min(step.c.at).over(partition_by=customer).label("first_paid_at"),
    ).cte("path")
    kind = case(
        (and_(path.c.versions_before == 0, path.c.at == path.c.first_paid_at), "new"),
        (path.c.versions_before == 0, "reactivation"),
        (path.c.versions_after == 0, "churn"),
        (path.c.delta > 0, "expansion"),
        else_="contraction",
    )
    keys = path.c.tenant_id, path.c.currency, kind.label("movement")
    sums = (
        func.coalesce(func.sum(path.c.delta).filter(path.c.at > window_start(clock, w)), 0).label(
            moved_within(w)
        )
        for w in WINDOWS
    )
    return (
        select(*keys, *sums)
        .join_from(clock, path, path.c.tenant_id == clock.c.tenant_id)
        .where(path.c.delta != 0, path.c.at > _earliest_start(clock))
        .group_by(*keys)
        .cte("movement")
    )


def moved_within(window: str) -> str:
    """The name of the column with the movement's sum within a window."""
    return f"moved_{window}"


def _steps(clock: NamedFromClause, as_of: datetime) -> CTE:
    """Every change ever of the customers that changed lately: by how much, by how many versions."""
    changed = _lately_changed(clock, as_of)
    keys = version.c.tenant_id, version.c.customer_id, version.c.currency
    same = (version.c[name] == changed.c[name] for name in ("tenant_id", "customer_id"))
    history = (
        select(*keys, version.c.mrr, version.c.valid)
        .join_from(changed, version, and_(*same))
        .where(version.c.mrr > 0)
        .cte("history")
    )
    begins, ends = func.lower(history.c.valid), func.upper(history.c.valid)
    whose = tuple(history.c[column.name] for column in keys)
    edge = union_all(
        select(*whose, begins.label("at"), history.c.mrr.label("delta"), literal(1).label("versions")),
        select(*whose, ends, -history.c.mrr, literal(-1)),
    ).subquery("edge")
    steps = tuple(edge.c[name] for name in ("tenant_id", "customer_id", "currency", "at"))
    return (
        select(*steps, func.sum(edge.c.delta).label("delta"), func.sum(edge.c.versions).label("versions"))
        .where(edge.c.at <= instant(as_of))
        .group_by(*steps)
        .cte("step")
    )


def _lately_changed(clock: NamedFromClause, as_of: datetime) -> CTE:
    start = _earliest_start(clock)
    within = (
        and_(edge > start, edge <= instant(as_of))
        for edge in (func.lower(version.c.valid), func.upper(version.c.valid))
    )
    return (
        select(version.c.tenant_id, version.c.customer_id)
        .distinct()
        .join_from(clock, version, version.c.tenant_id == clock.c.tenant_id)
        .where(version.c.mrr > 0, or_(*within))
        .cte("lately_changed")
    )


def _earliest_start(clock: NamedFromClause) -> ColumnElement[Any]:
    return func.least(*(window_start(clock, window) for window in WINDOWS))
