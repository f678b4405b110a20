"""The list of areas: what a new area is added to, and how a metric is found by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.catalogue import aging, churn, credit, exporter, jobs, lifecycle, revenue, satisfaction
from ledgerscope.catalogue.errors import UnknownMetric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.catalogue.metric import Metric

__all__ = ["AREAS", "Area", "all_metrics", "find"]


@dataclass(frozen=True, slots=True)
class Area:
    """A business area: one name for its catalogue file, collector, rules, board and runbooks."""

    name: str
    title: str
    metrics: tuple[Metric, ...]


AREAS: tuple[Area, ...] = (
    Area("lifecycle", "Customers", lifecycle.METRICS),
    Area("credit", "Credit", credit.METRICS),
    Area("aging", "Aging", aging.METRICS),
    Area("revenue", "Revenue", revenue.METRICS),
    Area("churn", "Churn", churn.METRICS),
    Area("satisfaction", "Satisfaction", satisfaction.METRICS),
    Area("jobs", "Job queue", jobs.METRICS),
    Area("exporter", "The exporter itself", exporter.METRICS),
)


def all_metrics() -> Iterator[Metric]:
    """Every metric of every area, in the order of the reference page."""
    for area in AREAS:
        yield from area.metrics


def find(name: str) -> Metric:
    """The metric of that name; raises UnknownMetric with the nearest name."""
    known = {metric.name: metric for metric in all_metrics()}
    try:
        return known[name]
    except KeyError:
        raise UnknownMetric(name, known) from None
