"""Looks for a test that a mutant fails: varies the input of the tests that reach its rule.

The first variation over which rule and mutant differ becomes a test case; it is kept only if it passes with
the rules as they are and fails with the mutant. How long this goes on is counted in steps of evaluation, so
the outcome is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.mutation.differences import differing_steps
from ledgerscope.promql.mutation.hints import hints_of
from ledgerscope.promql.mutation.lines import Line
from ledgerscope.promql.mutation.trial import changed
from ledgerscope.promql.mutation.variations import variations
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.syntax.ast import Call, walk
from ledgerscope.promql.testing.model import AlertCase, ExpectedAlert, ExpectedSample, ExprCase
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledgerscope.promql.mutation.model import Mutant
    from ledgerscope.promql.mutation.reach import Readers
    from ledgerscope.promql.mutation.trial import Reaching
    from ledgerscope.promql.mutation.variations import Hints, Lines
    from ledgerscope.promql.syntax.dialect import Dialect
    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.runner import GroupRun

#: Steps of evaluation for one mutant, and for all mutants of a run.
_MOST_STEPS = 300_000
_MOST_STEPS_OF_ALL = 30_000_000
_MOST_VARIATIONS = 600
_MOST_GROUPS = 4
_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
#: Days on: each of a week and of a month, then each month of a year.
_DAYS = (*range(1, 31), *(31 * month for month in range(1, 13)))
_OF_DATES = frozenset(
    {"day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "time", "year"}
)


@dataclass(frozen=True, eq=False)
class Found:
    """A test that passes with the rule and fails with the mutant."""

    run: GroupRun
    lines: Lines
    case: Case


@dataclass(slots=True)
class Budget:
    """Steps of evaluation that are left: for the mutant at hand, and for all together."""

    of_all: int = _MOST_STEPS_OF_ALL
    steps: int = 0

    def begin(self) -> None:
        """Another mutant."""
        self.steps = min(_MOST_STEPS, self.of_all)

    def spend(self, steps: int) -> bool:
        """Whether there are that many."""
        self.steps -= steps
        self.of_all -= steps
        return self.steps >= 0


def find(mutant: Mutant, reaching: Sequence[Reaching], dialect: Dialect, budget: Budget) -> Found | None:
    """A test that kills the mutant, as near to an existing one as there is."""
    budget.begin()
    for each in reaching[:_MOST_GROUPS]:
        hunt = _Hunt(each, mutant, each.readers, dialect, budget)
        found = hunt.run()
        if found is not None:
            return found
    return None


@dataclass(frozen=True, eq=False)
class _Hunt:
    """The search around one test group."""

    reaching: Reaching
    mutant: Mutant
    readers: Readers
    dialect: Dialect
    budget: Budget

    def run(self) -> Found | None:
        """The first variation that shows the mutant, without the series that it does not need."""
        run = self.reaching.narrowed.run
        lines = [Line.of(series) for series in run.group.series]
        if None in lines:
            return None  # native histograms are not varied
        known = tuple(line for line in lines if line is not None)
        hints = hints_of(self.mutant, run.plan.rules[self.reaching.order], run)
        for start_ms, varied in islice(self._inputs(known, hints), _MOST_VARIATIONS):
            found = self._shown_by(start_ms, varied)
            if found is not None:
                return self._least(found)
            if self.budget.steps < 0:
                return None
        return None

    def _inputs(self, lines: Lines, hints: Hints) -> Iterator[tuple[int, Lines]]:
        """When the test begins, and its series; nothing twice."""
        start_ms = self.reaching.narrowed.run.group.start_ms
        if self._asks_for_dates:
            yield from ((start_ms + days * _DAY_MS + _HOUR_MS, lines) for days in _DAYS)
            yield from ((start_ms + hours * _HOUR_MS, lines) for hours in range(1, 24))
        seen: set[Lines] = set()
        for varied in variations(lines, hints):
            if varied not in seen:
                seen.add(varied)
                yield start_ms, varied

    @property
    def _asks_for_dates(self) -> bool:
        plan = self.readers.plan
        orders = self.readers.needed(self.reaching.order)
        nodes = (node for order in orders for node in walk(plan.rules[order].tree))
        return any(isinstance(node, Call) and node.func in _OF_DATES for node in nodes)

    def _least(self, found: Found) -> Found:
        """The same without every series that makes no difference."""
        for line in found.lines:
            fewer = tuple(each for each in found.lines if each is not line)
            if fewer and self.budget.spend(0):
                start_ms = found.run.group.start_ms
                found = self._confirmed(start_ms, fewer, found.case.eval_time_ms) or found
        return found

    def _shown_by(self, start_ms: int, lines: Lines) -> Found | None:
        original, mutated = self._parts
        run = self._over(start_ms, lines, original)
        end_ms = self._end_ms(run)
        if not self.budget.spend(2 * (end_ms // run.file.evaluation_interval_ms + 1)):
            return None
        before = run.evaluated_until(end_ms)
        after = replace(run, plan=mutated).evaluated_until(end_ms)
        if before.failures:
            return None
        placed = self.readers.plan.rules[self.reaching.order]
        steps = [0] if after.failures else differing_steps(placed, before, after)
        for step in steps:
            at_ms = step * run.file.evaluation_interval_ms
            found = self._confirmed(start_ms, lines, at_ms)
            if found is not None:
                return found
        return None

    @cached_property
    def _parts(self) -> tuple[RulePlan, RulePlan]:
        """The rule with all that it reads, as it is and with the mutant."""
        plan, needed = self.readers.plan, self.readers.needed(self.reaching.order)
        return _part(plan, needed), _part(self._mutated, needed)

    @cached_property
    def _mutated(self) -> RulePlan:
        return changed(self.readers.plan, self.reaching.order, self.mutant.rule, self.dialect)

    def _over(self, start_ms: int, lines: Lines, plan: RulePlan) -> GroupRun:
        run = self.reaching.narrowed.run
        series = tuple(line.series() for line in lines)
        group = replace(run.group, start_ms=start_ms, series=series, alert_cases=(), expr_cases=())
        return replace(run, group=group, plan=plan, on_branch=None)

    def _end_ms(self, run: GroupRun) -> int:
        """Until everything is over: the input, what is still seen of it, and an alert that is kept."""
        alert = self.readers.plan.rules[self.reaching.order].alert
        kept = 2 * alert.keep_firing_for_ms if alert else 0
        return run.end_of_input_ms + run.engine.lookback_ms + kept + 2 * run.file.evaluation_interval_ms

    def _confirmed(self, start_ms: int, lines: Lines, at_ms: int) -> Found | None:
        """The test at that time, if it passes with the rules as they are and fails with the mutant."""
        whole = self._over(start_ms, lines, self.readers.plan)
        case = _expecting(whole, self.readers.plan.rules[self.reaching.order].rule.name, at_ms, self.mutant)
        if case is None:
            return None
        asked = _asking(whole, case)
        if not asked.outcome(case).passed or replace(asked, plan=self._mutated).outcome(case).passed:
            return None
        return Found(asked, lines, case)


def _part(plan: RulePlan, orders: tuple[int, ...]) -> RulePlan:
    """Some rules of a plan, in their order."""
    return RulePlan(tuple(replace(plan.rules[order], order=new) for new, order in enumerate(orders)))


def _asking(run: GroupRun, case: Case) -> GroupRun:
    """A test group that asks for one case."""
    cases = {"alert_cases": (case,)} if isinstance(case, AlertCase) else {"expr_cases": (case,)}
    return replace(run, group=replace(run.group, **cases))


def _expecting(run: GroupRun, name: str, at_ms: int, mutant: Mutant) -> Case | None:
    """What the rules as they are do at a time, as a case; None where that is an error."""
    asked: Case = AlertCase(at_ms, name, ()) if mutant.rule_id.kind == "alert" else ExprCase(name, at_ms, ())
    try:
        outcome = _asking(run, asked).outcome(asked)
    except PromQLError:
        return None
    if isinstance(outcome, AlertOutcome) and isinstance(asked, AlertCase):
        alerts = (ExpectedAlert(each.labels, each.annotations) for each in outcome.firing)
        return replace(asked, expected=tuple(alerts))
    if isinstance(outcome, ExprOutcome) and isinstance(asked, ExprCase) and not outcome.error:
        if any(each.histogram is not None for each in outcome.samples):
            return None
        samples = (ExpectedSample(each.labels.as_dict(), each.value) for each in outcome.samples)
        return replace(asked, expected=tuple(samples))
    return None
