"""Tests in Python as judges of mutants: which rules their scenarios reach, and running them once more.

A test runs again as pytest runs it, with fixtures of its own; its scenario replaces the one rule. Only rules
that are read from files count: a rule that a test writes itself is part of the test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from _pytest.runner import runtestprotocol

from ledgerscope.promql.mutation.mutants import rule_id
from ledgerscope.promql.mutation.reach import is_reached
from ledgerscope.promql.mutation.trial import OtherTests, changed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from ledgerscope.promql.engine.engine import Engine
    from ledgerscope.promql.mutation.model import Mutant, RuleId
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.plan import RulePlan
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.testing.scenario import Scenario


@dataclass(eq=False)
class PythonTests(OtherTests):
    """The tests with the fixture `promql`, by the rules that they reach."""

    _rules: dict[RuleId, Placed] = field(default_factory=dict)
    _items: dict[RuleId, dict[str, pytest.Item]] = field(default_factory=dict)
    _failed: set[str] = field(default_factory=set)
    _mutant: Mutant | None = None

    @property
    def rules(self) -> Mapping[RuleId, Placed]:
        """The rules that they reach."""
        return self._rules

    def attach(self, scenario: Scenario, item: pytest.Item) -> None:
        """Note what a scenario reaches; while a mutant is judged, give it that one."""
        if self._mutant is None:
            scenario.on_evaluation.append(self._noting(item))
        else:
            scenario.rewritten = self._rewritten

    def _noting(self, item: pytest.Item) -> Callable[[RulePlan, Evaluation, Engine], None]:
        def note(plan: RulePlan, evaluation: Evaluation, _engine: Engine) -> None:
            for placed in plan.rules:
                owner = rule_id(placed)
                if is_reached(plan, placed.order, evaluation) and Path(owner.where.file).is_file():
                    self._rules.setdefault(owner, placed)
                    self._items.setdefault(owner, {})[item.nodeid] = item

        return note

    def failed(self, item: pytest.Item) -> None:
        """A test that fails by itself judges nothing; one that fails with a mutant is none of these."""
        if self._mutant is None:
            self._failed.add(item.nodeid)

    def _rewritten(self, plan: RulePlan, engine: Engine) -> RulePlan:
        """The plan with the mutant in it."""
        mutant = self._mutant
        if mutant is None:
            return plan
        orders = [placed.order for placed in plan.rules if rule_id(placed) == mutant.rule_id]
        return changed(plan, orders[0], mutant.rule, engine.dialect) if orders else plan

    def killer(self, mutant: Mutant) -> str:
        """The first test that fails with the mutant, by its node id."""
        items = self._items.get(mutant.rule_id, {})
        self._mutant = mutant
        try:
            return next((name for name, item in sorted(items.items()) if self._fails(name, item)), "")
        finally:
            self._mutant = None

    def _fails(self, name: str, item: pytest.Item) -> bool:
        if name in self._failed:
            return False
        reports = runtestprotocol(item, nextitem=None, log=False)
        return any(report.failed for report in reports)
