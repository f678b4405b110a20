"""Every series that an expression may name: those of the catalogue, those of Prometheus, the recordings.

Scraped series carry the labels of their target besides those of the metric; recorded ones carry exactly what
the recording declares.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from ledgerscope.catalogue import Kind
from rules.errors import UnknownSeries
from rules.joined import joined
from rules.target import TARGET_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledgerscope.catalogue import Metric
    from rules.model import Recording

__all__ = ["Series", "Vocabulary"]

_TARGET_LABELS = frozenset(label.name for label in TARGET_LABELS)


@dataclass(frozen=True, slots=True)
class Series:
    """One series name: the metric behind it, every label it carries, and whether it only ever grows.

    `joined` is what to rate in its place, for a counter that several exporters show. `recorded` is true when
    the series is a recording.
    """

    metric: Metric
    labels: frozenset[str]
    grows: bool
    joined: str = ""
    recorded: bool = False

    def closed_values(self, label: str) -> tuple[str, ...]:
        """The values of a closed label; empty for an open one and for those that no metric declares."""
        return next((known.values for known in self.metric.labels if known.name == label), ())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All known series by name; `clashes` are the names that are both scraped and recorded."""

    series: Mapping[str, Series]
    clashes: frozenset[str] = frozenset()

    def find(self, name: str) -> Series:
        """The series of that name; raises UnknownSeries with the nearest name."""
        try:
            return self.series[name]
        except KeyError:
            close = get_close_matches(name, self.series, n=1)
            raise UnknownSeries(name, f" (did you mean {close[0]!r}?)" if close else "") from None

    @classmethod
    def of(cls, metrics: Iterable[Metric], recordings: Iterable[Recording]) -> Vocabulary:
        """The vocabulary of scraped metrics and recordings."""
        scraped = {name: _scraped(metric, name) for metric in metrics for name in metric.series_names}
        recorded = {one.name: _recorded(one) for one in recordings}
        return cls(scraped | recorded, frozenset(scraped.keys() & recorded.keys()))


def _scraped(metric: Metric, name: str) -> Series:
    own = {*metric.label_names, *(("le",) if name.endswith("_bucket") else ())}
    grows = metric.kind is not Kind.GAUGE
    return Series(metric, frozenset(own) | _TARGET_LABELS, grows=grows, joined=_joined(metric, name))


def _joined(metric: Metric, name: str) -> str:
    if not metric.is_counted_in_database:
        return ""
    if name.endswith("_sum") and metric.buckets:
        return "a recording that joins it"
    only_all = '{le="+Inf"}' if name.endswith("_count") and metric.buckets else ""
    return f"{joined(metric)}{only_all}"


def _recorded(recording: Recording) -> Series:
    metric = recording.metric
    return Series(metric, frozenset(metric.label_names), grows=recording.grows, recorded=True)
