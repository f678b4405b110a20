"""Writing PromQL from catalogue objects.

Exporter replicas serve the same series under several `instance` labels. Every value is therefore first
reduced to one per label set of its metric (`once`; counters: `rise`); only then is anything summed, so that a
second replica never doubles a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import Selector
from rules.joined import joined_selector
from rules.timing import duration

if TYPE_CHECKING:
    from datetime import timedelta

    from ledgerscope.catalogue import Label, Metric
    from rules.model import Recording, Setting

    Series = Metric | Selector | Recording

__all__ = ["at_least", "by", "names", "once", "per", "quantile", "rise", "sum_by"]


def names(*labels: Label) -> str:
    """Label names for `by (...)` and `on (...)`."""
    return ", ".join(label.name for label in labels)


def by(operator: str, expr: object, *labels: Label) -> str:
    """An aggregation with its labels stated; without labels, over everything."""
    return f"{operator} by ({names(*labels)}) ({expr})" if labels else f"{operator}({expr})"


def sum_by(expr: object, *labels: Label) -> str:
    """The sum over everything but `labels`."""
    return by("sum", expr, *labels)


def once(series: Series) -> str:
    """Each series once, whoever served it; labels fixed by an equality are left out of the result."""
    return f"max by ({_own_labels(series)}) ({series})"


def rise(series: Metric | Selector, window: timedelta) -> str:
    """How much each counter of the database grew within the window, whichever exporters served it."""
    return f"increase({joined_selector(series)}[{duration(window)}])"


def per(numerator: object, denominator: object) -> str:
    """A ratio that is absent, instead of infinite, where there is nothing to divide by."""
    return f"{numerator}\n/ ({denominator} > 0)"


def quantile(share: float, buckets: object, *labels: Label) -> str:
    """An estimate from histogram increases for each of `labels`; absent where nothing happened."""
    return f"histogram_quantile({share:g}, sum by ({names(*labels)}, le) ({buckets})) >= 0"


def at_least(guard: object, minimum: Setting, *on: Label) -> str:
    """The minimum-volume guard of an alert, matched on the labels it shares with the signal."""
    return f"on ({names(*on)}) {guard} >= {minimum}"


def _own_labels(series: Series) -> str:
    selector = series if isinstance(series, Selector) else series.where()
    fixed = {name for name, matcher in selector.matchers if matcher.op == "="}
    own = [name for name in selector.metric.label_names if name not in fixed]
    if selector.suffix == "_bucket":
        own.append("le")
    return ", ".join(own)
