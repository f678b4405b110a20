"""Stays in segments as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import Connection

    from ledgerscope.store.records import Id

__all__ = ["StayView", "list_stays"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StayView:
    """A customer was in a segment in [start, end), and is without an end; `value` has no unit."""

    assignment_id: Id
    customer_id: Id
    segment: str
    value: Decimal | None
    description: str | None
    assigned_by: str | None
    start: datetime
    end: datetime | None


def list_stays(
    connection: Connection, tenant_id: str, customer_id: Id, at: datetime | None
) -> tuple[StayView, ...]:
    """The stays of a customer, or those at an instant, by their start and the name of the segment."""
    c = t.segment_assignment.c
    start = func.lower(c.valid).label("start")
    query = (
        select(
            c.assignment_id, c.customer_id, c.segment, c.value, c.description, c.assigned_by, start,
            func.upper(c.valid).label("end"),
        )
        .where(c.tenant_id == tenant_id, c.customer_id == customer_id)
        .order_by(start, c.segment)
    )  # fmt: skip
    if at is not None:
        query = query.where(c.valid.contains(at))
    return tuple(_view(row) for row in connection.execute(query))


def _view(row: Any) -> StayView:
    ids = {"assignment_id": row.assignment_id.hex, "customer_id": row.customer_id.hex}
    return StayView(**{**row._asdict(), **ids})
