"""Reading the events of a company, page by page, in either direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import check_choice, check_instant
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row, Select

    from ledgerscope.customers.operations import Operations
    from ledgerscope.store.records import Id

__all__ = ["EventPage", "EventView", "Events", "ListEvents"]

LARGEST_PAGE: Final = 500
_LAST_ID: Final = 2**63 - 1
_TYPES: Final = frozenset(EventType)
_MEASURES: Final = ("amount_minor", "currency", "duration_ms")


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened; `event_id` grows in the order in which operations of a company happen.

    `metadata` are the labels of the type and, where it has them, `amount_minor` (minor units), `currency` and
    `duration_ms`. `timestamp` is when it happened. No personal data.
    """

    event_id: int
    event_type: str
    company_id: str
    user_id: str | None
    customer_id: Id | None
    timestamp: datetime
    metadata: Mapping[str, Any]
    correlation_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEvents:
    """Which events, newest first, `limit` at a time.

    `since`: at this instant or later. `before` is the last `event_id` of the page before. With `after`, an
    `event_id`, the page goes on from there and has the oldest first.
    """

    event_type: str | None = None
    customer_id: Id | None = None
    since: datetime | None = None
    limit: int = 50
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, and the `before` (or `after`) of the next page; None on the last."""

    events: tuple[EventView, ...]
    next: int | None


class Events:
    """The events of one company; takes `audit:read`, because they tell who did what to any customer.

    Raises StoreError and UnknownCompany.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    @takes(Permission.AUDIT_READ)
    def list(self, asked: ListEvents = ListEvents()) -> EventPage | Refused:
        """A page of events. Follow them by asking again with the last `event_id` as `after`."""
        refused = _fault(asked)
        if refused is not None:
            return refused
        with self._operations.read() as connection:
            rows = connection.execute(_page(self._tenant_id, asked)).all()
        shown = tuple(_view(row) for row in rows[: asked.limit])
        return EventPage(shown, shown[-1].event_id if len(rows) > asked.limit else None)

    @takes(Permission.AUDIT_READ)
    def get(self, event_id: int) -> EventView | Refused:
        """One event."""
        c = t.event.c
        with self._operations.read() as connection:
            query = select(t.event).where(c.tenant_id == self._tenant_id, c.event_id == event_id)
            row = connection.execute(query).one_or_none() if 0 <= event_id <= _LAST_ID else None
        return no_row("event", str(event_id)) if row is None else _view(row)


def _fault(asked: ListEvents) -> Refused | None:
    if not 1 <= asked.limit <= LARGEST_PAGE:
        return Refused(f"limit: 1 to {LARGEST_PAGE}, not {asked.limit}", Fault.INVALID, "limit")
    if asked.before is not None and asked.after is not None:
        return Refused("after: not together with before", Fault.INVALID, "after")
    for field, value in (("before", asked.before), ("after", asked.after)):
        if value is not None and not 0 <= value <= _LAST_ID:
            return Refused(f"{field}: the event_id of an event", Fault.INVALID, field)
    if asked.customer_id is not None and as_id(asked.customer_id) is None:
        return no_row("customer", asked.customer_id)
    odd = None if asked.since is None else check_instant("since", asked.since)
    return odd or check_choice("event_type", asked.event_type, sorted(_TYPES))


def _page(tenant_id: str, asked: ListEvents) -> Select[Any]:
    c = t.event.c
    query = select(t.event).where(c.tenant_id == tenant_id).limit(asked.limit + 1)
    if asked.event_type is not None:
        query = query.where(c.event_type == asked.event_type)
    if asked.customer_id is not None:
        query = query.where(c.customer_id == as_id(asked.customer_id))
    if asked.since is not None:
        query = query.where(c.occurred_at >= asked.since)
    if asked.after is not None:
        return query.where(c.event_id > asked.after).order_by(c.event_id)
    if asked.before is not None:
        query = query.where(c.event_id < asked.before)
    return query.order_by(c.event_id.desc())


def _view(row: Row[Any]) -> EventView:
    measures = {name: value for name in _MEASURES if (value := getattr(row, name)) is not None}
    return EventView(
        event_id=row.event_id, event_type=row.event_type, company_id=row.tenant_id, user_id=row.user_id,
        customer_id=None if row.customer_id is None else row.customer_id.hex, timestamp=row.occurred_at,
        metadata={**row.labels, **measures}, correlation_id=row.correlation_id,
    )  # fmt: skip
