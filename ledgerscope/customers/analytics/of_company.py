"""Analytics of a company: a summary of all its customers, and the figures of a dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from ledgerscope.customers.analytics.there import (
    by_status,
    by_type,
    customer_is_there,
    has_happened,
    in_segment,
    interactions_of_customers,
    members,
)
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import ACCOUNT_STATUSES, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.analytics.spans import Scene
    from ledgerscope.store.records import Id

__all__ = [
    "MOST_ACTIVITY",
    "ActivityView",
    "DashboardMetrics",
    "OrganisationSummary",
    "SegmentSize",
    "measure_dashboard",
    "summarise",
]

_TOP_SEGMENTS: Final = 5
MOST_ACTIVITY: Final = 100


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """How many customers are in a segment."""

    segment: str
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSummary:
    """All customers of a company that are there at `as_of`, and all interactions with them up to then.

    `active_customers` are those with an interaction in the calendar month of `as_of`. The counts by type and
    status hold every type and status; `segments` hold every segment, the largest first.
    """

    as_of: datetime
    total_customers: int
    customers_by_status: Mapping[str, int]
    active_customers: int
    total_interactions: int
    interactions_by_type: Mapping[str, int]
    interactions_by_status: Mapping[str, int]
    segments: tuple[SegmentSize, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityView:
    """An interaction and whom it was with."""

    interaction_id: Id
    customer_id: Id
    customer_name: str
    type: str
    status: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardMetrics:
    """The figures of a dashboard as of an instant.

    Interactions are those of the calendar day, week (from Monday) and month of `as_of`, up to `as_of`.
    `top_segments` are up to five segments that somebody is in, the largest first; `recent_activity` are
    the latest interactions, the latest first; `recent_next` is the cursor of those before them, None where
    there are none.
    """

    as_of: datetime
    total_customers: int
    interactions_today: int
    interactions_week: int
    interactions_month: int
    top_segments: tuple[SegmentSize, ...]
    recent_activity: tuple[ActivityView, ...]
    recent_next: str | None = None


def summarise(connection: Connection, scene: Scene) -> OrganisationSummary:
    """The summary of the company."""
    c = t.interaction.c
    counts = connection.execute(
        select(c.type, c.status, func.count().label("n"))
        .select_from(interactions_of_customers())
        .where(customer_is_there(scene), has_happened(scene))
        .group_by(c.type, c.status)
    ).all()
    customers = _customers_by_status(connection, scene)
    return OrganisationSummary(
        as_of=scene.as_of,
        total_customers=sum(customers.values()),
        customers_by_status=customers,
        active_customers=_active_customers(connection, scene),
        total_interactions=sum(row.n for row in counts),
        interactions_by_type=by_type(counts),
        interactions_by_status=by_status(counts),
        segments=_sizes(connection, scene),
    )


def measure_dashboard(
    connection: Connection, scene: Scene, recent: int, cursor: str | None
) -> DashboardMetrics | Refused:
    """The figures of the company's dashboard, with that many latest interactions, 1 to 100."""
    if not 1 <= recent <= MOST_ACTIVITY:
        return Refused(f"recent: 1 to {MOST_ACTIVITY}, not {recent}", Fault.INVALID, "recent")
    page = _latest(connection, scene, recent, cursor)
    if isinstance(page, Refused):
        return page
    sizes = tuple(each for each in _sizes(connection, scene) if each.customers)
    return DashboardMetrics(
        as_of=scene.as_of,
        total_customers=_count_customers(connection, scene),
        top_segments=sizes[:_TOP_SEGMENTS],
        recent_activity=page[0],
        recent_next=page[1],
        **{f"interactions_{name}": n for name, n in _by_period(connection, scene).items()},
    )


def _count_customers(connection: Connection, scene: Scene) -> int:
    found: int = connection.execute(select(func.count()).where(customer_is_there(scene))).scalar_one()
    return found


def _customers_by_status(connection: Connection, scene: Scene) -> dict[str, int]:
    """Customers by the status that each had at the instant: what the first later change began with."""
    c, h = t.customer.c, t.customer_status_history.c
    changed = (
        select(h.customer_id, h.from_status)
        .ext(distinct_on(h.customer_id))
        .where(h.tenant_id == scene.tenant_id, h.at > scene.as_of)
        .order_by(h.customer_id, h.at, h.history_id)
        .subquery()
    )
    status = func.coalesce(changed.c.from_status, c.status)
    rows = connection.execute(
        select(status.label("status"), func.count().label("n"))
        .select_from(t.customer.outerjoin(changed, changed.c.customer_id == c.customer_id))
        .where(customer_is_there(scene))
        .group_by(status)
    )
    return dict.fromkeys(ACCOUNT_STATUSES, 0) | {row.status: row.n for row in rows}


def _active_customers(connection: Connection, scene: Scene) -> int:
    c, month = t.interaction.c, scene.periods["month"]
    found: int = connection.execute(
        select(func.count(c.customer_id.distinct()))
        .select_from(interactions_of_customers())
        .where(customer_is_there(scene), has_happened(scene), c.at >= month.start, c.at < month.end)
    ).scalar_one()
    return found


def _by_period(connection: Connection, scene: Scene) -> dict[str, int]:
    """Interactions of each period; a week can begin before the month does."""
    c, periods = t.interaction.c, scene.periods
    first = min(period.start for period in periods.values())
    counts = (
        func.count().filter(c.at >= period.start, c.at < period.end).label(name)
        for name, period in periods.items()
    )
    row = connection.execute(
        select(*counts)
        .select_from(interactions_of_customers())
        .where(customer_is_there(scene), has_happened(scene), c.at >= first)
    ).one()
    return row._asdict()


def _sizes(connection: Connection, scene: Scene) -> tuple[SegmentSize, ...]:
    """Every segment with the number of its members, the largest first, equal ones in their usual order."""
    segment = t.segment_assignment.c.segment
    rows = connection.execute(
        select(segment, func.count().label("n"))
        .select_from(members())
        .where(customer_is_there(scene), in_segment(scene))
        .group_by(segment)
    )
    counted = dict.fromkeys(SEGMENTS, 0) | {row.segment: row.n for row in rows}
    largest_first = sorted(counted.items(), key=lambda each: -each[1])
    return tuple(SegmentSize(name, n) for name, n in largest_first)


def _latest(
    connection: Connection, scene: Scene, limit: int, cursor: str | None
) -> tuple[tuple[ActivityView, ...], str | None] | Refused:
    c, customer = t.interaction.c, t.customer.c
    query = (
        select(
            c.interaction_id, c.customer_id, customer.name.label("customer_name"), c.type, c.status, c.at
        )
        .select_from(interactions_of_customers())
        .where(customer_is_there(scene), has_happened(scene))
    )  # fmt: skip
    part = page_of(connection, query, (c.at, c.interaction_id), limit=limit, cursor=cursor)
    if isinstance(part, Refused):
        return part
    return tuple(map(_activity, part.rows)), part.next_cursor


def _activity(row: Row[Any]) -> ActivityView:
    ids = {"interaction_id": row.interaction_id.hex, "customer_id": row.customer_id.hex}
    return ActivityView(**{**row._asdict(), **ids})
