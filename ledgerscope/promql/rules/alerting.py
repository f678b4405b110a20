"""From the series of an alert's expression to its alerts, and to the series that show their states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.rules.alert_history import AlertInstance
from ledgerscope.promql.rules.alert_states import State, live
from ledgerscope.promql.rules.failures import SteppingNeededError
from ledgerscope.promql.rules.placed import ALERT_NAME, ALERT_STATE, ALERTS, ALERTS_FOR_STATE
from ledgerscope.promql.rules.rows import OutputRow
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.template.alert import AlertTemplates, is_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.rules.alert_history import Surroundings
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.samples.axis import Integers
    from ledgerscope.promql.samples.values import Row, Vector

_NAME_ONLY = frozenset({METRIC_NAME})


@dataclass(frozen=True, slots=True)
class AlertLabels:
    """Gives each sample of an alert's expression the labels of the alert."""

    placed: Placed
    surroundings: Surroundings
    templates_at: Callable[[int], AlertTemplates]

    @property
    def vary(self) -> bool:
        """Whether the labels can change from step to step."""
        return any(is_template(text) for text in self.placed.labels.values())

    def of(self, sample: Labels, value: float | Histogram, at_ms: int) -> Labels:
        """The alert's labels for one sample."""
        rendered = self.placed.labels
        if self.vary:
            data = self.surroundings.data(sample, value)
            templates = self.templates_at(at_ms)
            rendered = {name: templates.expand(text, data) for name, text in rendered.items()}
        return sample.drop(_NAME_ONLY).merge({**rendered, ALERT_NAME: self.placed.rule.name})


def instances(naming: AlertLabels, vector: Vector, times: Integers) -> list[AlertInstance]:
    """The alerts of a rule over its expression's series. `times` are the instants of evaluation.

    Raises SteppingNeededError where two alerts have one identity at one step.
    """
    sources = _varying_sources(naming, vector, times) if naming.vary else _fixed_sources(naming, vector)
    alert = naming.placed.alert
    if alert is None:
        return []
    found = []
    for labels, origin in sources.items():
        life = live(origin.source >= 0, times, alert.for_ms, alert.keep_firing_for_ms)
        found.append(
            AlertInstance(labels, life, vector.labels, origin.source, origin.values, origin.histograms)
        )
    return found


@dataclass(frozen=True, slots=True)
class _Origin:
    """Which sample an alert comes from at each step, and the sample's value."""

    source: NDArray[np.int32]
    values: NDArray[np.float64]
    histograms: dict[int, Histogram]

    @classmethod
    def nowhere(cls, count: int) -> _Origin:
        return cls(np.full(count, -1, dtype=np.int32), np.zeros(count), {})

    def add(self, row: int, series: Row, steps: NDArray[np.int64]) -> None:
        if (self.source[steps] >= 0).any():
            raise SteppingNeededError("two alerts of equal labels at one step")
        self.source[steps] = row
        self.values[steps] = series.values[steps]
        if series.histograms is not None:
            cells = ((int(step), series.histograms[step]) for step in steps)
            self.histograms.update((step, histogram) for step, histogram in cells if histogram is not None)


def _fixed_sources(naming: AlertLabels, vector: Vector) -> dict[Labels, _Origin]:
    sources: dict[Labels, _Origin] = {}
    for row, series in enumerate(vector):
        labels = naming.of(series.labels, 0.0, 0)
        if labels not in sources:
            sources[labels] = _Origin.nowhere(vector.axis.count)
        sources[labels].add(row, series, np.flatnonzero(series.present))
    return sources


def _varying_sources(naming: AlertLabels, vector: Vector, times: Integers) -> dict[Labels, _Origin]:
    sources: dict[Labels, _Origin] = {}
    for row, series in enumerate(vector):
        for step in np.flatnonzero(series.present):
            histogram = None if series.histograms is None else series.histograms[step]
            value = float(series.values[step]) if histogram is None else histogram
            labels = naming.of(series.labels, value, int(times[step]))
            if labels not in sources:
                sources[labels] = _Origin.nowhere(vector.axis.count)
            sources[labels].add(row, series, np.array([step]))
    return sources


def state_series(placed: Placed, instance: AlertInstance) -> Iterator[OutputRow]:
    """`ALERTS` and `ALERTS_FOR_STATE` of one alert."""
    states = instance.life.states
    base = {**placed.labels, **instance.labels.as_dict()}
    ones = np.ones(len(states))
    for state in (State.PENDING, State.FIRING):
        present = states == state
        if present.any():
            labels = Labels({**base, METRIC_NAME: ALERTS, ALERT_STATE: state.word})
            yield OutputRow(labels, ones, present)
    since = (instance.life.active_since // 1000).astype(np.float64)
    labels = Labels({**base, METRIC_NAME: ALERTS_FOR_STATE})
    yield OutputRow(labels, since, states != State.INACTIVE)
