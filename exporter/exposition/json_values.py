"""The page as JSON, for tools that do not read the exposition formats.

Made on request from the readings of the current page, off the event loop; Prometheus never asks for it.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from collectors.base import Distribution
from exporter.exposition.text import go_float

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from collectors.base import Reading

__all__ = ["as_json"]


def as_json(as_of: Mapping[str, datetime], readings: Iterable[Reading]) -> dict[str, object]:
    """The families of the readings by metric name, and the instant of each collector's values."""
    return {
        "as_of": {name: instant.isoformat() for name, instant in as_of.items()},
        "metrics": _families(readings),
    }


def _families(readings: Iterable[Reading]) -> dict[str, dict[str, object]]:
    families: dict[str, dict[str, object]] = {}
    samples: dict[str, list[object]] = {}
    for reading in readings:
        metric = reading.metric
        if metric.name not in families:
            samples[metric.name] = []
            families[metric.name] = {
                "type": metric.kind.value,
                "help": metric.help,
                "samples": samples[metric.name],
            }
        labels = dict(zip(metric.label_names, reading.labels, strict=True))
        samples[metric.name].append({"labels": labels, "value": _value(reading)})
    return families


def _value(reading: Reading) -> object:
    if not isinstance(reading.value, Distribution):
        return _number(reading.value)
    bounds = [*map(go_float, reading.metric.buckets), "+Inf"]
    return {
        "buckets": dict(zip(bounds, reading.value.cumulative, strict=True)),
        "sum": _number(reading.value.sum),
        "count": reading.value.count,
    }


def _number(value: float) -> float | str:
    # JSON has no word for these
    return value if isfinite(value) else go_float(value)
