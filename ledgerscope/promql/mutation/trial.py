"""Runs the tests that reach a rule against its mutants, and stops at the first one that fails.

Rules are changed in memory. A mutant whose evaluation fails is killed, as it would be in Prometheus's log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.model import Judged, Verdict
from ledgerscope.promql.mutation.mutants import Mutants, rule_id
from ledgerscope.promql.mutation.reach import Readers, is_reached
from ledgerscope.promql.rules.placed import as_evaluated
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.testing.model import AlertCase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ledgerscope.promql.mutation.model import Mutant, RuleId
    from ledgerscope.promql.rules.model import Rule
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.syntax.dialect import Dialect
    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.runner import GroupRun


@dataclass(frozen=True, eq=False)
class Asked:
    """A test group, and those of its cases that a run has chosen; None is the verdict on the rules alone."""

    run: GroupRun
    cases: tuple[Case | None, ...]

    def passes(self, case: Case | None) -> bool:
        """Whether a case passes."""
        return (self.run.rules_outcome() if case is None else self.run.outcome(case)).passed

    def over(self, plan: RulePlan) -> Asked:
        """The same test over other rules."""
        return replace(self, run=replace(self.run, plan=plan, on_branch=None))

    def title(self, case: Case | None) -> str:
        """The case as the node id has it, without the folder."""
        name = "rules evaluate" if case is None else case.title
        return f"{self.run.file.path.name}::{self.run.group.title}::{name}"

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands among all tests, in whatever order they are run."""
        return str(self.run.file.path), self.run.group.index


def changed(plan: RulePlan, order: int, rule: Rule, dialect: Dialect) -> RulePlan:
    """A plan with another rule instead of one of its own."""
    old = plan.rules[order]
    tree = old.tree if rule.tree is None else as_evaluated(rule.tree, dialect)
    new = replace(old, rule=rule, tree=tree, labels=old.group.labels_of(rule))
    return RulePlan((*plan.rules[:order], new, *plan.rules[order + 1 :]))


@dataclass(frozen=True, eq=False)
class Reaching:
    """A test group that reaches a rule: which rule of its plan, and the cases that can see a change of it."""

    asked: Asked
    readers: Readers
    order: int
    cases: tuple[Case | None, ...]
    asks_for_it: bool
    dialect: Dialect

    @cached_property
    def narrowed(self) -> Asked:
        """The same test without the series that neither the rule, nor what reads it, nor a case can see.

        Rules that fail already may do so by any series: then all of them stay.
        """
        run = self.asked.run
        if run.evaluation.failures or run.options.to_end:
            return self.asked
        affected = self.readers.affected(self.order)
        names = self.readers.input_of(affected, self.cases, self.dialect)
        if names is None:
            return self.asked
        kept = tuple(each for each in run.group.series if each.labels.get(METRIC_NAME, "") in names)
        return replace(self.asked, run=replace(run, group=replace(run.group, series=kept)))


class OtherTests:
    """Tests that are no rule-test files: the rules that they reach, and which of them a mutant fails."""

    @property
    def rules(self) -> Mapping[RuleId, Placed]:
        """The rules that they reach."""
        return {}

    def killer(self, mutant: Mutant) -> str:
        """The name of the first test that fails; empty where none does."""
        del mutant
        return ""


@dataclass(eq=False)
class Trial:
    """All tests of a run and the rules that they reach."""

    tests: Sequence[Asked]
    dialect: Dialect
    others: OtherTests = field(default_factory=OtherTests)
    #: Called with every group that was evaluated over its own rules, which takes memory.
    keep: Callable[[GroupRun], None] = lambda _: None
    _mutants: Mutants = field(init=False)
    _reaching: dict[RuleId, list[Reaching]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tests = sorted(self.tests, key=lambda each: each.order)
        self._mutants = Mutants(self.dialect)

    @cached_property
    def _readers(self) -> dict[int, Readers]:
        return {id(each.run.plan): Readers(each.run.plan) for each in self.tests}

    @cached_property
    def _orders(self) -> dict[int, dict[RuleId, int]]:
        plans = {id(each.run.plan): each.run.plan for each in self.tests}
        return {key: {rule_id(placed): placed.order for placed in plan.rules} for key, plan in plans.items()}

    @cached_property
    def rules(self) -> dict[RuleId, list[Asked]]:
        """Every rule of every test, with the tests that load it; sorted by their places."""
        found: dict[RuleId, list[Asked]] = {owner: [] for owner in self.others.rules}
        for each in self.tests:
            for owner in self._orders[id(each.run.plan)]:
                found.setdefault(owner, []).append(each)
        return dict(sorted(found.items()))

    @property
    def same(self) -> int:
        """How many changes were left out because they provably change nothing."""
        return sum(self._mutants.same.values())

    def mutants(self, owner: RuleId) -> list[Mutant]:
        """The mutants of a rule."""
        loading = self.rules[owner]
        interval_ms = min((each.run.file.evaluation_interval_ms for each in loading), default=0)
        return self._mutants.of(self.placed(owner), interval_ms)

    def placed(self, owner: RuleId) -> Placed:
        """The rule as one of the tests has it."""
        if not self.rules[owner]:
            return self.others.rules[owner]
        plan = self.rules[owner][0].run.plan
        return plan.rules[self._orders[id(plan)][owner]]

    def reaching(self, owner: RuleId) -> list[Reaching]:
        """The tests that reach a rule; first those that ask for it by its name."""
        if owner not in self._reaching:
            found = [each for each in map(self._reached(owner), self.rules[owner]) if each is not None]
            found.sort(key=lambda each: (not each.asks_for_it, not each.cases))
            self._reaching = {owner: found}  # of one rule at a time: rules are judged one after the other
        return self._reaching[owner]

    def _reached(self, owner: RuleId) -> Callable[[Asked], Reaching | None]:
        def reached(asked: Asked) -> Reaching | None:
            plan = asked.run.plan
            order = self._orders[id(plan)][owner]
            if not is_reached(plan, order, asked.run.evaluation):
                return None
            readers = self._readers[id(plan)]
            cases = tuple(
                case for case in asked.cases if readers.sees(case, order, self.dialect) and asked.passes(case)
            )
            self.keep(asked.run)
            return Reaching(
                asked, readers, order, cases, any(_asks_for(case, owner.name) for case in cases), self.dialect
            )

        return reached

    def judge(self, owner: RuleId) -> Iterator[Judged]:
        """The verdict on each mutant of a rule."""
        reaching = self.reaching(owner)
        reached = reaching or owner in self.others.rules
        for mutant in self.mutants(owner):
            by = self._killer(mutant, reaching) or self.others.killer(mutant)
            verdict = Verdict.KILLED if by else Verdict.SURVIVED if reached else Verdict.UNREACHED
            yield Judged(mutant, verdict, by)

    def _killer(self, mutant: Mutant, reaching: Iterable[Reaching]) -> str:
        """The first case that fails, with what it belongs to."""
        plans: dict[int, RulePlan] = {}
        for each in reaching:
            plan = each.asked.run.plan
            if id(plan) not in plans:
                plans[id(plan)] = changed(plan, each.order, mutant.rule, self.dialect)
            asked = each.narrowed.over(plans[id(plan)])
            by = _failing(asked, each.cases, new_failure=not each.asked.run.evaluation.failures)
            if by:
                return by
        return ""


def _failing(asked: Asked, cases: tuple[Case | None, ...], *, new_failure: bool) -> str:
    """The first case that fails; any case, where rules fail that did not fail before."""
    if new_failure and asked.run.evaluation.failures:
        return asked.title((cases or asked.cases)[0])
    return next((asked.title(case) for case in cases if not asked.passes(case)), "")


def _asks_for(case: Case | None, name: str) -> bool:
    return name == (case.alertname if isinstance(case, AlertCase) else case and case.expr)
