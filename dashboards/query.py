"""Writing panel queries from catalogue objects, narrowed to the companies chosen at the top of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.model import Query
from ledgerscope.catalogue import Matcher, Selector
from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from rules.expr import by, once
from rules.joined import joined_selector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.catalogue import Label, Metric
    from rules.model import Recording

__all__ = [
    "EACH_CURRENCY",
    "RATE_WINDOW",
    "SELECTED",
    "amounts",
    "chosen",
    "counts",
    "now",
    "per_hour",
    "total",
]

RATE_WINDOW = "$__rate_interval"
"""Grafana's window: never shorter than four scrapes, never shorter than a step."""

SELECTED = Matcher("=~", f"${COMPANY.name}")

EACH_CURRENCY = Matcher("=~", f"${CURRENCY.name}")
"""The currency of one copy of a panel that is repeated for each."""

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
    each = f"rate({joined_selector(chosen(metric, **matchers))}[{RATE_WINDOW}])"
    return f"{_HOUR} * {by('sum', each, *labels)}"


def amounts(metric: Metric, label: Label, colors: Mapping[str, str], **matchers: str) -> tuple[Query, ...]:
    """The amounts of the chosen companies together, a query for each value of the label, in that order.

    One query could not keep the order: Prometheus sorts series by their labels.
    """
    return tuple(
        Query(
            total(metric, CURRENCY, currency=EACH_CURRENCY, **matchers, **{label.name: value}),
            f"{{{{currency}}}} {value}",
            color,
        )
        for value, color in colors.items()
    )


def counts(metric: Metric, label: Label, colors: Mapping[str, str]) -> tuple[Query, ...]:
    """The counts of the chosen companies together, a query for each value of the label, in that order."""
    return tuple(Query(total(metric, **{label.name: value}), value, color) for value, color in colors.items())
