"""What an instant means to each company: its local date, and where its windows begin.

Every query joins this instead of asking the server for the time, so that the past is computed by the same
SQL as the present, and a day begins at the company's midnight. The calendar is made once per run, for the
companies (`local_time`); the queries get the answers as parameters, because a time zone looked up for each of
a million rows costs more than everything else. A query that joins the clock reads the companies in it and no
others: that is how one company's bad data is kept from the rest (`isolation`).
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ARRAY, Date, DateTime, Text, any_, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

from collectors.unread import read_columns
from ledgerscope.catalogue.labels import WINDOW
from ledgerscope.domain.periods import just_before

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, FromClause, Table
    from sqlalchemy.sql.selectable import NamedFromClause
    from sqlalchemy.types import TypeEngine

    from collectors.companies import Companies

__all__ = [
    "WINDOWS",
    "clock",
    "instant",
    "longest_window",
    "of_companies",
    "parameters",
    "tenants",
    "window_start",
]

WINDOWS = WINDOW.values

_INSTANT = DateTime(timezone=True)


_FIELDS: Final[Mapping[str, TypeEngine[Any]]] = {
    "tenant_id": Text(),
    "base_currency": Text(),
    "day": Date(),
    **{f"start_{window}": _INSTANT for window in WINDOWS},
    **{f"start_day_{window}": Date() for window in WINDOWS},
}
"""What the clock says of each company."""


def parameters(companies: Companies, as_of: datetime) -> dict[str, Any]:
    """The values of all parameters that this module puts into statements: they are made once, not per run."""
    starts = [one.starts[window].at for one in companies for window in WINDOWS]
    given: dict[str, list[Any]] = {
        "tenant_id": [one.tenant_id for one in companies],
        "base_currency": [one.base_currency for one in companies],
        "day": [one.day for one in companies],
    }
    for window in WINDOWS:
        given[f"start_{window}"] = [one.starts[window].at for one in companies]
        given[f"start_day_{window}"] = [one.starts[window].day for one in companies]
    return {
        "as_of": as_of,
        "earliest_day": as_of.astimezone(UTC).date() - timedelta(days=1),
        "longest_window": Range(just_before(min(starts, default=as_of)), as_of, bounds="[]"),
        **{f"clock_{name}": values for name, values in given.items()},
    }


def instant(name: str = "as_of") -> ColumnElement[Any]:
    """The instant that the statement is about; another one, by name, is the caller's own parameter."""
    return bindparam(name, type_=_INSTANT)


def longest_window() -> ColumnElement[Any]:
    """From just before the earliest start of any window to the instant: leaves out most of the past."""
    return bindparam("longest_window", type_=TSTZRANGE)


def clock() -> NamedFromClause:
    """A relation of one row per company: its key, its currency, `day`, and for each window where it began."""
    arrays = (_listed(name) for name in _FIELDS)
    columns = (column(name, kind) for name, kind in _FIELDS.items())
    return func.unnest(*arrays).table_valued(*columns, name="clock").render_derived()


def tenants() -> ColumnElement[Any]:
    """The keys of the companies, as an array."""
    return _listed("tenant_id")


def of_companies(table: Table, *, everybody: bool) -> FromClause:
    """The table, or its rows of the companies alone, picked before anything else is asked of them.

    A view may fail on a row of one company: a condition on it, without this, would be asked of all rows.
    """
    if everybody:
        return table
    columns = (table.c[column.name] for column in read_columns(table).columns)
    mine = select(*columns).where(table.c.tenant_id == any_(tenants()))
    return mine.cte(f"{table.name}_of_companies").prefix_with("MATERIALIZED")


def _listed(name: str) -> ColumnElement[Any]:
    kind = ARRAY(_FIELDS[name])
    return cast(bindparam(f"clock_{name}", type_=kind), kind)


def window_start(clock: NamedFromClause, window: str) -> ColumnElement[Any]:
    """The instant at which a window began."""
    return clock.c[f"start_{window}"]
