"""Panels as boards write them: one function for each way of showing values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.model import COLUMNS, Panel, View
from ledgerscope.catalogue import Unit

if TYPE_CHECKING:
    from dashboards.model import Mapping, Query, Variable
    from rules.model import Alert

__all__ = ["bars", "lines", "parts", "stat", "states"]


def stat(
    title: str,
    *queries: Query,
    about: str,
    unit: Unit,
    draws: tuple[Alert, ...] = (),
    indicates: tuple[Alert, ...] = (),
    width: int = 4,
    decimals: int | None = None,
) -> Panel:
    """The present figure of each series, one below the other."""
    return Panel(
        title=title,
        about=about,
        view=View.STAT,
        unit=unit,
        queries=queries,
        width=width,
        height=5,
        draws=draws,
        indicates=indicates,
        decimals=decimals,
    )


def lines(
    title: str,
    *queries: Query,
    about: str,
    unit: Unit,
    draws: tuple[Alert, ...] = (),
    indicates: tuple[Alert, ...] = (),
    width: int = 12,
    stacked: bool = False,
    from_zero: bool = True,
    decimals: int | None = None,
) -> Panel:
    """Values over time, with the limits of alerts as dashed lines.

    Without `from_zero` the axis follows the values: for what moves little and far from zero.
    """
    return Panel(
        title=title,
        about=about,
        view=View.LINES,
        unit=unit,
        queries=queries,
        width=width,
        height=8,
        draws=draws,
        indicates=indicates,
        stacked=stacked,
        from_zero=from_zero,
        decimals=decimals,
    )


def parts(title: str, *queries: Query, about: str, repeat: Variable) -> Panel:
    """Amounts that add up, in stacked areas; a panel for each currency, because currencies do not add up."""
    return Panel(
        title=title,
        about=about,
        view=View.LINES,
        unit=Unit.CURRENCY,
        queries=queries,
        width=COLUMNS,
        height=9,
        stacked=True,
        repeat=repeat.label,
    )


def bars(title: str, *queries: Query, about: str, unit: Unit, width: int = 12) -> Panel:
    """The present values side by side."""
    return Panel(title=title, about=about, view=View.BARS, unit=unit, queries=queries, width=width, height=8)


def states(
    title: str,
    *queries: Query,
    about: str,
    mappings: tuple[Mapping, ...],
    indicates: tuple[Alert, ...] = (),
    width: int = 24,
) -> Panel:
    """Which state something is in over time, in words and colours."""
    return Panel(
        title=title,
        about=about,
        view=View.STATES,
        unit=Unit.COUNT,
        queries=queries,
        width=width,
        height=8,
        indicates=indicates,
        mappings=mappings,
    )
