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
from sqlalchemy.dialects.postgresql import Range

from collectors.clock import WINDOWS, clock, instant, window_start
from ledgerscope.store.tables import subscription_version as version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement
    from sqlalchemy.sql.selectable import NamedFromClause

    from collectors.companies import Companies

__all__ = ["END", "history", "moved_within", "movements", "recent", "standing", "start_of", "totals"]

END = "at_end"


def start_of(window: str) -> str:
    """The name of the column that tells of the start of a window."""
    return f"at_start_{window}"


INSTANTS = (END, *map(start_of, WINDOWS))
"""The names of all columns that tell of an instant."""


def recent(companies: Companies, as_of: datetime) -> CTE:
    """Paid versions valid at some instant of the longest window: for each instant asked for, whether then.

    `changed` tells whether the version begins or ends within the window. All other questions start from these
    rows, so that the versions are read once.
    """
    now = clock(companies)
    instants = {END: instant(as_of), **{start_of(w): window_start(now, w) for w in WINDOWS}}
    begins, ends = func.lower(version.c.valid), func.upper(version.c.valid)
    since = _earliest_start(now)
    changed = (and_(edge > since, edge <= instant(as_of)) for edge in (begins, ends))
    return (
        select(
            *(version.c[name] for name in ("tenant_id", "customer_id", "currency", "mrr")),
            *(version.c.valid.contains(at).label(name) for name, at in instants.items()),
            func.coalesce(or_(*changed), False).label("changed"),
        )
        .join_from(now, version, version.c.tenant_id == now.c.tenant_id)
        .where(version.c.mrr > 0, version.c.valid.overlaps(_span(companies, as_of)))
        .cte("recent")
        .prefix_with("MATERIALIZED")
    )


def totals(recent: CTE) -> CTE:
    """One row per company and currency: MRR now and at the windows' starts."""
    keys = recent.c.tenant_id, recent.c.currency
    return (
        select(*keys, *_sums(recent.c.mrr, {name: recent.c[name] for name in INSTANTS}))
        .group_by(*keys)
        .cte("total")
    )


def history(recent: CTE) -> CTE:
    """All paid versions ever of the customers that changed within the longest window.

    The others are worth at its end what they were at its start.
    """
    names = "tenant_id", "customer_id"
    customer = select(*(recent.c[name] for name in names)).distinct().where(recent.c.changed).cte("changed")
    return (
        select(*(version.c[name] for name in (*names, "currency", "mrr", "valid")))
        .join_from(customer, version, and_(*(version.c[name] == customer.c[name] for name in names)))
        .where(version.c.mrr > 0)
        .cte("history")
    )


def standing(history: CTE, clock: NamedFromClause, as_of: datetime) -> CTE:
    """One row per customer with a history and currency: MRR now and at the windows' starts."""
    keys = history.c.tenant_id, history.c.customer_id, history.c.currency
    instants = {END: instant(as_of), **{start_of(w): window_start(clock, w) for w in WINDOWS}}
    then = {name: history.c.valid.contains(at) for name, at in instants.items()}
    return (
        select(*keys, *_sums(history.c.mrr, then))
        .join_from(clock, history, history.c.tenant_id == clock.c.tenant_id)
        .group_by(*keys)
        .cte("standing")
    )


def movements(history: CTE, clock: NamedFromClause, as_of: datetime) -> CTE:
    """One row per company, currency and kind of movement: its sum within each window, signed.

    The whole history tells the new from the returning.
    """
    step = _steps(history, as_of)
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


def _steps(history: CTE, as_of: datetime) -> CTE:
    """Every change ever of the customers: by how much, by how many versions."""
    keys = history.c.tenant_id, history.c.customer_id, history.c.currency
    begins, ends = func.lower(history.c.valid), func.upper(history.c.valid)
    edge = union_all(
        select(*keys, begins.label("at"), history.c.mrr.label("delta"), literal(1).label("versions")),
        select(*keys, ends, -history.c.mrr, literal(-1)),
    ).subquery("edge")
    steps = tuple(edge.c[name] for name in ("tenant_id", "customer_id", "currency", "at"))
    return (
        select(*steps, func.sum(edge.c.delta).label("delta"), func.sum(edge.c.versions).label("versions"))
        .where(edge.c.at <= instant(as_of))
        .group_by(*steps)
        .cte("step")
    )


def _sums(mrr: ColumnElement[Any], then: Mapping[str, ColumnElement[bool]]) -> Iterator[ColumnElement[Any]]:
    return (func.coalesce(func.sum(mrr).filter(valid), 0).label(name) for name, valid in then.items())


def _span(companies: Companies, as_of: datetime) -> Range[datetime]:
    """From the earliest start of any window to now: one constant that leaves out most of the past."""
    starts = (one.starts[window].at for one in companies for window in WINDOWS)
    return Range(min(starts, default=as_of), as_of, bounds="[]")


def _earliest_start(clock: NamedFromClause) -> ColumnElement[Any]:
    return func.least(*(window_start(clock, window) for window in WINDOWS))
