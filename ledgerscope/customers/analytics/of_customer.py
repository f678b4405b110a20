"""Analytics of one customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from ledgerscope.customers.analytics.there import by_status, by_type, has_happened
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.customers.segments.reading import list_stays
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.customers.analytics.spans import Scene
    from ledgerscope.customers.segments import StayView
    from ledgerscope.store.records import Id

__all__ = ["MOST_RECENT", "CustomerAnalytics", "RecentInteraction", "analyse_customer"]

MOST_RECENT: Final = 20
_Page = tuple["tuple[RecentInteraction, ...] | None", "str | None"]
_NO_PAGE: Final[_Page] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentInteraction:
    """An interaction, as it stands now."""

    interaction_id: Id
    type: str
    status: str
    subject: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnalytics:
    """How a company has dealt with one customer up to `as_of`, whether it is deleted or not.

    `interactions_by_type` and `interactions_by_status` hold every type and status; each adds up to
    `total_interactions`. `segments` are the stays that go on at `as_of`. `recent` are the latest
    interactions, the latest first, or None where they were not asked for; `recent_next` is the cursor of
    those before them, None where there are none.
    """

    customer_id: Id
    customer_name: str
    as_of: datetime
    total_interactions: int
    last_interaction_at: datetime | None
    interactions_by_type: Mapping[str, int]
    interactions_by_status: Mapping[str, int]
    segments: tuple[StayView, ...]
    recent: tuple[RecentInteraction, ...] | None
    recent_next: str | None = None


def analyse_customer(
    connection: Connection, scene: Scene, customer_id: Id, recent: int | None, cursor: str | None = None
) -> CustomerAnalytics | Refused:
    """The analytics, with that many recent interactions, 1 to 20, from a cursor on, or None."""
    if recent is not None and not 1 <= recent <= MOST_RECENT:
        return Refused(f"recent: 1 to {MOST_RECENT}, not {recent}", Fault.INVALID, "recent")
    name = _name(connection, scene.tenant_id, customer_id) if as_id(customer_id) else None
    if name is None:
        return no_row("customer", customer_id)
    page = _NO_PAGE if recent is None else _recent(connection, scene, customer_id, recent, cursor)
    if isinstance(page, Refused):
        return page
    c = t.interaction.c
    own = has_happened(scene) & (c.customer_id == customer_id)
    counts = connection.execute(
        select(c.type, c.status, func.count().label("n"), func.max(c.at).label("last"))
        .where(own)
        .group_by(c.type, c.status)
    ).all()
    return CustomerAnalytics(
        customer_id=customer_id,
        customer_name=name,
        as_of=scene.as_of,
        total_interactions=sum(row.n for row in counts),
        last_interaction_at=max((row.last for row in counts), default=None),
        interactions_by_type=by_type(counts),
        interactions_by_status=by_status(counts),
        segments=list_stays(connection, scene.tenant_id, customer_id, scene.as_of),
        recent=page[0],
        recent_next=page[1],
    )


def _name(connection: Connection, tenant_id: str, customer_id: Id) -> str | None:
    c = t.customer.c
    name: str | None = connection.execute(
        select(c.name).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    ).scalar_one_or_none()
    return name


def _recent(
    connection: Connection, scene: Scene, customer_id: Id, limit: int, cursor: str | None
) -> _Page | Refused:
    c = t.interaction.c
    query = select(c.interaction_id, c.type, c.status, c.subject, c.at).where(
        has_happened(scene), c.customer_id == customer_id
    )
    part = page_of(connection, query, (c.at, c.interaction_id), limit=limit, cursor=cursor)
    if isinstance(part, Refused):
        return part
    found = tuple(
        RecentInteraction(**{**row._asdict(), "interaction_id": row.interaction_id.hex}) for row in part.rows
    )
    return found, part.next_cursor
