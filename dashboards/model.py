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

    from ledgerscope.catalogue import Metric, Unit
    from rules.model import Alert

__all__ = ["Board", "Mapping", "Panel", "Query", "Row", "Variable", "View"]


class View(StrEnum):
    """How a panel shows its values; the value is Grafana's panel type."""

    STAT = "stat"
    LINES = "timeseries"
    BARS = "bargauge"
    STATES = "state-timeline"


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL query with the legend of its series."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A value with the word and the colour to show in its place."""

    value: int
    text: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. `draws` are the alerts whose limits are drawn; `tells` those shown as a state instead.

    `about` says in a sentence or two what the reader sees and what it is good for. `width` is in the 24
    columns of the grid.
    """

    title: str
    about: str
    view: View
    unit: Unit
    queries: tuple[Query, ...]
    width: int
    height: int
    draws: tuple[Alert, ...] = ()
    tells: tuple[Alert, ...] = ()
    stacked: bool = False
    decimals: int | None = None
    mappings: tuple[Mapping, ...] = ()

    @property
    def shows(self) -> tuple[Alert, ...]:
        return self.draws + self.tells


@dataclass(frozen=True, slots=True)
class Row:
    """A titled row; its panels flow from left to right and wrap."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of the board: the values of a label of a metric. At first all are chosen."""

    label: str
    title: str
    metric: Metric

    @property
    def query(self) -> str:
        return f"label_values({self.metric}, {self.metric.label(self.label).name})"


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
