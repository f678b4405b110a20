"""Boards as Grafana stores them: committed as made, valid by its own schema, numbers of alerts drawn in."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from dashboards.areas import BOARDS
from dashboards.fields import bounds, marks, steps
from dashboards.generator import bundle, render_all
from dashboards.model import COLUMNS, Board, Row
from dashboards.modernise import SCHEMA_VERSION, modernise
from dashboards.palette import PALETTES
from dashboards.panels import lines
from dashboards.render import placed, render_board
from ledgerscope.catalogue import Unit, aging
from rules import churn, exporter, jobs, revenue
from rules.areas import AREAS
from rules.links import board_uid, panel_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue import Label
    from rules.model import Alert

ROOT = Path(__file__).parents[2]
CONFORMANCE = Path(os.environ.get("LEDGERSCOPE_CONFORMANCE", ROOT.parent / "shared" / "conformance"))
SCHEMAS = CONFORMANCE / "grafana-schema"
GENERATED = render_all()
RENDERED = {path: json.loads(content) for path, content in GENERATED.items()}
FILES = {
    "timeseries": "timeseries",
    "stat": "stat",
    "bargauge": "bargauge",
    "state-timeline": "statetimeline",
}

needs_schemas = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SCHEMAS.is_dir(), reason="LEDGERSCOPE_CONFORMANCE has no Grafana schemas"),
]


@pytest.mark.parametrize("path", sorted(GENERATED))
def test_the_committed_board_is_the_generated_one(path: str) -> None:
    assert (ROOT / path).read_bytes() == GENERATED[path]
    assert bundle().owned == ("dashboards/generated/*",)


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, board in RENDERED.items():
        for panel in board["panels"]:
            if panel["type"] != "row":
                yield f"{path}: {panel['title']}", panel


_ANY_VALUE = (("DynamicConfigValue", "value"), ("MatcherConfig", "options"))
"""Fields of any type, which the published schema writes as objects: units and names are strings."""


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SCHEMAS / f"{name}.jsonschema.json").read_text())
    for kind, field in _ANY_VALUE:
        if kind in read["definitions"]:
            read["definitions"][kind]["properties"][field] = {}
    return read


@pytest.mark.parametrize("path", [pytest.param(path, marks=needs_schemas) for path in sorted(GENERATED)])
def test_grafana_s_schema_accepts_the_board(path: str) -> None:
    errors = [
        f"{list(error.absolute_path)}: {error.message}"
        for error in Draft7Validator(schema("dashboard")).iter_errors(RENDERED[path])
    ]
    assert errors == []


@pytest.mark.parametrize("view", [pytest.param(view, marks=needs_schemas) for view in FILES])
def test_grafana_s_schema_accepts_options_fields_and_queries(view: str) -> None:
    read = schema(FILES[view])
    options = Draft7Validator({**read, "$ref": "#/definitions/Options"})
    query = Draft7Validator(schema("prometheus"))
    seen = 0
    for where, panel in panels():
        if panel["type"] == view:
            seen += 1
            found = [*options.iter_errors(panel["options"])]
            custom = panel["fieldConfig"]["defaults"].get("custom")
            if custom and "FieldConfig" in read["definitions"]:
                found += Draft7Validator({**read, "$ref": "#/definitions/FieldConfig"}).iter_errors(custom)
            found += [error for target in panel["targets"] for error in query.iter_errors(target)]
            assert [error.message for error in found] == [], where
    assert seen


def paths(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from paths(one, f"{at}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from paths(one, f"{at}[]")
    else:
        yield at


# Grafana would have us write v2 boards, which its servers before 12 do not read.
@pytest.mark.filterwarnings("ignore:Prefer using dashboardv2:DeprecationWarning")
@pytest.mark.parametrize("path", sorted(GENERATED))
def test_grafana_s_own_library_reads_the_board_and_loses_nothing(path: str) -> None:
    from grafana_foundation_sdk.cog.encoder import JSONEncoder  # noqa: PLC0415 - warns when imported
    from grafana_foundation_sdk.models.dashboard import Dashboard  # noqa: PLC0415 - same

    read = Dashboard.from_json(RENDERED[path])
    written = json.loads(JSONEncoder(sort_keys=True).encode(read))
    assert set(paths(RENDERED[path])) - set(paths(written)) == set()


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.area)
def test_a_board_has_its_place_in_the_bundle(board: Any) -> None:
    made = render_board(board)
    assert made["schemaVersion"] == SCHEMA_VERSION
    assert made["uid"] == board_uid(board.area)
    assert len(made["uid"]) <= 40
    assert made["title"] == f"Ledgerscope / {board.title}"
    assert made["timezone"] == "utc"
    assert made["editable"] is False
    assert made["templating"]["list"][0]["type"] == "datasource"
    assert {one["name"] for one in made["templating"]["list"][1:]} == {one.label for one in board.variables}


@pytest.mark.parametrize("path", sorted(GENERATED))
def test_panels_of_a_board_stand_beside_each_other(path: str) -> None:
    assert_no_overlap([panel["gridPos"] for panel in RENDERED[path]["panels"]])


@given(st.lists(st.tuples(st.integers(1, 24), st.integers(1, 9)), max_size=12))
def test_panels_of_any_size_flow_without_touching(sizes: list[tuple[int, int]]) -> None:
    tried = tuple(
        replace(lines(f"{number}", about="Tried.", unit=Unit.COUNT, width=width), height=height)
        for number, (width, height) in enumerate(sizes)
    )
    board = Board(area="x", title="x", question="x?", variables=(), rows=(Row("a", tried), Row("b", tried)))
    places = [
        {"x": left, "y": top, "w": 24, "h": 1}
        if isinstance(what, str)
        else {"x": left, "y": top, "w": what.width, "h": what.height}
        for what, left, top in placed(board)
    ]
    assert_no_overlap(places)


def assert_no_overlap(places: list[dict[str, int]]) -> None:
    cells = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(x < COLUMNS for x, _ in cells)


def test_every_query_is_lettered_and_goes_to_the_chosen_source() -> None:
    for where, panel in panels():
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == [*"ABCDEFGH"[: len(letters)]], where
        for target in panel["targets"]:
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, where
            assert target["instant"] is not target["range"], where


def test_a_figure_is_that_of_this_instant() -> None:
    """The last of a range would go on being shown after its exporter has withdrawn it."""
    asked = {panel["type"]: {target["instant"] for target in panel["targets"]} for _, panel in panels()}
    assert asked == {"stat": {True}, "bargauge": {True}, "timeseries": {False}, "state-timeline": {False}}


def test_nothing_that_grafana_dropped_is_written() -> None:
    dropped = {
        "step",
        "target",
        "metric",
        "query",
        "intervalFactor",
        "span",
        "rows",
        "sharedCrosshair",
        "style",
    }
    for where, panel in panels():
        assert not dropped & panel.keys(), where
        assert not any(dropped & target.keys() for target in panel["targets"]), where


ALERTS = [
    pytest.param(area.name, alert, id=alert.name)
    for area in AREAS
    for alert in area.alerts
    if alert not in {exporter.ABSENT, exporter.WATCHDOG, exporter.STALE, exporter.EXPIRED, exporter.DISABLED}
]


@pytest.mark.parametrize(("area", "alert"), ALERTS)
def test_the_link_of_an_alert_leads_to_its_numbers(area: str, alert: Alert) -> None:
    board = RENDERED[f"dashboards/generated/{area}.json"]
    panel = next(one for one in board["panels"] if one["id"] == panel_id(area, alert.panel))
    values = {step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]}
    assert {limit.value for limit in alert.limits} <= values
    assert f"`{alert.name}`" in panel["description"]


def test_colours_change_where_the_rule_fires() -> None:
    assert steps(()) == [{"color": "text", "value": None}]
    assert steps((churn.LOGO_HIGH,)) == [
        {"color": "green", "value": None},
        {"color": "orange", "value": 0.07},
        {"color": "red", "value": 0.14},
    ]
    assert steps((jobs.STUCK_JOBS,))[-1] == {"color": "red", "value": 1}
    assert steps((churn.NET_RETENTION_LOW,)) == [
        {"color": "orange", "value": None},
        {"color": "green", "value": 0.95},
    ]


def test_a_line_at_a_limit_has_the_colour_of_its_alert() -> None:
    """In Grafana's own order the line at the least retention would be green."""
    assert marks((churn.NET_RETENTION_LOW,)) == [
        {"color": "text", "value": None},
        {"color": "orange", "value": 0.95},
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"axisSoftMin": 0}),
        ({"draws": (churn.LOGO_HIGH,)}, {"axisSoftMin": 0, "axisSoftMax": 0.168}),
        ({"draws": (revenue.SHRINKING,)}, {"axisSoftMin": -0.06}),
        ({"draws": (churn.NET_RETENTION_LOW,)}, {"axisSoftMin": 0, "axisSoftMax": 1.14}),
        (
            {"draws": (churn.NET_RETENTION_LOW,), "from_zero": False},
            {"axisSoftMin": 0.791667, "axisSoftMax": 1.14},
        ),
        ({"from_zero": False}, {}),
        ({"unit": Unit.TIMESTAMP}, {}),
        ({"unit": Unit.POINTS}, {}),
    ],
)
def test_an_axis_holds_zero_and_every_limit(changes: dict[str, Any], expected: dict[str, float]) -> None:
    tried = lines("Tried", about="Tried.", unit=Unit.RATIO)
    assert bounds(replace(tried, **changes)) == expected


def test_no_panel_has_a_second_axis() -> None:
    """Grafana draws an axis for each unit: only a panel of one currency has its sign."""
    for where, panel in panels():
        units = {
            one["id"]
            for override in panel["fieldConfig"].get("overrides", ())
            for one in override["properties"]
        }
        if panel["type"] == "timeseries" and "unit" in units:
            assert panel["repeat"] == "currency", where


def test_amounts_that_add_up_have_a_panel_for_each_currency() -> None:
    board = RENDERED["dashboards/generated/aging.json"]
    variable = next(one for one in board["templating"]["list"] if one["name"] == "currency")
    assert variable["hide"] == 2
    assert variable["includeAll"]
    assert (
        variable["query"] == 'label_values(customer_aging_open_amount{company_id=~"$company_id"}, currency)'
    )
    panel = next(one for one in board["panels"] if one["title"] == "Open amount by days overdue")
    assert (panel["repeat"], panel["repeatDirection"], panel["gridPos"]["w"]) == ("currency", "h", COLUMNS)
    assert all('currency=~"$currency"' in target["expr"] for target in panel["targets"])


def test_values_stand_in_the_order_of_the_catalogue_in_the_colour_of_their_meaning() -> None:
    panel = next(panel for where, panel in panels() if where.endswith("Open amount by days overdue"))
    legends = [target["legendFormat"] for target in panel["targets"]]
    assert legends == [f"{{{{currency}}}} {value}" for value in aging.OPEN_AMOUNT.label("bucket").values]
    colors = {
        one["matcher"]["options"]: one["properties"][0]["value"]["fixedColor"]
        for one in panel["fieldConfig"]["overrides"]
        if one["matcher"]["id"] == "byFrameRefID"
    }
    assert (colors["A"], colors["E"]) == ("green", "dark-red")


@pytest.mark.parametrize(("label", "colors"), PALETTES)
def test_every_value_of_the_catalogue_has_its_colour(label: Label, colors: dict[str, str]) -> None:
    assert set(colors) == set(label.values)


@pytest.mark.parametrize(
    "board", [board for board in BOARDS if board.variables], ids=lambda board: board.area
)
def test_a_board_opens_with_one_company(board: Board) -> None:
    """Of all companies at once there would be more lines than can be distinguished."""
    company = render_board(board)["templating"]["list"][1]
    assert company["name"] == "company_id"
    assert company["multi"]
    assert not company.get("includeAll")
    assert "current" not in company


def test_amounts_are_shown_in_their_currency() -> None:
    mrr = next(panel for where, panel in panels() if where.endswith("revenue.json: Recurring each month"))
    signs = {
        one["matcher"]["options"]: one["properties"][0]["value"] for one in mrr["fieldConfig"]["overrides"]
    }
    assert signs[r"/\bEUR\b/"] == "currencyEUR"
    assert signs[r"/\bINR\b/"] == "currencyINR"
    assert "{{currency}}" in mrr["targets"][0]["legendFormat"]


def test_what_is_mandatory_today_is_added_and_what_is_given_is_kept() -> None:
    old = {
        "title": "Old",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": []},
        "panels": [
            {
                "type": "stat",
                "title": "One",
                "datasource": "x",
                "options": {"wideLayout": False, "text": None},
                "fieldConfig": {"defaults": {"thresholds": {"steps": [{"color": "green", "value": None}]}}},
                "targets": [{"expr": "up", "legendFormat": "", "instant": False, "step": 10}],
                "span": 6,
            }
        ],
    }
    panel = modernise(old)["panels"][0]
    assert panel["options"] == {
        "wideLayout": False,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
    }
    assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"] == [{"color": "green", "value": None}]
    assert panel["targets"][0]["refId"] == "A"
    assert "span" not in panel
