"""From the series of an alert's expression to its alerts, and to the series that show their states."""

from __future__ import annotations

from array import array
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.rules.alert_history import NO_HISTOGRAMS, AlertInstance
from ledgerscope.promql.rules.alert_states import State, live
from ledgerscope.promql.rules.failures import SteppingNeededError
from ledgerscope.promql.rules.placed import ALERT_NAME, ALERT_STATE, ALERTS, ALERTS_FOR_STATE
from ledgerscope.promql.rules.rows import OutputRow
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.template.alert import AlertTemplates, is_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.rules.alert_history import Surroundings
    from ledgerscope.promql.rules.model import AlertingRule
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.samples.axis import Integers
    from ledgerscope.promql.samples.values import Vector

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
    # Each origin goes when its alert is made: there may be one of them for every step.
    return [sources.pop(labels).instance(labels, vector, times, alert) for labels in tuple(sources)]


@dataclass(frozen=True, slots=True)
class _Origin:
    """Which sample an alert comes from: rows of the vector, each with the steps at which it does."""

    parts: list[tuple[int, array[int]]] = field(default_factory=list)

    def add(self, row: int, step: int) -> None:
        """One step more, none before those of the row that are there."""
        if not self.parts or self.parts[-1][0] != row:
            self.parts.append((row, array("q")))
        self.parts[-1][1].append(step)

    def instance(self, labels: Labels, vector: Vector, times: Integers, alert: AlertingRule) -> AlertInstance:
        """The alert, from its first step to the one after which it is over."""
        seen = [steps for _, steps in self.parts if len(steps)]
        first = min((int(steps[0]) for steps in seen), default=0)
        last = max((int(steps[-1]) for steps in seen), default=-1)
        end = _end(times, last, alert.keep_firing_for_ms) if seen else first
        source, values = np.full(end - first, -1, dtype=np.int32), np.zeros(end - first)
        histograms: dict[int, Histogram] = {}
        for row, listed in self.parts:
            steps = np.asarray(listed)
            place = steps - first
            if (source[place] >= 0).any():
                raise SteppingNeededError("two alerts of equal labels at one step")
            source[place], values[place] = row, vector.values[row, steps]
            if vector.histograms is not None:
                cells = ((int(step), vector.histograms[row, step]) for step in steps)
                histograms.update((step, histogram) for step, histogram in cells if histogram is not None)
        life = live(source >= 0, times[first:end], alert.for_ms, alert.keep_firing_for_ms)
        return AlertInstance(labels, first, life, vector.labels, source, values, histograms or NO_HISTOGRAMS)


def _end(times: Integers, last: int, keep_firing_for_ms: int) -> int:
    """The step at which an alert is over that its expression has last at `last`."""
    lost = last + 1
    if not keep_firing_for_ms or lost == len(times):
        return lost
    return int(np.searchsorted(times, times[lost] + keep_firing_for_ms, side="left"))


def _fixed_sources(naming: AlertLabels, vector: Vector) -> dict[Labels, _Origin]:
    sources: dict[Labels, _Origin] = {}
    for row, series in enumerate(vector):
        labels, steps = naming.of(series.labels, 0.0, 0), array("q", np.flatnonzero(series.present).tobytes())
        sources.setdefault(labels, _Origin()).parts.append((row, steps))
    return sources


def _varying_sources(naming: AlertLabels, vector: Vector, times: Integers) -> dict[Labels, _Origin]:
    sources: dict[Labels, _Origin] = {}
    for row, series in enumerate(vector):
        for step in np.flatnonzero(series.present).tolist():
            histogram = None if series.histograms is None else series.histograms[step]
            value = float(series.values[step]) if histogram is None else histogram
            labels = naming.of(series.labels, value, int(times[step]))
            if labels not in sources:
                sources[labels] = _Origin()
            sources[labels].add(row, step)
    return sources


def state_series(placed: Placed, instance: AlertInstance, steps: int) -> Iterator[OutputRow]:
    """`ALERTS` and `ALERTS_FOR_STATE` of one alert, on an axis of so many steps."""
    # One step more than the alert lives, where there is one: its series cease there.
    count = min(len(instance.life.states) + 1, steps - instance.first)
    states = instance.states(instance.first + count)[instance.first :]
    base = {**placed.labels, **instance.labels.as_dict()}
    ones = np.ones(count)
    for state in (State.PENDING, State.FIRING):
        present = states == state
        if present.any():
            labels = Labels({**base, METRIC_NAME: ALERTS, ALERT_STATE: state.word})
            yield OutputRow(labels, ones, present, first=instance.first)
    since = np.zeros(count)
    since[: len(instance.life.states)] = instance.life.active_since // 1000
    labels = Labels({**base, METRIC_NAME: ALERTS_FOR_STATE})
    yield OutputRow(labels, since, states != State.INACTIVE, first=instance.first)
