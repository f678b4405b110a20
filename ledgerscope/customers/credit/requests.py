"""Lists of limits that were asked for and granted, page by page, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.cursors import write_cursor
from ledgerscope.customers.operations.page_rows import rows_of_page
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import CREDIT_LIMIT_STATUSES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from ledgerscope.store.records import Id

__all__ = ["LimitPage", "LimitView", "ListLimits", "list_limits"]

_PLACE: Final = (t.credit_limit.c.requested_at, t.credit_limit.c.credit_limit_id)
_SHOWN: Final = (
    "credit_limit_id", "customer_id", "currency", "limit_minor", "status", "requested_by", "requested_at",
    "approved_by", "decided_at", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLimits:
    """Which limits, `limit` at a time; `cursor` is that of the page before.

    `status` is `requested` for those that wait, `approved` or `rejected`.
    """

    customer_id: Id | None = None
    status: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitView:
    """A limit in minor units, None is unlimited; an approved one holds from `since` until `until`."""

    credit_limit_id: Id
    customer_id: Id
    currency: str
    limit_minor: int | None
    status: str
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    decided_at: datetime | None
    reason: str | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class LimitPage:
    """Limits, and the cursor of the next page; None on the last."""

    limits: tuple[LimitView, ...]
    next_cursor: str | None


def list_limits(connection: Connection, tenant_id: str, asked: ListLimits) -> LimitPage | Refused:
    """A page; pages that follow each other hold every limit of the list that stays in it exactly once."""
    conditions = rows_of_page(tenant_id, asked, _PLACE, CREDIT_LIMIT_STATUSES)
    if isinstance(conditions, Refused):
        return conditions
    c = t.credit_limit.c
    query: Select[Any] = select(
        *(c[name] for name in _SHOWN), func.lower(c.valid).label("since"), func.upper(c.valid).label("until")
    ).where(*conditions)
    order = tuple(column.desc() for column in _PLACE)
    rows = connection.execute(query.order_by(*order).limit(asked.limit + 1)).all()
    shown = tuple(map(_view, rows[: asked.limit]))
    more = len(rows) > asked.limit
    cursor = write_cursor((shown[-1].requested_at, shown[-1].credit_limit_id)) if more else None
    return LimitPage(shown, cursor)


def _view(row: Row[Any]) -> LimitView:
    ids = {"credit_limit_id": row.credit_limit_id.hex, "customer_id": row.customer_id.hex}
    return LimitView(**{**row._asdict(), **ids})
