"""The checks on boards: queries against the catalogue, limits against the alerts, and the grid.

All findings are reported in one run; adding a check is adding a line.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from dashboards.areas import BOARDS
from dashboards.macros import expand, variables_in
from dashboards.model import COLUMNS
from dashboards.query import RATE_WINDOW
from dashboards.render import render_board
from dashboards.units import unit_of
from ledgerscope.catalogue import AREAS, Part
from rules.areas import AREAS as RULE_AREAS
from rules.check import unused, vocabulary
from rules.errors import Finding
from rules.expressions import check_expression, series_names
from rules.infer import labels_of
from rules.parse import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dashboards.model import Board, Panel

__all__ = ["BOARD_CHECKS", "BUNDLE_CHECKS", "PANEL_CHECKS", "check", "queries"]

_LEGEND_LABEL = re.compile(r"\{\{(\w+)\}\}")
_RATE_RANGE = re.compile(r"\b(?:rate|irate)\([^\[\]]*\[([^\]]+)\]")


def check(boards: Sequence[Board] = BOARDS) -> list[Finding]:
    """Everything that is wrong with the boards; while queries are wrong, nothing else is looked at."""
    unreadable = [finding for board in boards for finding in _check_queries(board)]
    if unreadable:
        return unreadable
    found = [finding for board in boards for finding in _check_board(board)]
    return [*found, *(finding for one in BUNDLE_CHECKS for finding in one(boards))]


def queries(board: Board) -> Iterator[str]:
    """Every query of the board as Prometheus gets it while all companies are chosen."""
    for panel in board.panels():
        yield from (expand(query.expr) for query in panel.queries)


def _check_queries(board: Board) -> Iterator[Finding]:
    known = vocabulary()
    for panel in board.panels():
        for query in panel.queries:
            wrong = check_expression(expand(query.expr), known)
            yield from (Finding(_where(board, panel), message) for message in wrong)


def _check_board(board: Board) -> Iterator[Finding]:
    for panel in board.panels():
        where = _where(board, panel)
        yield from (Finding(where, message) for one in PANEL_CHECKS for message in one(panel, board))
    yield from (Finding(_file(board.area), message) for one in BOARD_CHECKS for message in one(board))


def _file(area: str) -> str:
    return Part.BOARD.path(area)


def _where(board: Board, panel: Panel) -> str:
    return f"{_file(board.area)}: panel {panel.title!r}"


# --- one panel -------------------------------------------------------------------------------------------


def _rates_follow_the_screen(panel: Panel, _board: Board) -> Iterator[str]:
    for query in panel.queries:
        for window in _RATE_RANGE.findall(query.expr):
            if window != RATE_WINDOW:
                yield f"rate over {window}: use {RATE_WINDOW}, which follows the resolution of the screen"


def _variables_are_declared(panel: Panel, board: Board) -> Iterator[str]:
    declared = {one.label for one in board.variables}
    for query in panel.queries:
        for name in sorted(variables_in(query.expr) - declared):
            yield f"uses ${name}, which the board does not declare"


def _legends_name_labels_it_has(panel: Panel, _board: Board) -> Iterator[str]:
    known = vocabulary()
    for query in panel.queries:
        has = labels_of(parse(expand(query.expr)), known)
        for label in _LEGEND_LABEL.findall(query.legend):
            if label not in has:
                yield f"the legend names the label {label!r}; the query yields {', '.join(sorted(has))}"
        if "currency" in has and "currency" not in query.legend:
            yield "the legend leaves out the currency of amounts"


def _unit_is_that_of_the_queries(panel: Panel, _board: Board) -> Iterator[str]:
    known = vocabulary()
    for query in panel.queries:
        yields = unit_of(parse(expand(query.expr)), known)
        if yields is not None and yields is not panel.unit:
            yield f"its unit is {panel.unit.name.lower()}, and a query yields {yields.name.lower()}"


def _is_described(panel: Panel, _board: Board) -> Iterator[str]:
    if not panel.about.endswith((".", "?")):
        yield "the description is a sentence that says what the panel shows and what it is for"


def _draws_alerts_of_one_direction(panel: Panel, _board: Board) -> Iterator[str]:
    if len({alert.comparison[0] for alert in panel.draws}) > 1:
        yield "limits of opposite directions cannot be drawn in one panel"


def _limits_are_in_its_unit(panel: Panel, _board: Board) -> Iterator[str]:
    for alert in panel.draws:
        if alert.unit is not panel.unit:
            yield f"draws {alert.name}, whose limit is in {alert.unit.name.lower()}"


PANEL_CHECKS: tuple[Callable[[Panel, Board], Iterator[str]], ...] = (
    _rates_follow_the_screen,
    _variables_are_declared,
    _legends_name_labels_it_has,
    _unit_is_that_of_the_queries,
    _is_described,
    _draws_alerts_of_one_direction,
    _limits_are_in_its_unit,
)

# --- one board -------------------------------------------------------------------------------------------


def _titles_are_unique(board: Board) -> Iterator[str]:
    for title, times in Counter(panel.title for panel in board.panels()).items():
        if times > 1:
            yield f"{times} panels are called {title!r}; links point at panels by their title"


def _numbers_are_unique(board: Board) -> Iterator[str]:
    numbers = Counter(panel["id"] for panel in render_board(board)["panels"])
    yield from (f"{times} panels have the number {number}" for number, times in numbers.items() if times > 1)


def _panels_fit_the_grid(board: Board) -> Iterator[str]:
    for panel in board.panels():
        if panel.width > COLUMNS:
            yield f"{panel.title!r} reaches beyond column {COLUMNS}"


def _first_row_is_figures(board: Board) -> Iterator[str]:
    if any(panel.view.value != "stat" for panel in board.rows[0].panels):
        yield "the first row answers the question of the page in single figures"


def _grid_has_no_holes(board: Board) -> Iterator[str]:
    """A hole looks like a panel that failed to load."""
    for line in (line for row in board.rows for line in row.lines()):
        named = ", ".join(repr(panel.title) for panel in line)
        width = sum(panel.width for panel in line)
        if width != COLUMNS:
            yield f"the line of {named} is {width} columns wide instead of {COLUMNS}"
        if len({panel.height for panel in line}) > 1:
            yield f"the panels {named} stand beside each other and differ in height"


def _repeated_panels_stand_alone(board: Board) -> Iterator[str]:
    """Grafana gives the copies of a panel the whole line; beside others they would leave a hole."""
    hidden = {one.label for one in board.variables if one.hidden}
    for panel in board.panels():
        if panel.repeat and panel.width != COLUMNS:
            yield f"{panel.title!r} is repeated and not {COLUMNS} columns wide"
        if panel.repeat and panel.repeat not in hidden:
            yield f"{panel.title!r} is repeated by ${panel.repeat}, which stands for chosen values only"


def _alerts_have_their_panel(board: Board) -> Iterator[str]:
    """The link of an alert leads to the panel of its title on the board of its area."""
    panels = {panel.title: panel for panel in board.panels()}
    for area in RULE_AREAS:
        for alert in area.alerts if area.name == board.area else ():
            panel = panels.get(alert.panel)
            if panel is None:
                yield f"the alert {alert.name} links to a panel {alert.panel!r}, which is missing"
            elif alert not in panel.shows:
                yield f"the panel {alert.panel!r} does not show the limit of {alert.name}"


BOARD_CHECKS: tuple[Callable[[Board], Iterator[str]], ...] = (
    _titles_are_unique,
    _numbers_are_unique,
    _panels_fit_the_grid,
    _first_row_is_figures,
    _grid_has_no_holes,
    _repeated_panels_stand_alone,
    _alerts_have_their_panel,
)

# --- all together ----------------------------------------------------------------------------------------


def _every_metric_is_seen(boards: Sequence[Board]) -> Iterator[Finding]:
    """A metric that no board shows and no rule reads costs its series for nothing."""
    texts = [query for board in boards for query in queries(board)]
    recordings = [one for area in RULE_AREAS if area.name != "compat" for one in area.recordings]
    texts += [one.expr for one in recordings if not one.grows]
    seen = frozenset().union(*(series_names(text) for text in texts))
    known = vocabulary().series
    for area in AREAS:
        for metric in area.metrics:
            if not seen.intersection((*metric.series_names, known[metric.series_names[0]].joined)):
                yield Finding(_file(area.name), f"no panel and no recording uses {metric}: show it")


def _every_recording_is_read(boards: Sequence[Board]) -> Iterator[Finding]:
    yield from unused(RULE_AREAS, (query for board in boards for query in queries(board)))


BUNDLE_CHECKS: tuple[Callable[[Sequence[Board]], Iterator[Finding]], ...] = (
    _every_metric_is_seen,
    _every_recording_is_read,
)
