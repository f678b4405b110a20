"""Counters of the database, joined over the exporters that serve them.

Every exporter shows the same counter from the same database. A rate of one exporter's series ends when that
exporter is replaced, and the next one's begins only afterwards: what happens in between is in neither. So the
counter is recorded once for all exporters, and rates are taken of the recording.

The greatest value of the last minutes is taken, not that of the instant: when the exporter that is ahead
goes, the others have not read the latest events yet, and a value that falls back would count as a reset.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.catalogue import Kind, Label, Selector
from rules.model import Recording
from rules.timing import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.catalogue import Metric

__all__ = ["REACH", "joined", "joined_counters", "joined_selector"]

REACH = timedelta(minutes=15)
"""How far one exporter may be behind another: longer than the interval of any collector."""


def joined_counters(metrics: Iterable[Metric]) -> tuple[Recording, ...]:
    """The recordings of all counters of the database among the metrics."""
    return tuple(joined(metric) for metric in metrics if metric.is_counted_in_database)


def joined(metric: Metric) -> Recording:
    """The recording of one counter: the counter itself, or the buckets of a histogram."""
    series = metric.bucket if metric.kind is Kind.HISTOGRAM else Selector(metric)
    bounds = len(metric.buckets) + 1
    le = (Label(name="le", help="Upper bound of the bucket.", bound=bounds),) if metric.buckets else ()
    labels = (*metric.labels, *le)
    names = [label.name for label in labels]
    level = "_".join(name.removesuffix("_id") for name in names)
    return Recording(
        name=f"{level}:{series}:max",
        expr=f"max by ({', '.join(names)}) (max_over_time({series}[{duration(REACH)}]))",
        help=f"{metric.help} Joined over all exporters.",
        unit=metric.unit,
        labels=labels,
        owner=metric.owner,
        grows=True,
    )


def joined_selector(series: Metric | Selector) -> Selector:
    """The same selection of the joined counter; raises UnknownLabel and UnknownLabelValue."""
    selector = series if isinstance(series, Selector) else Selector(series)
    return Selector(joined(selector.metric).metric, matchers=selector.matchers)
