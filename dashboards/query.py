"""Writing panel queries from catalogue objects, narrowed to the companies chosen at the top of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import Matcher, Selector
from ledgerscope.catalogue.labels import COMPANY
from rules.expr import by, once

if TYPE_CHECKING:
    from ledgerscope.catalogue import Label, Metric
    from rules.model import Recording

__all__ = ["RATE_WINDOW", "SELECTED", "chosen", "now", "per_hour", "total"]

RATE_WINDOW = "$__rate_interval"
"""Grafana's window: never shorter than four scrapes, never shorter than a step."""

SELECTED = Matcher("=~", f"${COMPANY.name}")

_HOUR = 3600


def chosen(series: Metric | Recording | Selector, **matchers: str | Matcher) -> Selector:
    """The series of the chosen companies."""
    return series.where(**{COMPANY.name: SELECTED}, **matchers)


def now(series: Metric | Recording | Selector, **matchers: str | Matcher) -> str:
    """The present values of the chosen companies, each once."""
    return once(chosen(series, **matchers))


def total(series: Metric | Recording | Selector, *labels: Label, **matchers: str | Matcher) -> str:
    """The present values of the chosen companies, summed over all labels but these."""
    return by("sum", now(series, **matchers), *labels)


def per_hour(metric: Metric, *labels: Label, **matchers: str | Matcher) -> str:
    """How often something happens in the chosen companies, per hour and label set."""
    each = f"rate({chosen(metric, **matchers)}[{RATE_WINDOW}])"
    own = [label for label in metric.labels if not isinstance(matchers.get(label.name), str)]
    return f"{_HOUR} * {by('sum', by('max', each, *own), *labels)}"
