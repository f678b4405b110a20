"""What an instant means to each company: its local date, and where its windows begin.

Every query joins this instead of asking the server for the time, so that the past is computed by the same
SQL as the present, and a day begins at the company's midnight. The calendar is made once per run, for the
companies (`local_time`); the queries get the answers as parameters, because a time zone looked up for each of
a million rows costs more than everything else. A query that joins the clock reads the companies in it and no
others: that is how one company's bad data is kept from the rest (`isolation`).
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, Date, DateTime, Text, cast, column, func, literal

from ledgerscope.catalogue.labels import WINDOW

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.selectable import NamedFromClause

    from collectors.companies import Companies

__all__ = ["WINDOWS", "clock", "earliest_day", "instant", "start_day", "window_start"]

WINDOWS = WINDOW.values

_INSTANT = DateTime(timezone=True)


def instant(as_of: datetime) -> ColumnElement[Any]:
    """The instant as a parameter of the statement."""
    return literal(as_of, _INSTANT)


def earliest_day(as_of: datetime) -> date:
    """A day that is over nowhere on earth: no company's date at `as_of` is earlier."""
    return as_of.astimezone(UTC).date() - timedelta(days=1)


def clock(companies: Companies) -> NamedFromClause:
    """A relation of one row per company: its key, its currency, `day`, and for each window where it began."""
    fields: list[tuple[str, Any, list[Any]]] = [
        ("tenant_id", Text(), [one.tenant_id for one in companies]),
        ("base_currency", Text(), [one.base_currency for one in companies]),
        ("day", Date(), [one.day for one in companies]),
    ]
    for window in WINDOWS:
        fields.append((f"start_{window}", _INSTANT, [one.starts[window].at for one in companies]))
        fields.append((f"start_day_{window}", Date(), [one.starts[window].day for one in companies]))
    arrays = (cast(literal(values, ARRAY(kind)), ARRAY(kind)) for _, kind, values in fields)
    columns = (column(name, kind) for name, kind, _ in fields)
    return func.unnest(*arrays).table_valued(*columns, name="clock").render_derived()


def window_start(clock: NamedFromClause, window: str) -> ColumnElement[Any]:
    """The instant at which a window began."""
    return clock.c[f"start_{window}"]


def start_day(clock: NamedFromClause, window: str) -> ColumnElement[Any]:
    """The company's date at which a window began."""
    return clock.c[f"start_day_{window}"]
