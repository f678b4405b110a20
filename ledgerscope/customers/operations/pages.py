"""Lists read page by page: each page begins where the one before ended, however many rows came in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Date, literal, tuple_

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.cursors import read_cursor, write_cursor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from ledgerscope.customers.operations.cursors import Place

__all__ = ["LARGEST_PAGE", "Part", "page_of", "passed_by"]

LARGEST_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a page, and the cursor of the next; None on the last."""

    rows: Sequence[Row[Any]]
    next_cursor: str | None


def page_of(
    connection: Connection,
    query: Select[Any],
    place: tuple[ColumnElement[Any], ColumnElement[Any]],
    *,
    limit: int,
    cursor: str | None,
    oldest_first: bool = False,
) -> Part | Refused:
    """The rows of a query, newest first, by an instant or day and an identifier that it selects."""
    if not 1 <= limit <= LARGEST_PAGE:
        return Refused(f"limit: 1 to {LARGEST_PAGE}, not {limit}", Fault.INVALID, "limit")
    if cursor is not None:
        last = read_cursor(cursor)
        if isinstance(last, Refused):
            return last
        here, passed = tuple_(*place), passed_by(last, place)
        query = query.where(here > passed if oldest_first else here < passed)
    order = place if oldest_first else tuple(column.desc() for column in place)
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    shown = rows[:limit]
    if len(rows) <= limit:
        return Part(shown, None)
    at, row_id = (shown[-1]._mapping[column] for column in place)  # noqa: SLF001 - SQLAlchemy's public way
    return Part(shown, write_cursor((at if isinstance(at, datetime) else _midnight(at), row_id.hex)))


def passed_by(last: Place, place: tuple[ColumnElement[Any], ColumnElement[Any]]) -> ColumnElement[Any]:
    """The last row of a page as the database compares it with `place`."""
    at, row_id = last
    first = at.date() if isinstance(place[0].type, Date) else at
    return tuple_(literal(first, place[0].type), literal(row_id, place[1].type))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
