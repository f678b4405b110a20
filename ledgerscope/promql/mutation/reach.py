"""Which rules and cases a change of a rule can be seen in.

A rule is reached where a test has series of a metric that the rule names. A case sees it where it asks for
the rule, or for something that reads the rule, directly or through other rules. What cannot be told
(selectors without a name, templates that query) counts as seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.syntax.analysis import metric_name, selectors
from ledgerscope.promql.syntax.ast import Call, walk
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.testing.model import AlertCase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.plan import RulePlan
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.syntax.dialect import Dialect
    from ledgerscope.promql.testing.model import Case


def is_reached(plan: RulePlan, order: int, evaluation: Evaluation) -> bool:
    """Whether an evaluation had anything for a rule to look at, whatever its matchers say."""
    names = plan.names[order]
    return order not in evaluation.blind or names is None or evaluation.storage.has_any(names)


@dataclass(frozen=True, eq=False)
class Readers:
    """Who reads what in a plan, by the names of metrics alone."""

    plan: RulePlan

    @cached_property
    def _affected(self) -> dict[int, frozenset[int]]:
        return {}

    def affected(self, order: int) -> frozenset[int]:
        """The rule and all that depend on it."""
        if order not in self._affected:
            found, pending = {order}, [order]
            while pending:
                outputs = self.plan.rules[pending.pop()].outputs
                for placed in self.plan.rules:
                    if placed.order not in found and self._reads(placed, outputs):
                        found.add(placed.order)
                        pending.append(placed.order)
            self._affected[order] = frozenset(found)
        return self._affected[order]

    def _reads(self, placed: Placed, outputs: tuple[str, ...]) -> bool:
        names = self.plan.names[placed.order]
        return names is None or not names.isdisjoint(outputs) or _queries(placed)

    def needed(self, order: int) -> tuple[int, ...]:
        """The rule and all that it depends on, in their order."""
        found, pending = {order}, [order]
        while pending:
            for written in self.plan.writers[pending.pop()]:
                new = set(written) - found
                found |= new
                pending += new
        return tuple(sorted(found))

    def sees(self, case: Case | None, order: int, dialect: Dialect) -> bool:
        """Whether a case can tell that a rule is another one; the verdict on the rules alone always can."""
        if case is None:
            return True
        affected = [self.plan.rules[each] for each in self.affected(order)]
        if isinstance(case, AlertCase):
            return any(placed.alert and placed.rule.name == case.alertname for placed in affected)
        names = _names(case.expr, dialect)
        return names is None or any(not names.isdisjoint(placed.outputs) for placed in affected)

    def input_of(
        self, orders: Iterable[int], cases: Iterable[Case | None], dialect: Dialect
    ) -> frozenset[str] | None:
        """The metrics that the rules of these orders, those that they read, and the cases name.

        None where that cannot be told: selectors without a name, templates that query, `info`.
        """
        found: set[str] = set()
        for order in {each for one in orders for each in self.needed(one)}:
            placed, names = self.plan.rules[order], self.plan.names[order]
            if names is None or _queries(placed) or _reads_unnamed(placed.tree):
                return None
            found |= names
        for case in cases:
            if case is None or isinstance(case, AlertCase):
                continue
            names = _names(case.expr, dialect)
            if names is None or _reads_unnamed(parse(case.expr, dialect)):
                return None
            found |= names
        return frozenset(found)


def _reads_unnamed(tree: Expr) -> bool:
    """Whether a function of the expression reads metrics that it does not name."""
    return any(isinstance(node, Call) and node.func == "info" for node in walk(tree))


def _queries(placed: Placed) -> bool:
    annotations = placed.alert.annotations if placed.alert else {}
    return any("query" in text for text in (*placed.labels.values(), *annotations.values()) if "{{" in text)


def _names(expression: str, dialect: Dialect) -> frozenset[str] | None:
    """The metrics that an expression names; None where a selector names none."""
    try:
        tree: Expr = parse(expression, dialect)
    except PromQLError:
        return None
    names = [metric_name(selector) for selector in selectors(tree)]
    return None if None in names else frozenset(filter(None, names))
