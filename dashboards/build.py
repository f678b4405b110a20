"""The making of panels: from those of the boards to what Grafana stores, by way of grafanalib.

Thresholds come from the alerts that a panel draws: the number at which the rule fires is the number at which
the colour changes, because it is the same object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grafanalib.core import GridPos, Repeat, RowPanel, Stat, StateTimeline, Target, TimeSeries
from grafanalib.core import Panel as GrafanaPanel

from dashboards.fields import bounds, marks, overrides, steps
from dashboards.macros import rates_recordings
from dashboards.model import COLUMNS, View
from dashboards.units import GRAFANA_UNITS
from rules.timing import BUSINESS_INTERVAL, duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboards.model import Panel, Query

__all__ = ["DATASOURCE", "build", "row"]

DATASOURCE = "${datasource}"

_PRESENT = frozenset({View.STAT, View.BARS})
"""Views that ask for this instant only: of a range, the last value would still be shown when it is gone."""

_SIDE_BY_SIDE = 2
"""Copies of a repeated panel in one line."""

_STAT_TEXT = {"titleSize": 14, "valueSize": 32}
"""Grafana would fit the text of each panel to its space: every panel another size, tiny with four rows."""
_BAR_TEXT = {"titleSize": 14, "valueSize": 18}


def row(title: str, number: int, top: int) -> RowPanel:
    """The heading of a row."""
    return RowPanel(title=title, id=number, gridPos=GridPos(h=1, w=COLUMNS, x=0, y=top))


def build(panel: Panel, number: int, place: tuple[int, int]) -> Any:
    """The panel as grafanalib has it, at column and line `place`."""
    left, top = place
    common = {
        "title": panel.title,
        "description": _described(panel),
        "id": number,
        "dataSource": DATASOURCE,
        "gridPos": GridPos(h=panel.height, w=panel.width, x=left, y=top),
        "targets": [_target(query, panel.view) for query in panel.queries],
        "thresholds": marks(panel.draws) if panel.view is View.LINES else steps(panel.draws),
        "repeat": _repeat(panel),
    }
    return _BUILDERS[panel.view](panel, common)


def _described(panel: Panel) -> str:
    alerts = "; ".join(f"`{alert.name}`" for alert in panel.shows)
    return f"{panel.about}\n\nAlerts: {alerts}." if alerts else panel.about


def _target(query: Query, view: View) -> Target:
    """Grafana makes its window four times the interval of a target, or of the scrapes where none is given."""
    interval = duration(BUSINESS_INTERVAL) if rates_recordings(query.expr) else ""
    return Target(expr=query.expr, legendFormat=query.legend, instant=view in _PRESENT, interval=interval)


def _repeat(panel: Panel) -> Repeat:
    return Repeat("h", panel.repeat, _SIDE_BY_SIDE) if panel.repeat else Repeat()


def _stat(panel: Panel, common: dict[str, Any]) -> GrafanaPanel:
    return Stat(
        **common,
        format=GRAFANA_UNITS[panel.unit],
        reduceCalc="lastNotNull",
        colorMode="value" if panel.draws else "none",
        color={"mode": "thresholds"},
        decimals=panel.decimals,
        noValue="no data",
        orientation="horizontal",
        overrides=overrides(panel),
        graphMode="none",
        textMode="auto",
        extraJson={"options": {"text": _STAT_TEXT}},
    )


def _lines(panel: Panel, common: dict[str, Any]) -> dict[str, Any]:
    """A table has room beside a plot of full width only; below a plot it would hide all but two series."""
    wide = panel.width == COLUMNS
    made: dict[str, Any] = TimeSeries(
        **common,
        unit=GRAFANA_UNITS[panel.unit],
        colorMode="palette-classic",
        fillOpacity=60 if panel.stacked else 8,
        gradientMode="none",
        lineWidth=1,
        showPoints="auto",
        legendDisplayMode="table" if wide else "list",
        legendPlacement="right" if wide else "bottom",
        legendCalcs=["lastNotNull", "max"] if wide else [],
        stacking={"mode": "normal" if panel.stacked else "none", "group": "A"},
        thresholdsStyleMode="dashed" if panel.draws else "off",
        tooltipMode="multi",
        tooltipSort="none" if panel.stacked else "desc",
        valueDecimals=panel.decimals,
        overrides=overrides(panel),
    ).to_json_data()
    made["fieldConfig"]["defaults"]["custom"] |= bounds(panel)
    return made


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
                "overrides": overrides(panel),
            },
            "options": {
                "displayMode": "basic",
                "orientation": "horizontal",
                "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                "showUnfilled": True,
                "text": _BAR_TEXT,
                "valueMode": "text",
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


_BUILDERS: dict[View, Callable[[Panel, dict[str, Any]], Any]] = {
    View.STAT: _stat,
    View.LINES: _lines,
    View.BARS: _bars,
    View.STATES: _states,
}
