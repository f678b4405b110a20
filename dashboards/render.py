"""Rendering boards as Grafana's JSON: panels are placed, numbered, made by grafanalib, brought up to date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grafanalib._gen import DashboardEncoder
from grafanalib.core import Dashboard, DashboardLink, Template, Templating, Time

from dashboards.areas import BOARDS
from dashboards.build import DATASOURCE, build, row
from dashboards.modernise import modernise
from rules.links import board_uid, panel_id
from rules.timing import SCRAPE_INTERVAL, duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboards.model import Board, Panel, Variable

__all__ = ["TAG", "board_path", "placed", "render_board", "render_boards"]

TAG = "ledgerscope"

_SHARED_CROSSHAIR = 1
_AT_LOAD, _AT_RANGE_CHANGE = 1, 2
_SHOWN, _HIDDEN = 0, 2


def render_boards(boards: Sequence[Board] = BOARDS) -> dict[str, bytes]:
    """Every board by its path in the project."""
    return {board_path(board.area): _text(render_board(board)) for board in boards}


def board_path(area: str) -> str:
    """Where the board of an area lies in the project."""
    return f"dashboards/generated/{area}.json"


def render_board(board: Board) -> dict[str, Any]:
    """The board as Grafana stores it."""
    made = Dashboard(
        title=f"Ledgerscope / {board.title}",
        uid=board_uid(board.area),
        description=board.question,
        tags=[TAG, board.area],
        timezone="utc",
        editable=False,
        graphTooltip=_SHARED_CROSSHAIR,
        refresh=duration(4 * SCRAPE_INTERVAL),
        time=Time(f"now-{board.span}", "now"),
        links=[_other_boards()],
        templating=Templating(list=[_datasource(), *(_variable(one) for one in board.variables)]),
        panels=list(_panels(board)),
    )
    return modernise(json.loads(json.dumps(made.to_json_data(), cls=DashboardEncoder)))


def placed(board: Board) -> Iterator[tuple[Panel | str, int, int]]:
    """Every row heading and panel in reading order with its column and line."""
    top = 0
    for row_of_panels in board.rows:
        yield row_of_panels.title, 0, top
        top += 1
        for panels in row_of_panels.lines():
            left = 0
            for panel in panels:
                yield panel, left, top
                left += panel.width
            top += max(panel.height for panel in panels)


def _panels(board: Board) -> Iterator[Any]:
    for what, left, top in placed(board):
        if isinstance(what, str):
            yield row(what, panel_id(board.area, f"row {what}"), top)
        else:
            yield build(what, panel_id(board.area, what.title), (left, top))


def _datasource() -> Template:
    return Template(
        name="datasource", label="Data source", type="datasource", query="prometheus", refresh=_AT_LOAD
    )


def _variable(variable: Variable) -> Template:
    return Template(
        name=variable.label,
        label=variable.title,
        dataSource=DATASOURCE,
        query=variable.query,
        refresh=_AT_RANGE_CHANGE,
        multi=True,
        includeAll=variable.hidden,
        hide=_HIDDEN if variable.hidden else _SHOWN,
    )


def _other_boards() -> DashboardLink:
    return DashboardLink(
        title="Ledgerscope", type="dashboards", asDropdown=True, tags=[TAG], includeVars=True, keepTime=True
    )


def _text(board: dict[str, Any]) -> bytes:
    return (json.dumps(board, indent=2, ensure_ascii=False) + "\n").encode()
