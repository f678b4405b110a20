"""Analytics of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import ARRAY, DateTime, and_, cast, func, select

from ledgerscope.customers.analytics.spans import days_back
from ledgerscope.customers.analytics.there import (
    by_status,
    by_type,
    customer_is_there,
    has_happened,
    in_segment,
    members,
)
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

    from ledgerscope.customers.analytics.spans import Scene

__all__ = ["FEWEST_DAYS", "MOST_DAYS", "DayOfActivity", "SegmentAnalytics", "analyse_segment"]

FEWEST_DAYS: Final = 7
MOST_DAYS: Final = 365
_CENTS: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class DayOfActivity:
    """A calendar day at the company: its interactions, and with how many customers they were."""

    day: date
    interactions: int
    customers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentAnalytics:
    """The customers that are in a segment at `as_of`, and all interactions with them up to then.

    Interactions from before a customer came into the segment count as well; those of a customer that has left
    it do not. `interactions_per_customer` has two decimals and is None where nobody is in the segment.
    `timeline` holds every day, the oldest first and the one of `as_of` last, or is None where it was not
    asked for.
    """

    segment: str
    as_of: datetime
    total_customers: int
    total_interactions: int
    interactions_per_customer: Decimal | None
    interactions_by_type: Mapping[str, int]
    interactions_by_status: Mapping[str, int]
    timeline: tuple[DayOfActivity, ...] | None


def analyse_segment(
    connection: Connection, scene: Scene, segment: str, timeline_days: int | None
) -> SegmentAnalytics | Refused:
    """The analytics, with a timeline of that many calendar days, 7 to 365, or None."""
    fault = check_choice("segment", segment, SEGMENTS) or _fault_of_days(timeline_days)
    if fault is not None:
        return fault
    customers = connection.execute(
        select(func.count()).select_from(members()).where(_is_member(scene, segment))
    ).scalar_one()
    c = t.interaction.c
    counts = connection.execute(
        select(c.type, c.status, func.count().label("n"))
        .where(has_happened(scene), _is_of_member(scene, segment))
        .group_by(c.type, c.status)
    ).all()
    total = sum(row.n for row in counts)
    return SegmentAnalytics(
        segment=segment,
        as_of=scene.as_of,
        total_customers=customers,
        total_interactions=total,
        interactions_per_customer=(
            (Decimal(total) / customers).quantize(_CENTS, ROUND_HALF_UP) if customers else None
        ),
        interactions_by_type=by_type(counts),
        interactions_by_status=by_status(counts),
        timeline=None if timeline_days is None else _timeline(connection, scene, segment, timeline_days),
    )


def _fault_of_days(days: int | None) -> Refused | None:
    if days is None or FEWEST_DAYS <= days <= MOST_DAYS:
        return None
    wanted = f"timeline_days: {FEWEST_DAYS} to {MOST_DAYS}, not {days}"
    return Refused(wanted, Fault.INVALID, "timeline_days")


def _is_member(scene: Scene, segment: str) -> ColumnElement[bool]:
    return and_(customer_is_there(scene), in_segment(scene), t.segment_assignment.c.segment == segment)


def _is_of_member(scene: Scene, segment: str) -> ColumnElement[bool]:
    """The interaction is one with a member: a customer is in a segment once at a time."""
    found = select(t.customer.c.customer_id).select_from(members()).where(_is_member(scene, segment))
    return t.interaction.c.customer_id.in_(found)


def _timeline(connection: Connection, scene: Scene, segment: str, count: int) -> tuple[DayOfActivity, ...]:
    days = days_back(scene.as_of, scene.zone, count)
    c, starts = t.interaction.c, [period.start for _, period in days]
    place = func.width_bucket(c.at, cast(starts, ARRAY(DateTime(timezone=True))))
    rows = connection.execute(
        select(
            place.label("place"), func.count().label("n"), func.count(c.customer_id.distinct()).label("who")
        )
        .where(
            has_happened(scene), c.at >= starts[0], c.at < days[-1][1].end, _is_of_member(scene, segment)
        )
        .group_by(place)
    )  # fmt: skip
    found = {row.place: (row.n, row.who) for row in rows}
    return tuple(
        DayOfActivity(day, *found.get(place, (0, 0))) for place, (day, _) in enumerate(days, start=1)
    )
