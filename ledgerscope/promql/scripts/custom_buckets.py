"""Classic histograms turned into native ones with custom buckets, as `load_with_nhcb` asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.histograms.bounds import CUSTOM_SCHEMA
from ledgerscope.promql.histograms.histogram import Histogram
from ledgerscope.promql.samples.labels import BUCKET_BOUND, METRIC_NAME, Labels
from ledgerscope.promql.text.numbers import NumberError, parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.scripts.script import Load, SeriesLine


@dataclass(slots=True)
class _Gathered:
    """What the classic series say about one histogram at one instant."""

    counts: dict[float, float] = field(default_factory=dict)
    count: float | None = None
    sum: float = 0.0

    def histogram(self) -> Histogram:
        """The native histogram: cumulative counts taken apart."""
        bounds = sorted(bound for bound in self.counts if bound != float("inf"))
        highest = self.counts[max(self.counts)] if self.counts else 0.0
        total = highest if self.count is None else self.count
        cumulative = [self.counts[bound] for bound in bounds] + [total]
        single = np.diff([0.0, *cumulative]).tolist()
        return Histogram(
            schema=CUSTOM_SCHEMA,
            count=total,
            sum=self.sum,
            positive=tuple((index, count) for index, count in enumerate(single) if count),
            custom_values=tuple(bounds),
        )


def with_custom_buckets(command: Load) -> Iterator[tuple[Labels, list[int], list[Histogram]]]:
    """For each classic histogram of a load: its name and labels, the instants and the native histograms."""
    gathered: dict[Labels, dict[int, _Gathered]] = {}
    for line in command.series:
        for suffix in ("_bucket", "_count", "_sum"):
            if line.labels.name.endswith(suffix):
                _gather(gathered, line, suffix, command.interval_ms)
    for labels, by_time in gathered.items():
        times = sorted(by_time)
        yield labels, times, [by_time[at].histogram() for at in times]


def _gather(
    gathered: dict[Labels, dict[int, _Gathered]], line: SeriesLine, suffix: str, interval_ms: int
) -> None:
    bound = _bound(line.labels) if suffix == "_bucket" else 0.0
    if bound is None:
        return
    name = line.labels.name.removesuffix(suffix)
    labels = line.labels.drop(frozenset({BUCKET_BOUND})).replace(METRIC_NAME, name)
    by_time = gathered.setdefault(labels, {})
    points = line.points
    for place in np.flatnonzero(points.present).tolist():
        if points.histograms is not None and points.histograms[place] is not None:
            continue
        at, value = by_time.setdefault(place * interval_ms, _Gathered()), float(points.values[place])
        if suffix == "_bucket":
            at.counts[bound] = value
        elif suffix == "_count":
            at.count = value
        else:
            at.sum = value


def _bound(labels: Labels) -> float | None:
    try:
        bound = parse_number(labels.get(BUCKET_BOUND))
    except NumberError:
        return None
    return None if np.isnan(bound) else bound
