"""Statements that were asked for, page by page, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.lookups import customer_exists, no_row
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = ["ListStatements", "StatementPage", "StatementView", "list_statements"]

_C: Final = t.statement.c
_COLUMNS: Final = (
    _C.statement_id, _C.customer_id, _C.currency, _C.period_start, _C.period_end, _C.as_of, _C.format,
    _C.delivery_method, _C.outcome, _C.failure_class, _C.at, _C.delivered_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStatements:
    """How many statements of a customer; `cursor` is that of the page before."""

    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A request for a statement over the days from `first` to `last`, made at `at`.

    `outcome` is `success` or `failure`, with a `failure_class`; `delivered_at` is None for a failure.
    """

    statement_id: Id
    customer_id: Id
    currency: str | None
    first: date
    last: date
    as_of: date | None
    format: str
    delivery_method: str | None
    outcome: str
    failure_class: str | None
    at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Statements, and the cursor of the next page; None on the last."""

    statements: tuple[StatementView, ...]
    next_cursor: str | None


def list_statements(
    connection: Connection, tenant_id: str, customer_id: Id, asked: ListStatements
) -> StatementPage | Refused:
    """A page of the statements of a customer, deleted or not."""
    if not customer_exists(connection, tenant_id, customer_id):
        return no_row("customer", customer_id)
    query = select(*_COLUMNS).where(_C.tenant_id == tenant_id, _C.customer_id == customer_id)
    part = page_of(connection, query, (_C.at, _C.statement_id), limit=asked.limit, cursor=asked.cursor)
    if isinstance(part, Refused):
        return part
    return StatementPage(tuple(map(_view, part.rows)), part.next_cursor)


def _view(row: Row[Any]) -> StatementView:
    values = row._asdict()
    first, end = values.pop("period_start"), values.pop("period_end")
    ids = {"statement_id": row.statement_id.hex, "customer_id": row.customer_id.hex}
    return StatementView(**{**values, **ids, "first": first, "last": end - timedelta(days=1)})
