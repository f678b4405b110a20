"""Runs a test group: loads its series, evaluates the rules once, and answers each case from that.

The steps, and what is seen at them, are promtool's: rules at every evaluation interval from the start to the
last time asserted; a sample after the last step is never there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.alert_history import Surroundings
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.rules.run import Evaluation, evaluate_rules, vector_of
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.dialect import Dialect
from ledgerscope.promql.template.language import LANGUAGES
from ledgerscope.promql.testing.extensions import meets
from ledgerscope.promql.testing.flags import toggled
from ledgerscope.promql.testing.group_order import reordered
from ledgerscope.promql.testing.model import AlertCase
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome, RulesOutcome, unknown_alert
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledgerscope.promql.rules.alert_history import AlertHistory, OnRuleBranch
    from ledgerscope.promql.rules.plan import RulePlan
    from ledgerscope.promql.series.notation import Series
    from ledgerscope.promql.testing.model import Case, ExprCase, TestFile, TestGroup
    from ledgerscope.promql.testing.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Options:
    """How tests are read and judged.

    strict: an alert that no rule defines is an error even where none is expected.
    lenient: unknown fields of files are passed over.
    to_end: rules are evaluated to the last sample of the input, also beyond the last assertion.
    features: Prometheus's feature flags that are on.
    extensions: keys that promtool does not have may be used.
    """

    compat: str = "3"
    strict: bool = False
    lenient: bool = False
    to_end: bool = False
    features: tuple[str, ...] = ()
    extensions: bool = True

    @property
    def dialect(self) -> Dialect:
        """What of the language is on. Raises DialectError."""
        return Dialect.of(self.compat, self.features)


@dataclass(frozen=True)
class GroupRun:
    """One test group over the rules of its file."""

    file: TestFile
    group: TestGroup
    plan: RulePlan
    options: Options = Options()
    on_branch: OnRuleBranch | None = None

    @cached_property
    def engine(self) -> Engine:
        """The engine, subqueries stepping by the evaluation interval."""
        step = self.file.evaluation_interval_ms
        return Engine(self.options.compat, default_step_ms=step, features=self.options.features)

    @cached_property
    def evaluation(self) -> Evaluation:
        """Everything the rules make of the series, up to the last time asserted (or to the end of input)."""
        last_ms = self.end_of_input_ms if self.options.to_end else self.group.last_eval_time_ms
        return self.evaluated_until(last_ms, self.on_branch)

    @cached_property
    def reordered(self) -> GroupRun | None:
        """The same test with other groups first, where that may change something."""
        return reordered(self)

    @cached_property
    def toggled(self) -> GroupRun | None:
        """The same test with metric names dropped early or late, where that may change something."""
        return toggled(self)

    def forget(self) -> None:
        """Give the memory of the evaluation back; it is made again if it is asked for."""
        for name in ("evaluation", "reordered", "toggled"):
            self.__dict__.pop(name, None)

    def evaluated_until(self, last_ms: int, on_branch: OnRuleBranch | None = None) -> Evaluation:
        """The same up to another time after the start (milliseconds)."""
        step = self.file.evaluation_interval_ms
        axis = Axis(self.group.start_ms, step, last_ms // step + 1)
        storage = Storage()
        fill(storage, self.group.series, self.group.interval_ms, self.group.start_ms, axis.end_ms)
        language = LANGUAGES[self.options.compat]
        around = Surroundings(self.group.external_labels, self.group.external_url, language, on_branch)
        return evaluate_rules(self.plan, storage, self.engine, axis, around)

    @property
    def end_of_input_ms(self) -> int:
        """The time of the last sample after the start, or of the last assertion if that is later."""
        return self.group.end_of_input_ms

    @property
    def judges_rules(self) -> bool:
        """Whether there is a verdict on the rules alone: without cases, or where input goes on after them."""
        goes_on = self.end_of_input_ms > self.group.last_eval_time_ms
        return not self.group.cases or (self.options.to_end and goes_on)

    def outcomes(self) -> list[Outcome]:
        """The verdict on every case, and on the rules alone."""
        cases = [self.outcome(case) for case in self.group.cases]
        return [*cases, self.rules_outcome()] if self.judges_rules else cases

    def rules_outcome(self) -> RulesOutcome:
        """Whether the rules could be evaluated."""
        return RulesOutcome(self.evaluation.failures)

    def outcome(self, case: Case) -> Outcome:
        """The verdict on one case; what fails after the last assertion is no matter of the cases."""
        last_ms = self.group.start_ms + self.group.last_eval_time_ms
        if any(failure.at_ms <= last_ms for failure in self.evaluation.failures):
            return self.rules_outcome()
        return self._alert(case) if isinstance(case, AlertCase) else self._expr(case)

    def _alert(self, case: AlertCase) -> AlertOutcome:
        histories = self.evaluation.named(case.alertname)
        step = case.eval_time_ms // self.file.evaluation_interval_ms
        active = [alert for history in histories for alert in history.active(step)]
        return AlertOutcome(
            case,
            tuple(alert for alert in active if alert.state is State.FIRING),
            tuple(alert for alert in active if alert.state is State.PENDING),
            "" if histories else unknown_alert(case.alertname, self._alerts()),
            self.options.strict,
            self._wrong_time(case, histories) if case.between_ms else "",
        )

    def _wrong_time(self, case: AlertCase, histories: Sequence[AlertHistory]) -> str:
        """The first evaluation at which the alert does not do what `fires_between` says, in words."""
        first, end = case.between_ms or (0, 0)
        axis = self.evaluation.axis
        firing = np.zeros(axis.count, dtype=bool)
        for instance in (each for history in histories for each in history.instances):
            if case.selector is None or meets(case.selector, instance.labels.as_dict()):
                firing[instance.span] |= instance.life.states == State.FIRING
        times = axis.times - self.group.start_ms
        wrong = np.flatnonzero(firing != ((times >= first) & (times < end)))
        if not len(wrong):
            return ""
        step = int(wrong[0])
        return f"at {format_duration(int(times[step]))} it {'fires' if firing[step] else 'does not fire'}"

    def _alerts(self) -> set[str]:
        return {placed.rule.name for placed in self.plan.rules if placed.alert}

    def _expr(self, case: ExprCase) -> ExprOutcome:
        at_ms = self.group.start_ms + case.eval_time_ms
        try:
            result = self.engine.instant(self.evaluation.storage, case.expr, at_ms)
            samples = sorted(vector_of(result).at(), key=lambda sample: sample.labels.pairs)
        except PromQLError as error:
            return ExprOutcome(case, (), str(error))
        annotations = (*result.warnings, *result.infos)
        return ExprOutcome(case, tuple(samples), "", self.file.fuzzy_compare, annotations)

    def failure_texts(self) -> list[str]:
        """What failed among the rules, where and when."""
        start = self.group.start_ms
        texts = (
            f"{each.where}: rule {each.rule!r} fails at {format_duration(each.at_ms - start)}: {each.message}"
            for each in self.evaluation.failures
        )
        return list(dict.fromkeys(texts))


def fill(
    storage: Storage, series: Iterable[Series], interval_ms: int, start_ms: int = 0, end_ms: int | None = None
) -> None:
    """Write test series into a storage, up to `end_ms`; of two lines for one series the last one counts."""
    lines = {Labels(each.labels): each for each in series}
    for labels, line in lines.items():
        points = line.expand()
        count = len(points.present)
        if end_ms is not None:
            count = min(count, max(0, (end_ms - start_ms) // interval_ms + 1))
        places = np.flatnonzero(points.present[:count])
        histograms = None if points.histograms is None else points.histograms[places]
        values = points.values[places]
        if histograms is not None:
            values = np.where(np.equal(histograms, np.array(None)), values, 0.0)
        storage.append(labels, start_ms + places * interval_ms, values, histograms)
