"""Whether the collectors and the second opinion agree about every series of every business metric."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from prometheus_client.utils import floatToGoString

from collectors.registry import create as create_collectors
from tests.integration import oracle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from collectors.base import Reading

Served = dict[str, dict[tuple[str, ...], float]]


def disagreements(connection: Connection, companies: Iterable[oracle.Company], as_of: datetime) -> list[str]:
    """What the collectors read on the connection and the page say differently."""
    served: Served = defaultdict(dict)
    for collector in create_collectors():
        for reading in collector.collect(connection, as_of):
            _put(served, reading)
    return differing(served, oracle.expected(companies, as_of))


def differing(served: Served, wanted: Mapping[str, Mapping[tuple[str, ...], Any]]) -> list[str]:
    return [
        line
        for name, values in wanted.items()
        for line in oracle.differences(name, served.get(name, {}), values)
    ]


def _put(served: Served, reading: Reading) -> None:
    """A reading as the series of the exposition."""
    name, value = reading.metric.name, reading.value
    if isinstance(value, float | int):
        served[name][reading.labels] = value
        return
    served[f"{name}_count"][reading.labels] = value.count
    served[f"{name}_sum"][reading.labels] = value.sum
    bounds = [*map(floatToGoString, reading.metric.buckets), "+Inf"]
    for bound, count in zip(bounds, value.cumulative, strict=True):
        served[f"{name}_bucket"][*reading.labels, bound] = count
