"""How values look: colours by threshold and by meaning, signs of currencies, and what an axis must show."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING

from dashboards.model import View
from dashboards.units import CURRENCIES
from ledgerscope.catalogue import Unit
from rules.model import Severity

if TYPE_CHECKING:
    from dashboards.model import Panel
    from rules.model import Alert

__all__ = ["bounds", "marks", "overrides", "steps"]

_CALM, _COLORS = "green", {Severity.CRITICAL: "red", Severity.WARNING: "orange", Severity.INFO: "blue"}
_PLAIN = "text"
_NO_ZERO = frozenset({Unit.POINTS, Unit.TIMESTAMP})
"""Scores swing around no natural zero, and dates have none."""

_HEADROOM = 1.2
"""Beyond the limit that is furthest out, so that its line does not lie on the edge of the plot."""


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


def marks(alerts: tuple[Alert, ...]) -> list[dict[str, object]]:
    """Lines at the limits. Grafana colours a line as the values above it; here it has that of the alert."""
    limits = sorted((limit.value, _COLORS[limit.severity]) for alert in alerts for limit in alert.limits)
    return [
        {"color": _PLAIN, "value": None},
        *({"color": color, "value": value} for value, color in limits),
    ]


def bounds(panel: Panel) -> dict[str, float]:
    """The axis holds zero and every limit that is drawn: how far off the alert is can always be seen."""
    held = [limit.value for alert in panel.draws for limit in alert.limits]
    if panel.from_zero and panel.unit not in _NO_ZERO:
        held.append(0)
    if not held:
        return {}
    lowest, highest = min(held), max(held)
    found = {"axisSoftMin": _rounded(lowest / _HEADROOM if lowest > 0 else lowest * _HEADROOM)}
    if highest > 0:
        found["axisSoftMax"] = _rounded(highest * _HEADROOM)
    return found


def overrides(panel: Panel) -> list[dict[str, object]]:
    """What differs between the series of a panel."""
    return [*_signs(panel), *_colors(panel)]


def _signs(panel: Panel) -> list[dict[str, object]]:
    """Series of a known currency get its sign; the legend says which currency a series is in.

    Where several currencies share an axis they get none: Grafana would draw one axis for each sign.
    """
    if panel.unit is not Unit.CURRENCY or (panel.view is View.LINES and not panel.repeat):
        return []
    return [
        {
            "matcher": {"id": "byRegexp", "options": f"/\\b{code}\\b/"},
            "properties": [{"id": "unit", "value": name}],
        }
        for code, name in CURRENCIES.items()
    ]


def _colors(panel: Panel) -> list[dict[str, object]]:
    """Colours that carry a meaning, by query."""
    return [
        {
            "matcher": {"id": "byFrameRefID", "options": letter},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": query.color}}],
        }
        for letter, query in zip(ascii_uppercase, panel.queries, strict=False)
        if query.color
    ]


def _rounded(value: float) -> float:
    """Without the dust of binary fractions, which would be committed."""
    return float(f"{value:.6g}")
