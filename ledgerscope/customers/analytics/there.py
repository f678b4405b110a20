"""What is there as of an instant, as conditions that every query of the analytics shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, and_, literal, or_

from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import INTERACTION_STATUSES, INTERACTION_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause, Row

    from ledgerscope.customers.analytics.spans import Scene

__all__ = [
    "at_instant",
    "by_status",
    "by_type",
    "customer_is_there",
    "has_happened",
    "in_segment",
    "interactions_of_customers",
    "members",
]


def at_instant(instant: datetime) -> ColumnElement[Any]:
    """An instant as a value of the database."""
    return literal(instant, DateTime(timezone=True))


def customer_is_there(scene: Scene) -> ColumnElement[bool]:
    """The customer is one of the company, has been created and is not deleted."""
    c = t.customer.c
    return and_(
        c.tenant_id == scene.tenant_id,
        c.created_at <= scene.as_of,
        or_(c.deleted_at.is_(None), c.deleted_at > scene.as_of),
    )


def has_happened(scene: Scene) -> ColumnElement[bool]:
    """The interaction is one of the company and has taken place."""
    c = t.interaction.c
    return and_(c.tenant_id == scene.tenant_id, c.at <= scene.as_of)


def in_segment(scene: Scene) -> ColumnElement[bool]:
    """The stay in a segment is one of the company and goes on at the instant."""
    c = t.segment_assignment.c
    return and_(c.tenant_id == scene.tenant_id, c.valid.op("@>")(at_instant(scene.as_of)))


def members() -> FromClause:
    """Customers with their stays in segments."""
    return t.customer.join(
        t.segment_assignment,
        (t.segment_assignment.c.tenant_id == t.customer.c.tenant_id)
        & (t.segment_assignment.c.customer_id == t.customer.c.customer_id),
    )


def interactions_of_customers() -> FromClause:
    """Customers with their interactions."""
    return t.customer.join(
        t.interaction,
        (t.interaction.c.tenant_id == t.customer.c.tenant_id)
        & (t.interaction.c.customer_id == t.customer.c.customer_id),
    )


def by_type(rows: Iterable[Row[Any]]) -> dict[str, int]:
    """Rows with `type` and `n` as counts by type; every type has one."""
    return _counts(((row.type, row.n) for row in rows), INTERACTION_TYPES)


def by_status(rows: Iterable[Row[Any]]) -> dict[str, int]:
    """Rows with `status` and `n` as counts by status; every status has one."""
    return _counts(((row.status, row.n) for row in rows), INTERACTION_STATUSES)


def _counts(pairs: Iterable[tuple[str, int]], words: Sequence[str]) -> dict[str, int]:
    counted = dict.fromkeys(words, 0)
    for word, n in pairs:
        counted[word] += n
    return counted
