"""Checks what a collector returned: only readings that the catalogue allows are rendered.

Runs in the worker after each run. It looks at whole columns, because a page may hold a hundred thousand
series.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporter.errors import ForeignMetric, RepeatedSeries, TooManyTenants, UnlistedValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from collectors.base import Collector, Reading
    from ledgerscope.catalogue import Metric

__all__ = ["validate"]

_TENANT = "company_id"


def validate(collector: Collector, readings: Sequence[Reading], *, tenants: int) -> None:
    """Raise InvalidReadings unless every reading is the collector's, legal and given once.

    `tenants` is the greatest number of companies that may be served.
    """
    known = {metric.name: metric for metric in collector.metrics}
    families: dict[str, list[tuple[str, ...]]] = {name: [] for name in known}
    for reading in readings:
        name = reading.metric.name
        if name not in families:
            raise ForeignMetric(name, collector.name, sorted(known))
        families[name].append(reading.labels)
    for name, series in families.items():
        _check_family(known[name], series)
    _check_tenants(known.values(), families, tenants)


def _check_family(metric: Metric, series: list[tuple[str, ...]]) -> None:
    if len(set(series)) != len(series):
        raise RepeatedSeries(metric.name, Counter(series).most_common(1)[0][0])
    for position, label in enumerate(metric.labels):
        if label.closed and (unlisted := {labels[position] for labels in series}.difference(label.values)):
            raise UnlistedValue(metric.name, label.name, sorted(unlisted), label.values)


def _check_tenants(
    metrics: Iterable[Metric], families: dict[str, list[tuple[str, ...]]], allowed: int
) -> None:
    companies: set[str] = set()
    for metric in metrics:
        if _TENANT in metric.label_names:
            position = metric.label_names.index(_TENANT)
            companies.update(labels[position] for labels in families[metric.name])
    if len(companies) > allowed:
        raise TooManyTenants(len(companies), allowed)
