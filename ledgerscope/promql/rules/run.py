"""Evaluates rule groups over a time axis, as promtool's test loop does step by step.

Each rule is evaluated once over all steps, after the rules it reads; see `plan` for the order and
`visibility` for what a rule may see. Where the order within a step decides, the rules are stepped through.
The outcome is the same either way.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.evaluator import Cache
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.rules.alert_history import AlertHistory, Surroundings
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.rules.alerting import AlertLabels, instances, state_series
from ledgerscope.promql.rules.failures import NOT_A_VECTOR, RuleFailedError, RuleFailure, SteppingNeededError
from ledgerscope.promql.rules.placed import ALERT_STATE, ALERTS, ALERTS_FOR_STATE
from ledgerscope.promql.rules.rows import relabelled, write
from ledgerscope.promql.rules.visibility import cut, one_step_late
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.samples.values import Matrix, Scalar, String, Vector
from ledgerscope.promql.template.alert import AlertTemplates
from ledgerscope.promql.template.values import QueryResult, StringMap, TemplateSample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ledgerscope.promql.engine.engine import Engine
    from ledgerscope.promql.rules.alert_history import AlertInstance
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.plan import Component, RulePlan
    from ledgerscope.promql.rules.rows import OutputRow
    from ledgerscope.promql.rules.stepping import Stepper
    from ledgerscope.promql.rules.write_log import WriteLog
    from ledgerscope.promql.samples.axis import Booleans
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.values import Result, Sample


_MANY_ALERTS = 1000
"""Of so many alerts of one rule, the series of their states are written when somebody reads them.

Fewer are written at once: that is cheap, and selectors without a name give series in the order of writing.
"""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A warning or info of PromQL about a rule's expression, in Prometheus's words."""

    placed: Placed
    text: str

    def __str__(self) -> str:
        return f"{self.placed.where}: {self.placed.rule.name}: {self.text}"


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """What rules made of the data: the data with all they wrote, the alerts, and what failed.

    `annotations` is what PromQL remarks on. `cache` has what the rules computed over `axis`, for whoever asks
    for parts of them; it may be cleared.
    """

    storage: Storage
    axis: Axis
    alerts: tuple[AlertHistory, ...]
    failures: tuple[RuleFailure, ...]
    blind: frozenset[int]
    cache: Cache
    annotations: tuple[Annotation, ...] = ()

    def named(self, alert: str) -> list[AlertHistory]:
        """The histories of every rule of that alert name, in rule order."""
        return [history for history in self.alerts if history.placed.rule.name == alert]


def evaluate_rules(
    plan: RulePlan,
    storage: Storage,
    engine: Engine,
    axis: Axis,
    surroundings: Surroundings | None = None,
) -> Evaluation:
    """Evaluate all rules of a plan at every instant of the axis; `storage` is left as it is."""
    around = surroundings or Surroundings()
    if plan.shifted:
        return _Run(plan, _copy(storage), engine, axis, around).stepped()
    try:
        return _Run(plan, _copy(storage), engine, axis, around).whole()
    except SteppingNeededError:
        return _Run(plan, _copy(storage), engine, axis, around).stepped()


def _copy(storage: Storage) -> Storage:
    copy = Storage()
    for samples in storage:
        copy.append(samples.labels, samples.times, samples.values, samples.histograms, samples.start_times)
    return copy


@dataclasses.dataclass(slots=True)
class _Run:
    plan: RulePlan
    storage: Storage
    engine: Engine
    axis: Axis
    surroundings: Surroundings
    histories: dict[int, tuple[AlertInstance, ...]] = field(default_factory=dict)
    written_by: dict[Labels, int] = field(default_factory=dict)
    blind: set[int] = field(default_factory=set)
    cache: Cache = field(default_factory=Cache)
    annotations: dict[tuple[int, str], Annotation] = field(default_factory=dict)
    alerts_are_input: bool = field(init=False)
    #: Where all rules go through the steps together, so nothing is there yet that is written later.
    log: WriteLog | None = None

    def __post_init__(self) -> None:
        self.alerts_are_input = self.storage.has_any(frozenset({ALERTS, ALERTS_FOR_STATE}))

    # -- the two ways

    def whole(self) -> Evaluation:
        """Every rule once over the axis, level by level, so that rules of a level share what they compute."""
        for _, components in groupby(self.plan.components, key=lambda each: each.level):
            pending: list[tuple[Placed, list[OutputRow]]] = []
            for component in components:
                if component.cyclic:
                    self._step(component)
                elif not self._rests(component.rules[0]):
                    pending.append((component.rules[0], self._rows(component.rules[0])))
            for placed, rows in pending:
                self._write(placed, rows)
        return self._finished(())

    def stepped(self) -> Evaluation:
        """Every rule at every step, in order."""
        from ledgerscope.promql.rules.write_log import WriteLog  # noqa: PLC0415 - seldom needed

        self.log = WriteLog()
        stepper = self._stepper(self.plan.rules)
        stepper.run()
        for rule in stepper.rules:
            self.histories[rule.placed.order] = rule.instances()
        first = min((failure.at_ms for failure in stepper.failures), default=0)
        return self._finished(tuple(each for each in stepper.failures if each.at_ms == first))

    def _finished(self, failures: tuple[RuleFailure, ...]) -> Evaluation:
        alerts = tuple(
            AlertHistory(
                placed, self.axis, self.histories.get(placed.order, ()), self.surroundings, self.query_at
            )
            for placed in self.plan.rules
            if placed.alert
        )
        annotations = tuple(self.annotations[key] for key in sorted(self.annotations))
        return Evaluation(
            self.storage, self.axis, alerts, failures, frozenset(self.blind), self.cache, annotations
        )

    def _rests(self, placed: Placed) -> bool:
        """Whether the rule has nothing to do: by far the most rules, where groups feed only a few."""
        names = self.plan.names[placed.order]
        if names is None or self.storage.has_any(names):
            return False
        if not self.plan.rests_without_input(self.engine, placed.order):
            return False
        self.blind.add(placed.order)
        return True

    # -- one rule over the axis

    def _rows(self, placed: Placed) -> list[OutputRow]:
        vector = self._vector(placed)
        alert = placed.alert
        if alert is None:
            extra = {**placed.labels, METRIC_NAME: placed.rule.name}
            rows = relabelled(vector, [labels.merge(extra) for labels in vector.labels])
            self._check_limit(placed, len(rows), ((slice(None), row.present) for row in rows))
            return rows
        naming = AlertLabels(placed, self.surroundings, self._templates_at(placed))
        found = instances(naming, vector, self.axis.times)
        activity = ((each.span, each.life.states != State.INACTIVE) for each in found)
        self._check_limit(placed, len(found), activity)
        self.histories[placed.order] = tuple(found)
        if self._nobody_else_writes(placed, found):
            self.storage.defer(frozenset(placed.outputs), lambda: self._write(placed, self._states(placed)))
            return []
        return self._states(placed)

    def _states(self, placed: Placed) -> list[OutputRow]:
        """The series that show the states of a rule's alerts."""
        found = self.histories[placed.order]
        return [row for instance in found for row in state_series(placed, instance, self.axis.count)]

    def _nobody_else_writes(self, placed: Placed, found: Sequence[AlertInstance]) -> bool:
        """Whether the states of many alerts can be written without looking at what is there."""
        return (
            len(found) > _MANY_ALERTS
            and not self.alerts_are_input
            and not any(ALERT_STATE in instance.labels for instance in found)
            and not any(
                other.rule.name == placed.rule.name or (not other.alert and other.rule.name in placed.outputs)
                for other in self.plan.rules
                if other is not placed
            )
        )

    def _check_limit(self, placed: Placed, most: int, presence: Iterable[tuple[slice, Booleans]]) -> None:
        limit = placed.group.limit
        if 0 < limit < most:
            count = np.zeros(self.axis.count, dtype=np.int64)
            for span, present in presence:
                count[span] += present
            if (count > limit).any():
                raise SteppingNeededError("over the limit of the group")

    def _write(self, placed: Placed, rows: list[OutputRow]) -> None:
        times = self.axis.times - placed.group.query_offset_ms
        for row in rows:
            write(self.storage, row, times)
            self.written_by[row.labels] = placed.order

    def _vector(self, placed: Placed) -> Vector:
        """The value of the rule's expression along the axis."""
        axis = self._axis(placed)
        if not self.engine.can_see(self.storage, placed.tree):
            self.blind.add(placed.order)
            if self.plan.fails_on_any_data(self.engine, placed.order):
                raise SteppingNeededError("an expression that fails on any data")
            if not self._reads_something(placed) or not self.engine.can_fail(self.storage, placed.tree):
                return Vector.empty(axis)
        readings = self.plan.readings[placed.order]
        late = [bool(self.plan.late(placed, index)) for index in range(len(readings))]
        if any(reading.looks_ahead for reading in readings):
            return self._step_by_step(placed, axis)
        if not any(late):
            return self._range(self.storage, placed, axis, self.cache)
        if placed.group.query_offset_ms or not all(reading.plain for reading in readings):
            return self._step_by_step(placed, axis)
        view = one_step_late(
            self.storage,
            readings,
            axis,
            lookback_ms=self.engine.lookback_ms,
            left_open=self.engine.settings.compat.left_open,
            is_late=self._is_late(placed),
        )
        return self._range(view, placed, axis, None)

    def _reads_something(self, placed: Placed) -> bool:
        """Whether any selector finds a series; where none does, the rule fares as over no data at all."""
        return any(
            next(self.storage.matching(reading.selector.matchers), None) is not None
            for reading in self.plan.readings[placed.order]
        )

    def _axis(self, placed: Placed) -> Axis:
        offset = placed.group.query_offset_ms
        return Axis(self.axis.start_ms - offset, self.axis.step_ms, self.axis.count) if offset else self.axis

    def _range(self, storage: Storage, placed: Placed, axis: Axis, cache: Cache | None) -> Vector:
        try:
            result = self.engine.range(
                storage,
                placed.tree,
                axis.start_ms,
                axis.end_ms,
                axis.step_ms,
                cache=cache,
                source=placed.rule.expr,
            )
        except PromQLError as error:
            raise SteppingNeededError(str(error)) from error
        return self._annotated(placed, result).vector

    def _step_by_step(self, placed: Placed, axis: Axis) -> Vector:
        """The same, instant by instant, each with its own view of the data."""
        labels: dict[Labels, int] = {}
        cells: list[tuple[int, int, Sample]] = []
        for step, at_ms in enumerate(self.axis.times.tolist()):
            try:
                samples = self.samples_at(placed, at_ms)
            except PromQLError as error:
                raise SteppingNeededError(str(error)) from error
            cells += [(labels.setdefault(each.labels, len(labels)), step, each) for each in samples]
        values = np.zeros((len(labels), axis.count))
        present = np.zeros(values.shape, dtype=bool)
        histograms = np.full(values.shape, None, dtype=object)
        for row, step, sample in cells:
            values[row, step], present[row, step] = sample.value, True
            histograms[row, step] = sample.histogram
        any_histogram = any(sample.histogram is not None for _, _, sample in cells)
        return Vector(axis, tuple(labels), values, present, histograms if any_histogram else None)

    # -- one rule at an instant

    def samples_at(self, placed: Placed, at_ms: int) -> list[Sample]:
        """A rule's samples at an instant, of what it sees there."""
        view = self._view(placed, at_ms)
        at_ms -= placed.group.query_offset_ms
        return vector_of(
            self._annotated(placed, self.engine.instant(view, placed.tree, at_ms, source=placed.rule.expr))
        ).at()

    def _annotated(self, placed: Placed, result: Result) -> Result:
        for text in (*result.warnings, *result.infos):
            self.annotations.setdefault((placed.order, text), Annotation(placed, text))
        return result

    def _view(self, placed: Placed, at_ms: int) -> Storage:
        readings = self.plan.readings[placed.order]
        ahead = any(reading.looks_ahead for reading in readings) or placed.group.query_offset_ms < 0
        if not ahead and not any(self.plan.late(placed, index) for index in range(len(readings))):
            return self.storage
        series = {
            samples.labels: samples
            for reading in readings
            for samples in self.storage.select(reading.selector.matchers)
        }
        return cut(series.values(), at_ms, self._is_late(placed))

    def _is_late(self, placed: Placed) -> Callable[[Labels], bool]:
        return lambda labels: self.written_by.get(labels, -1) >= placed.order

    def query_at(self, order: int, at_ms: int) -> Callable[[str], QueryResult]:
        """How a template of a rule runs PromQL at an instant: over what the rule sees there."""

        def query(expression: str) -> QueryResult:
            from ledgerscope.promql.rules.stepping import value_of  # noqa: PLC0415 - seldom needed

            if self.log is not None:
                view = self.log.seen_at(self.storage, (at_ms, order))
            else:
                view = cut(self.storage, at_ms, self._is_late(self.plan.rules[order]))
            samples = vector_of(self.engine.instant(view, expression, at_ms)).at()
            return QueryResult(
                TemplateSample(StringMap(each.labels.as_dict()), value_of(each)) for each in samples
            )

        return query

    def _templates_at(self, placed: Placed) -> Callable[[int], AlertTemplates]:
        on_branch = self.surroundings.branches_of(placed)
        return lambda at_ms: AlertTemplates(
            placed.rule.name,
            at_ms,
            self.query_at(placed.order, at_ms),
            on_branch=on_branch,
            language=self.surroundings.language,
        )

    # -- rules together

    def _step(self, component: Component) -> None:
        stepper = self._stepper(component.rules)
        stepper.run()
        if stepper.failures:
            raise SteppingNeededError("a rule fails")
        for rule in stepper.rules:
            self.histories[rule.placed.order] = rule.instances()

    def _stepper(self, rules: Sequence[Placed]) -> Stepper:
        from ledgerscope.promql.rules.stepping import Stepper  # noqa: PLC0415 - seldom needed

        return Stepper.over(
            rules,
            self.storage,
            self.axis,
            evaluate=self.samples_at,
            writes=self._writes,
            templates_at=self._templates_at,
            surroundings=self.surroundings,
            dialect=self.engine.dialect,
        )

    def _writes(self, placed: Placed, labels: Labels, time_ms: int, at_ms: int) -> None:
        """A stepped rule is about to write a sample."""
        if self.log is not None:
            self.log.note(labels, time_ms, (at_ms, placed.order))
        elif labels not in self.written_by and self.storage.get(labels) is not None:
            raise SteppingNeededError(f"{labels} is input, too")
        elif self.written_by.setdefault(labels, placed.order) != placed.order:
            raise SteppingNeededError(f"{labels} is written by two rules")


def vector_of(result: Result) -> Vector:
    """A result as the series a rule works with. Raises RuleFailedError for text and ranges."""
    if isinstance(result.value, (String, Matrix)):
        raise RuleFailedError(NOT_A_VECTOR)
    if isinstance(result.value, Scalar):
        return result.value.as_vector()
    return result.value
