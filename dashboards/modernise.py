"""From what grafanalib writes (schema 12) to what Grafana stores today (schema 42).

grafanalib fills every field it knows, most of them with nothing, and some with names that Grafana dropped
long ago. This pass keeps what the schema has, gives queries and data sources their present form, adds
what has become mandatory, and leaves the rest out. Grafana would migrate the old form
by itself; what is reviewed here is what it will store.
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SCHEMA_VERSION", "modernise"]

SCHEMA_VERSION = 42

_DASHBOARD_FIELDS = (
    "uid",
    "title",
    "description",
    "tags",
    "timezone",
    "editable",
    "graphTooltip",
    "refresh",
    "time",
    "links",
    "panels",
)
_PANEL_FIELDS = (
    "id",
    "type",
    "title",
    "description",
    "gridPos",
    "repeat",
    "repeatDirection",
    "maxPerRow",
    "fieldConfig",
    "options",
    "maxDataPoints",
)
_ROW_FIELDS = ("id", "type", "title", "gridPos", "collapsed", "panels")
_VARIABLE_FIELDS = (
    "type",
    "name",
    "label",
    "query",
    "datasource",
    "refresh",
    "sort",
    "multi",
    "includeAll",
    "allValue",
    "current",
    "hide",
)
_SHOWN_LEGEND = {"showLegend": True, "calcs": []}
_MANDATORY_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {"legend": _SHOWN_LEGEND},
    "state-timeline": {"legend": _SHOWN_LEGEND, "tooltip": {"sort": "none"}},
    "stat": {"wideLayout": True, "showPercentChange": False, "percentChangeColorMode": "standard"},
    "bargauge": {
        "namePlacement": "auto",
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 300,
        "legend": {"displayMode": "list", "placement": "bottom", **_SHOWN_LEGEND, "showLegend": False},
    },
}
_ALL = {"text": ["All"], "value": ["$__all"], "selected": True}


def modernise(board: Mapping[str, Any]) -> dict[str, Any]:
    """The same board in the present schema; fields in the order in which people read them."""
    fields = _kept(board, _DASHBOARD_FIELDS)
    fields["panels"] = [_panel(panel) for panel in board["panels"]]
    fields["time"] = {"from": board["time"]["from"], "to": board["time"]["to"]}
    fields["schemaVersion"] = SCHEMA_VERSION
    fields["annotations"] = {"list": []}
    fields["templating"] = {"list": [_variable(one) for one in board["templating"]["list"]]}
    return fields


def _kept(values: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: _without_nothing(values[name]) for name in fields if values.get(name) is not None}


def _without_nothing(value: Any) -> Any:
    """Fields that hold null say the same as fields that are missing, except in threshold steps."""
    if isinstance(value, dict):
        step = value.keys() == {"color", "value"}
        return {name: _without_nothing(one) for name, one in value.items() if one is not None or step}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def _panel(panel: Mapping[str, Any]) -> dict[str, Any]:
    if panel["type"] == "row":
        return _kept(panel, _ROW_FIELDS)
    fields = _kept(panel, _PANEL_FIELDS)
    fields["options"] = _completed(fields["options"], _MANDATORY_OPTIONS[panel["type"]])
    fields["datasource"] = _datasource(panel["datasource"])
    fields["targets"] = [_target(one, panel["datasource"], ref) for one, ref in _lettered(panel["targets"])]
    return fields


def _completed(options: dict[str, Any], mandatory: dict[str, Any]) -> dict[str, Any]:
    """The options, with mandatory ones added where they are missing."""
    added = {name: value for name, value in mandatory.items() if name not in options}
    nested = {
        name: _completed(value, mandatory[name])
        for name, value in options.items()
        if isinstance(value, dict) and name in mandatory
    }
    return options | nested | added


def _lettered(targets: list[Any]) -> list[tuple[Any, str]]:
    return list(zip(targets, ascii_uppercase, strict=False))


def _target(target: Mapping[str, Any], datasource: str, ref: str) -> dict[str, Any]:
    return {
        "refId": ref,
        "datasource": _datasource(datasource),
        "editorMode": "code",
        "expr": target["expr"],
        **({"interval": target["interval"]} if target.get("interval") else {}),
        "legendFormat": target["legendFormat"],
        "instant": target["instant"],
        "range": not target["instant"],
    }


def _datasource(uid: str) -> dict[str, str]:
    return {"type": "prometheus", "uid": uid}


def _variable(variable: Mapping[str, Any]) -> dict[str, Any]:
    fields = _kept(variable, _VARIABLE_FIELDS)
    if variable["type"] == "query":
        fields["datasource"] = _datasource(variable["datasource"])
    fields.pop("current", None)
    if fields.get("includeAll"):
        fields["current"] = _ALL
    return fields
