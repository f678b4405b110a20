"""The Python form of a rule test: series, rules, and questions about what comes of them.

What `pytest`'s fixture `promql` is; usable without pytest as well. Evaluated when the first question is
asked, over the whole length of the series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.alert_history import Surroundings
from ledgerscope.promql.rules.failures import RuleFailedError
from ledgerscope.promql.rules.load import load_rules, read_rules, rules_from
from ledgerscope.promql.rules.model import RuleGroup
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.rules.run import Evaluation, evaluate_rules, vector_of
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.series.notation import Series, parse_series
from ledgerscope.promql.template.language import LANGUAGES
from ledgerscope.promql.testing.alert_track import AlertTrack
from ledgerscope.promql.testing.answers import Instant, Over
from ledgerscope.promql.testing.group_order import describe, readings_with_data
from ledgerscope.promql.testing.label_match import ANY, check_conditions, meets
from ledgerscope.promql.testing.limits import MOST_EVALUATIONS, too_many
from ledgerscope.promql.testing.outcome import unknown_alert
from ledgerscope.promql.testing.rule_paths import plain, suggestion
from ledgerscope.promql.testing.runner import fill
from ledgerscope.promql.testing.times import When, milliseconds, start_of
from ledgerscope.promql.text.close_match import did_you_mean
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from ledgerscope.promql.rules.alert_history import OnRuleBranch
    from ledgerscope.promql.testing.label_match import LabelCondition


def _story_of(answer: _Answered) -> str:
    """The story of an answer; the error that it would raise, where there is none."""
    try:
        return answer.story()
    except PromQLError as error:
        return f"{answer!r}: {error}"


def _is_text(source: str) -> bool:
    """Whether a source is the text of rules, and not the name of a file."""
    return "\n" in source or (":" in source and not source.endswith((".yml", ".yaml")))


class _Answered(Protocol):
    def story(self) -> str: ...


_Answer = TypeVar("_Answer", bound=_Answered)
_LAST_ANSWERS = 3
_MOST_NOTES = 3


def _step(every: When, what: str) -> int:
    """Milliseconds between two instants. Raises ScenarioError where there are none."""
    step = milliseconds(every)
    if step <= 0:
        raise ScenarioError(f"{what} every {every!r}: write a time above zero, such as '1m'")
    return step


class ScenarioError(PromQLError):
    """A scenario that asks for something it does not have."""


@dataclass(slots=True, repr=False)
class Scenario:
    """Series and rules under test. Times are counted from `start_ms` (milliseconds since the epoch).

    every: the time between two values of a series. interval: the time between two evaluations of the rules.
    features: Prometheus's feature flags that are on.
    """

    every: When = "1m"
    interval: When = "1m"
    start_ms: int = 0
    compat: str = "3"
    features: Collection[str] = ()
    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""
    base: Path = field(default_factory=Path)
    _series: list[tuple[Series, int]] = field(default_factory=list)
    _groups: list[RuleGroup] = field(default_factory=list)
    _until: int = 0
    _evaluation: Evaluation | None = None
    _asked: list[_Answered] = field(default_factory=list)
    #: Called with every evaluation; rule coverage listens here.
    on_evaluation: list[Any] = field(default_factory=list)
    #: Called for every branch that a template of a rule runs; rule coverage listens here, too.
    on_branch: OnRuleBranch | None = None
    #: Gives other rules than those that were read; mutation testing changes them here.
    rewritten: Callable[[RulePlan, Engine], RulePlan] = lambda plan, _: plan

    # -- what there is

    def load(self, *lines: str, every: When | None = None) -> Scenario:
        """Add series, one per line: `load('up{job="x"} 1x5 0x10')`. Raises ParseError."""
        step = _step(self.every if every is None else every, "series have a sample")
        for line in "\n".join(lines).splitlines():
            if line.strip():
                self._series.append((parse_series(line.strip()), step))
        self._evaluation = None
        return self

    def rules(self, *sources: str | Path | RuleGroup | Mapping[str, Any]) -> Scenario:
        """Add rules: files, rule-file text, groups, or documents made in Python. Raises FileError."""
        for source in sources:
            self._groups += self._read(source)
        self._evaluation = None
        return self

    def _read(self, source: str | Path | RuleGroup | Mapping[str, Any]) -> Iterable[RuleGroup]:
        if isinstance(source, RuleGroup):
            return (source,)
        if isinstance(source, Mapping):
            return rules_from(source, dialect=self.engine.dialect)
        if isinstance(source, str) and _is_text(source):
            return read_rules(source, dialect=self.engine.dialect)
        path = self.base / source
        if not path.exists():
            raise ScenarioError(
                f"there is no rule file {str(source)!r}; {suggestion(self.base, str(source))}"
            )
        return load_rules(plain(path), dialect=self.engine.dialect)

    def until(self, when: When) -> Scenario:
        """Evaluate at least up to a time, also beyond the last sample."""
        self._until = max(self._until, milliseconds(when))
        self._evaluation = None
        return self

    def starts_at(self, when: str | float | datetime) -> Scenario:
        """Begin at a moment, so that `time()` and dates are those of that day: `"2026-03-01T00:00:00Z"`.

        Takes RFC 3339 text, seconds since 1970, or a datetime with a zone. Raises StartError.
        """
        self.start_ms = start_of(when)
        self._evaluation = None
        return self

    def evaluated_every(self, interval: When) -> Scenario:
        """The time between two evaluations of the rules; 1m by default."""
        _step(interval, "rules are evaluated")
        self.interval = interval
        self._evaluation = None
        return self

    def external(self, url: str = "", /, **labels: str) -> Scenario:
        """The external URL and labels of the Prometheus that evaluates, for templates."""
        self.external_url, self.external_labels = url, labels
        self._evaluation = None
        return self

    # -- what comes of it

    def at(self, when: When, expression: str) -> Instant:
        """The samples of an expression at a time. Raises ParseError and EvaluationError."""
        at_ms = self.start_ms + milliseconds(when)
        result = self.engine.instant(self._reaching(when).storage, expression, at_ms)
        samples = sorted(vector_of(result).at(), key=lambda sample: sample.labels.pairs)
        return self._noted(Instant(expression, milliseconds(when), tuple(samples)))

    def range(
        self, expression: str, start: When = "0s", end: When | None = None, step: When | None = None
    ) -> Over:
        """The values of an expression over time; by default over everything, at every evaluation."""
        evaluation = self._reaching(start if end is None else end)
        last = evaluation.axis.end_ms if end is None else self.start_ms + milliseconds(end)
        stride = milliseconds(self.interval if step is None else step)
        first = self.start_ms + milliseconds(start)
        if stride > 0 and (last - first) // stride >= MOST_EVALUATIONS:
            raise ScenarioError(
                f"{expression} would be evaluated {(last - first) // stride + 1:,} times;"
                f" write a longer step: at most {MOST_EVALUATIONS:,} times are possible"
            )
        vector = self.engine.range(evaluation.storage, expression, first, last, stride).vector
        return self._noted(Over(expression, vector))

    def alerts(self, name: str, **labels: LabelCondition) -> AlertTrack:
        """The alerts of a name whose labels meet the conditions. Raises ScenarioError for an unknown name."""
        check_conditions(labels)
        if not self.evaluation.named(name):
            known = {history.placed.rule.name for history in self.evaluation.alerts}
            raise ScenarioError(unknown_alert(name, known))
        return self._noted(AlertTrack(name, labels, self))

    # -- how far it is evaluated

    def reach(self, when: When) -> None:
        """Evaluate up to a time, if that is not done yet."""
        if self.start_ms + milliseconds(when) > self.evaluation.axis.end_ms:
            self.until(when)

    def settle(self) -> None:
        """Evaluate until nothing can change any more: every series has ended, every `for` is over."""
        alerts = [history.placed.alert for history in self.evaluation.alerts]
        waits = [each.for_ms + each.keep_firing_for_ms for each in alerts if each is not None]
        end_ms = self._end_of_input() + self.engine.lookback_ms + 2 * milliseconds(self.interval)
        self.reach((end_ms + max(waits, default=0)) / 1000)

    def check_labels(self, alert: str, conditions: Mapping[str, LabelCondition]) -> None:
        """Refuse conditions on labels that neither the alert nor any series has: typing errors."""
        known = {name for samples in self.evaluation.storage for name, _ in samples.labels.pairs}
        for history in self.evaluation.named(alert):
            known |= history.placed.labels.keys()
            known |= {name for each in history.instances for name, _ in each.labels.pairs}
        for name, condition in conditions.items():
            if condition is not ANY and name not in known and not meets({}, {name: condition}):
                hint = did_you_mean(name, known) or f"there are {', '.join(sorted(known))}"
                raise ScenarioError(f"no series and no alert {alert!r} has a label {name!r}; {hint}")

    def story(self) -> str:
        """What was asked last and what came of it: what a failed test prints."""
        answers = [_story_of(answer) for answer in self._asked[-_LAST_ANSWERS:]]
        return "\n".join([*answers, *self._order_notes()])

    def _order_notes(self) -> Iterator[str]:
        """Where the order in which groups were given may be what went wrong."""
        if self._evaluation is not None:
            late = readings_with_data(self._plan(), self._evaluation)
            yield from (f"note: {describe(reading)}" for reading in islice(late, _MOST_NOTES))

    def _noted(self, answer: _Answer) -> _Answer:
        self._asked.append(answer)
        return answer

    def __repr__(self) -> str:
        return f"<scenario of {len(self._series)} series and {len(self._groups)} rule groups>"

    @property
    def engine(self) -> Engine:
        """The engine the scenario asks."""
        return Engine(self.compat, default_step_ms=milliseconds(self.interval), features=self.features)

    @property
    def evaluation(self) -> Evaluation:
        """What the rules make of the series. Raises RuleFailedError where a rule fails."""
        if self._evaluation is None:
            self._evaluation = self._evaluate()
        return self._evaluation

    def _reaching(self, when: When) -> Evaluation:
        """The evaluation, made to reach a time."""
        if self.start_ms + milliseconds(when) > self.evaluation.axis.end_ms + milliseconds(self.interval):
            self.until(when)
        return self.evaluation

    def _plan(self) -> RulePlan:
        plan = RulePlan.of(self._groups, dialect=self.engine.dialect)
        return self.rewritten(plan, self.engine)

    def _end_of_input(self) -> int:
        return max(((len(series) - 1) * every for series, every in self._series), default=0)

    def _evaluate(self) -> Evaluation:
        step = milliseconds(self.interval)
        end_ms = max(self._end_of_input(), self._until)
        reason = too_many(end_ms, step)
        if reason:
            self._until = 0  # what is asked next does not fail for this
            raise ScenarioError(f"{reason}: ask for an earlier time, or write evaluated_every('1h')")
        axis = Axis(self.start_ms, step, end_ms // step + 1)
        storage = Storage()
        last = {Labels(series.labels): (series, every) for series, every in self._series}
        for series, every in last.values():
            fill(storage, [series], every, self.start_ms)
        around = Surroundings(self.external_labels, self.external_url, LANGUAGES[self.compat], self.on_branch)
        plan = self._plan()
        evaluation = evaluate_rules(plan, storage, self.engine, axis, around)
        if evaluation.failures:
            first = evaluation.failures[0]
            at = format_duration(first.at_ms - self.start_ms)
            raise RuleFailedError(f"{first.where}: rule {first.rule!r} fails at {at}: {first.message}")
        for listener in self.on_evaluation:
            listener(plan, evaluation, self.engine)
        return evaluation
