"""What an instant means to each company: its local date, and where its windows begin.

Every query joins this instead of asking the server for the time, so that the past is computed by the same
SQL as the present, and a day begins at the company's midnight.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, Interval, Text, cast, func, literal, select

from ledgerscope.catalogue.labels import WINDOW
from ledgerscope.store.tables import tenant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Subquery

__all__ = ["WINDOWS", "clock", "earliest_day", "instant", "window_start"]

WINDOWS = WINDOW.values


def instant(as_of: datetime) -> ColumnElement[Any]:
    """The instant as a parameter of the statement."""
    return literal(as_of, DateTime(timezone=True))


def clock(as_of: datetime) -> Subquery:
    """Per company: `day`, the local date at `as_of`, and `start_<window>`, the instant each window began."""
    starts = (start(as_of).label(window_start(window)) for window, start in _STARTS.items())
    return select(
        tenant.c.tenant_id,
        tenant.c.base_currency,
        tenant.c.timezone,
        func.date(_local(as_of)).label("day"),
        *starts,
    ).subquery("clock")


def earliest_day(as_of: datetime) -> date:
    """A day that is not over anywhere on earth: no company's date at `as_of` is earlier."""
    return as_of.astimezone(UTC).date() - timedelta(days=1)


def window_start(window: str) -> str:
    """The name of the column with the first instant of a window."""
    return f"start_{window}"


def _local(as_of: datetime) -> ColumnElement[Any]:
    return func.timezone(tenant.c.timezone, instant(as_of))


def _thirty_days_back(as_of: datetime) -> ColumnElement[Any]:
    # In hours: thirty days of 24 hours, also across a change to summer time.
    return instant(as_of) - cast(literal("720 hours", Text), Interval())


def _month_begin(as_of: datetime) -> ColumnElement[Any]:
    return func.timezone(tenant.c.timezone, func.date_trunc("month", _local(as_of)))


_STARTS: dict[str, Callable[[datetime], ColumnElement[Any]]] = {
    "30d": _thirty_days_back,
    "mtd": _month_begin,
}
