"""What a board is: rows of panels, each with its queries, its unit and the alerts whose limits it draws.

These are plain values; the checks read them, and `panels` turns them into grafanalib objects. A panel shows
values of one unit, which the checks compare with the unit that its queries yield.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue import Metric, Selector, Unit
    from rules.model import Alert

__all__ = ["COLUMNS", "Board", "Mapping", "Panel", "Query", "Row", "Variable", "View"]

COLUMNS = 24
"""Of Grafana's grid."""


class View(StrEnum):
    """How a panel shows its values; the value is Grafana's panel type."""

    STAT = "stat"
    LINES = "timeseries"
    BARS = "bargauge"
    STATES = "state-timeline"


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL query with the legend of its series, and their colour where it carries a meaning."""

    expr: str
    legend: str
    color: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """A value with the word and the colour to show in its place."""

    value: int
    text: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. `draws` are the alerts whose limits are drawn; `indicates` those shown as a state instead.

    `about` says in a sentence or two what the reader sees and what it is good for. `width` is in the 24
    columns of the grid. `repeat` is the variable of whose values each gets a copy of the panel of its own.
    """

    title: str
    about: str
    view: View
    unit: Unit
    queries: tuple[Query, ...]
    width: int
    height: int
    draws: tuple[Alert, ...] = ()
    indicates: tuple[Alert, ...] = ()
    stacked: bool = False
    from_zero: bool = True
    decimals: int | None = None
    mappings: tuple[Mapping, ...] = ()
    repeat: str = ""

    @property
    def shows(self) -> tuple[Alert, ...]:
        return self.draws + self.indicates


@dataclass(frozen=True, slots=True)
class Row:
    """A titled row; its panels flow from left to right and wrap."""

    title: str
    panels: tuple[Panel, ...]

    def lines(self) -> Iterator[tuple[Panel, ...]]:
        """The panels that stand beside each other, line by line."""
        line: tuple[Panel, ...] = ()
        for panel in self.panels:
            if line and sum(one.width for one in (*line, panel)) > COLUMNS:
                yield line
                line = ()
            line = (*line, panel)
        if line:
            yield line


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of the board: the values of a label of a series. At first one is chosen.

    A hidden variable always stands for all values: panels are repeated for each of them.
    """

    label: str
    title: str
    series: Metric | Selector
    hidden: bool = False

    @property
    def query(self) -> str:
        return f"label_values({self.series}, {self.label})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board: the page that answers `question`. The first row answers it, the others explain."""

    area: str
    title: str
    question: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    span: str = "24h"

    def panels(self) -> Iterator[Panel]:
        """All panels in reading order."""
        for row in self.rows:
            yield from row.panels
