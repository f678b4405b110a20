"""Rules evaluated one step after the other: the plain form of the whole-axis evaluation.

Used where the order within a step matters (rules that read each other, series written twice, failures), and
as the yardstick of the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.alert_history import AlertInstance
from ledgerscope.promql.rules.alert_states import Life, State
from ledgerscope.promql.rules.alerting import AlertLabels
from ledgerscope.promql.rules.failures import (
    SAME_LABELS_ALERTED,
    SAME_LABELS_RECORDED,
    RuleFailedError,
    RuleFailure,
    duplicate,
    over_limit,
)
from ledgerscope.promql.rules.placed import ALERT_NAME, ALERT_STATE, ALERTS, ALERTS_FOR_STATE
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.samples.values import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.rules.alert_history import Surroundings
    from ledgerscope.promql.rules.model import AlertingRule
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.samples.axis import Axis
    from ledgerscope.promql.samples.storage import Storage
    from ledgerscope.promql.syntax.dialect import Dialect
    from ledgerscope.promql.template.alert import AlertTemplates


@dataclass(slots=True)
class _Tracked:
    """One alert while stepping, and its story from its first step on."""

    labels: Labels
    first: int
    state: State = State.INACTIVE
    active_at: int = 0
    keeps_since: int | None = None
    samples: list[Labels] = field(default_factory=list)
    known: dict[Labels, int] = field(default_factory=dict)
    histograms: dict[int, Histogram] = field(default_factory=dict)
    states: list[int] = field(default_factory=list)
    since: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def seen(self, step: int, at_ms: int, sample: Sample, rule: AlertingRule) -> None:
        """The expression has the alert at this step."""
        if self.state is State.INACTIVE:
            self.state, self.active_at = State.PENDING, at_ms
        self.keeps_since = None
        if self.state is State.PENDING and at_ms - self.active_at >= rule.for_ms:
            self.state = State.FIRING
        if sample.labels not in self.known:
            self.known[sample.labels] = len(self.samples)
            self.samples.append(sample.labels)
        if sample.histogram is not None:
            self.histograms[step] = sample.histogram
        self._note(step, self.known[sample.labels], sample.value)

    def missed(self, step: int, at_ms: int, rule: AlertingRule) -> None:
        """The expression does not have it."""
        if self.state is State.FIRING and rule.keep_firing_for_ms:
            self.keeps_since = at_ms if self.keeps_since is None else self.keeps_since
            if at_ms - self.keeps_since < rule.keep_firing_for_ms:
                self._note(step, -1, 0.0)
                return
        self.state, self.keeps_since = State.INACTIVE, None

    def _note(self, step: int, source: int, value: float) -> None:
        idle = step - self.first - len(self.states)  # steps at which it was inactive
        self.states += [State.INACTIVE] * idle + [self.state]
        self.since += [0] * idle + [self.active_at]
        self.source += [-1] * idle + [source]
        self.values += [0.0] * idle + [value]

    def finished(self) -> AlertInstance:
        life = Life(np.array(self.states, dtype=np.int8), np.array(self.since, dtype=np.int64))
        source = np.array(self.source, dtype=np.int32)
        return AlertInstance(
            self.labels, self.first, life, self.samples, source, np.array(self.values), self.histograms
        )


@dataclass(slots=True)
class SteppedRule:
    """A rule's state between steps."""

    placed: Placed
    naming: AlertLabels
    previous: dict[Labels, None] = field(default_factory=dict)
    alerts: dict[Labels, _Tracked] = field(default_factory=dict)
    active: dict[Labels, _Tracked] = field(default_factory=dict)

    def instances(self) -> tuple[AlertInstance, ...]:
        """The alerts seen so far."""
        return tuple(alert.finished() for alert in self.alerts.values())


@dataclass(slots=True)
class Stepper:
    """Steps through some rules.

    `evaluate(placed, at_ms)` gives a rule's samples at an instant; `writes(placed, labels, time_ms, at_ms)`
    is called with each sample before it is written.
    """

    storage: Storage
    axis: Axis
    evaluate: Callable[[Placed, int], Sequence[Sample]]
    writes: Callable[[Placed, Labels, int, int], None]
    dialect: Dialect
    rules: list[SteppedRule] = field(default_factory=list)
    failures: list[RuleFailure] = field(default_factory=list)

    @classmethod
    def over(
        cls,
        rules: Iterable[Placed],
        storage: Storage,
        axis: Axis,
        *,
        evaluate: Callable[[Placed, int], Sequence[Sample]],
        writes: Callable[[Placed, Labels, int, int], None],
        templates_at: Callable[[Placed], Callable[[int], AlertTemplates]],
        surroundings: Surroundings,
        dialect: Dialect,
    ) -> Stepper:
        """A stepper for rules, in their order."""
        stepped = [
            SteppedRule(placed, AlertLabels(placed, surroundings, templates_at(placed))) for placed in rules
        ]
        return cls(storage, axis, evaluate, writes, dialect, stepped)

    def run(self) -> None:
        """All steps, or those up to the first at which a rule fails."""
        for step, at_ms in enumerate(self.axis.times.tolist()):
            for rule in self.rules:
                self._eval(rule, step, at_ms)
            if self.failures:
                return

    def _eval(self, rule: SteppedRule, step: int, at_ms: int) -> None:
        try:
            samples = self.evaluate(rule.placed, at_ms)
            alert = rule.placed.alert
            output = (
                self._recorded(rule, samples)
                if alert is None
                else self._alerted(rule, alert, samples, step, at_ms)
            )
        except PromQLError as error:
            self.failures.append(_failure(rule.placed, at_ms, str(error)))
            return
        self._write(rule, output, at_ms)

    def _recorded(self, rule: SteppedRule, samples: Sequence[Sample]) -> list[Sample]:
        placed = rule.placed
        labels = {**placed.labels, METRIC_NAME: placed.rule.name}
        output = [Sample(each.labels.merge(labels), each.value, each.histogram) for each in samples]
        if len({each.labels for each in output}) < len(output):
            raise RuleFailedError(SAME_LABELS_RECORDED)
        limit = placed.group.limit
        if 0 < limit < len(output):
            raise RuleFailedError(over_limit(limit, len(output), "series"))
        return output

    def _alerted(
        self, rule: SteppedRule, alert: AlertingRule, samples: Sequence[Sample], step: int, at_ms: int
    ) -> list[Sample]:
        present: dict[Labels, Sample] = {}
        for sample in samples:
            labels = rule.naming.of(sample.labels, value_of(sample), at_ms)
            if labels in present:
                raise RuleFailedError(SAME_LABELS_ALERTED)
            present[labels] = sample
        for labels in present:  # in the order of the samples, never of a hash
            if labels not in rule.active:
                rule.active[labels] = rule.alerts.setdefault(labels, _Tracked(labels, step))
        for labels, tracked in rule.active.items():
            if labels in present:
                tracked.seen(step, at_ms, present[labels], alert)
            else:
                tracked.missed(step, at_ms, alert)
        rule.active = {
            labels: each for labels, each in rule.active.items() if each.state is not State.INACTIVE
        }
        limit = rule.placed.group.limit
        if 0 < limit < len(rule.active):
            raise RuleFailedError(over_limit(limit, len(rule.active), "alerts"))
        return [sample for each in rule.active.values() for sample in _state_samples(rule.placed, each)]

    def _write(self, rule: SteppedRule, output: list[Sample], at_ms: int) -> None:
        written_at = at_ms - rule.placed.group.query_offset_ms
        current = {sample.labels: None for sample in output}
        conflict = None
        for sample in output:
            there = self._there(sample.labels, written_at)
            if there is None:
                self.writes(rule.placed, sample.labels, written_at, at_ms)
                self.storage.append(sample.labels, [written_at], [sample.value], [sample.histogram])
            elif not _same(there, sample):
                conflict = self._conflict(there, sample, written_at)
                del current[sample.labels]
        if conflict is not None:  # a rule has one last error, however many of its samples are refused
            self.failures.append(_failure(rule.placed, at_ms, conflict))
        for labels in rule.previous:
            if labels not in current and self._there(labels, written_at) is None:
                self.writes(rule.placed, labels, written_at, at_ms)
                self.storage.append(labels, [written_at], [STALE])
        rule.previous = current

    def _there(self, labels: Labels, at_ms: int) -> Sample | None:
        known = self.storage.get(labels)
        if known is None:
            return None
        index = int(np.searchsorted(known.times, at_ms))
        if index == len(known) or known.times[index] != at_ms:
            return None
        histogram = None if known.histograms is None else known.histograms[index]
        return Sample(labels, float(known.values[index]), histogram)

    def _conflict(self, there: Sample, sample: Sample, at_ms: int) -> str:
        """Why the sample cannot be written where another one already is."""
        return (
            "duplicate sample for timestamp"
            if self.dialect.generation == "2"
            else duplicate(there, sample, at_ms)
        )


def value_of(sample: Sample) -> float | Histogram:
    """The sample's value as a template sees it."""
    return sample.value if sample.histogram is None else sample.histogram


def _same(left: Sample, right: Sample) -> bool:
    if left.histogram is not None or right.histogram is not None:
        return left.histogram == right.histogram
    return _bits(left.value) == _bits(right.value)


def _failure(placed: Placed, at_ms: int, message: str) -> RuleFailure:
    return RuleFailure(placed.rule.name, at_ms, message, placed.where)


def _bits(value: float) -> int:
    return int(np.float64(value).view(np.uint64))


def _state_samples(placed: Placed, alert: _Tracked) -> Iterable[Sample]:
    base = {**placed.labels, **alert.labels.as_dict(), ALERT_NAME: placed.rule.name}
    yield Sample(Labels({**base, METRIC_NAME: ALERTS, ALERT_STATE: alert.state.word}), 1.0)
    yield Sample(Labels({**base, METRIC_NAME: ALERTS_FOR_STATE}), float(alert.active_at // 1000))
