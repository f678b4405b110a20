"""Panels: one function for each way of showing values, and their making by grafanalib.

Thresholds come from the alerts that a panel draws: the number at which the rule fires is the number at which
the colour changes, because it is the same object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grafanalib.core import GridPos, RowPanel, Stat, StateTimeline, Target, TimeSeries
from grafanalib.core import Panel as GrafanaPanel

from dashboards.model import Panel, View
from dashboards.units import CURRENCIES, GRAFANA_UNITS
from ledgerscope.catalogue import Unit
from rules.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.model import Mapping, Query
    from rules.model import Alert

__all__ = ["DATASOURCE", "bars", "build", "lines", "row", "stat", "states", "steps"]

DATASOURCE = "${datasource}"

_CALM, _COLORS = "green", {Severity.CRITICAL: "red", Severity.WARNING: "orange", Severity.INFO: "blue"}
_PLAIN = "text"


def stat(
    title: str,
    *queries: Query,
    about: str,
    unit: Unit,
    draws: tuple[Alert, ...] = (),
    tells: tuple[Alert, ...] = (),
    width: int = 4,
    decimals: int | None = None,
) -> Panel:
    """One figure with the line of its past behind it."""
    return Panel(
        title=title,
        about=about,
        view=View.STAT,
        unit=unit,
        queries=queries,
        width=width,
        height=4,
        draws=draws,
        tells=tells,
        decimals=decimals,
    )


def lines(
    title: str,
    *queries: Query,
    about: str,
    unit: Unit,
    draws: tuple[Alert, ...] = (),
    tells: tuple[Alert, ...] = (),
    width: int = 12,
    stacked: bool = False,
) -> Panel:
    """Values over time, with the limits of alerts as dashed lines."""
    return Panel(
        title=title,
        about=about,
        view=View.LINES,
        unit=unit,
        queries=queries,
        width=width,
        height=8,
        draws=draws,
        tells=tells,
        stacked=stacked,
    )


def bars(title: str, *queries: Query, about: str, unit: Unit, width: int = 12) -> Panel:
    """The present values side by side."""
    return Panel(title=title, about=about, view=View.BARS, unit=unit, queries=queries, width=width, height=8)


def states(
    title: str,
    *queries: Query,
    about: str,
    mappings: tuple[Mapping, ...],
    tells: tuple[Alert, ...] = (),
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
        tells=tells,
        mappings=mappings,
    )


def row(title: str, number: int, top: int) -> RowPanel:
    """The heading of a row."""
    return RowPanel(title=title, id=number, gridPos=GridPos(h=1, w=24, x=0, y=top))


def build(panel: Panel, number: int, place: tuple[int, int]) -> GrafanaPanel:
    """The panel as grafanalib has it, at column and line `place`."""
    left, top = place
    common = {
        "title": panel.title,
        "description": _described(panel),
        "id": number,
        "dataSource": DATASOURCE,
        "gridPos": GridPos(h=panel.height, w=panel.width, x=left, y=top),
        "targets": [_target(query, panel.view) for query in panel.queries],
        "thresholds": steps(panel.draws),
    }
    return _BUILDERS[panel.view](panel, common)


def steps(alerts: tuple[Alert, ...]) -> list[dict[str, object]]:
    """Colours by value. For a limit that must not be undercut, the bad colour lies below it."""
    if not alerts:
        return [{"color": _PLAIN, "value": None}]
    limits = sorted((limit.value, _COLORS[limit.severity]) for alert in alerts for limit in alert.limits)
    if alerts[0].comparison.startswith(">"):
        return [
            {"color": _CALM, "value": None},
            *({"color": color, "value": value} for value, color in limits),
        ]
    colors = [color for _, color in limits] + [_CALM]
    values = [None, *(value for value, _ in limits)]
    return [{"color": color, "value": value} for color, value in zip(colors, values, strict=True)]


def _described(panel: Panel) -> str:
    alerts = "; ".join(f"`{alert.name}`" for alert in panel.shows)
    return f"{panel.about}\n\nAlerts: {alerts}." if alerts else panel.about


def _target(query: Query, view: View) -> Target:
    return Target(expr=query.expr, legendFormat=query.legend, instant=view is View.BARS)


def _stat(panel: Panel, common: dict[str, Any]) -> GrafanaPanel:
    return Stat(
        **common,
        format=GRAFANA_UNITS[panel.unit],
        reduceCalc="lastNotNull",
        colorMode="value" if panel.draws else "none",
        color={"mode": "thresholds"},
        decimals=panel.decimals,
        noValue="no data",
        overrides=_currencies(panel.unit),
        textMode="auto",
    )


def _lines(panel: Panel, common: dict[str, Any]) -> GrafanaPanel:
    return TimeSeries(
        **common,
        unit=GRAFANA_UNITS[panel.unit],
        fillOpacity=40 if panel.stacked else 8,
        gradientMode="none",
        lineWidth=1,
        showPoints="never",
        legendDisplayMode="table",
        legendPlacement="right" if panel.width > _WIDE else "bottom",
        legendCalcs=["lastNotNull", "max"],
        stacking={"mode": "normal" if panel.stacked else "none", "group": "A"},
        thresholdsStyleMode="dashed" if panel.draws else "off",
        tooltipMode="multi",
        tooltipSort="desc",
        overrides=_currencies(panel.unit),
        axisSoftMin=None if panel.unit is Unit.POINTS else 0,
    )


def _bars(panel: Panel, common: dict[str, Any]) -> GrafanaPanel:
    """Grafanalib's own bar gauge writes the options of Grafana 6, so this one is made of its base class."""
    return GrafanaPanel(**common).panel_json(
        {
            "type": View.BARS.value,
            "fieldConfig": {
                "defaults": {
                    "unit": GRAFANA_UNITS[panel.unit],
                    "min": 0,
                    "color": {"mode": "palette-classic"},
                },
                "overrides": _currencies(panel.unit),
            },
            "options": {
                "displayMode": "basic",
                "orientation": "horizontal",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "showUnfilled": True,
                "valueMode": "color",
            },
        }
    )


def _states(panel: Panel, common: dict[str, Any]) -> GrafanaPanel:
    options = {
        str(one.value): {"text": one.text, "color": one.color, "index": i}
        for i, one in enumerate(panel.mappings)
    }
    return StateTimeline(
        **common,
        mappings=[{"type": "value", "options": options}],
        mergeValues=True,
        showValue="auto",
        rowHeight=0.9,
    )


def _currencies(unit: Unit) -> list[dict[str, object]]:
    """Series of a known currency get its sign; the legend says which currency a series is in."""
    if unit is not Unit.CURRENCY:
        return []
    return [
        {
            "matcher": {"id": "byRegexp", "options": f"/\\b{code}\\b/"},
            "properties": [{"id": "unit", "value": name}, {"id": "decimals", "value": 2}],
        }
        for code, name in CURRENCIES.items()
    ]


_WIDE = 12

_BUILDERS: dict[View, Callable[[Panel, dict[str, Any]], GrafanaPanel]] = {
    View.STAT: _stat,
    View.LINES: _lines,
    View.BARS: _bars,
    View.STATES: _states,
}
