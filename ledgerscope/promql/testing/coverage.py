"""Rule coverage: which rules saw data, which sides of conditions and templates were taken, which `for` ended.

A rule that was loaded but never saw anything is not tested, and neither is a threshold that no test ever
crosses. Each rule has a list of points; a point is covered once any test group has shown it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.syntax.valuetypes import ValueType
from ledgerscope.promql.testing.template_points import template_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledgerscope.promql.engine.engine import Engine
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.plan import RulePlan
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.samples.values import Vector
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.testing.template_points import Side

RAN = "sees data"
FOR_CROSSED = "waits out its `for`"


@dataclass(frozen=True, slots=True, order=True)
class RuleKey:
    """A rule, wherever it was loaded from: the same rule of one file counts once."""

    file: str
    line: int
    group: str
    kind: str
    name: str

    @classmethod
    def of(cls, placed: Placed) -> RuleKey:
        """The key of a placed rule."""
        where = placed.rule.places.get("", placed.group.where)
        kind = "alert" if placed.alert else "record"
        return cls(where.file, where.line, placed.group.name, kind, placed.rule.name)


Points = dict[str, bool]


@dataclass(slots=True)
class Coverage:
    """Points of every rule seen so far, and whether they were covered."""

    rules: dict[RuleKey, Points] = field(default_factory=lambda: defaultdict(dict))
    _plans: dict[RulePlan, list[Points]] = field(default_factory=dict)
    _sides: dict[Placed, dict[Side, list[tuple[Points, str]]]] = field(default_factory=dict)

    def add(self, plan: RulePlan, evaluation: Evaluation, engine: Engine) -> None:
        """What one evaluation shows about the rules of its plan."""
        histories = {history.placed.order: history for history in evaluation.alerts}
        points_of_plan = self._points(plan)
        for placed in plan.rules:
            if placed.order in evaluation.blind:
                continue
            points = points_of_plan[placed.order]
            if all(points.values()):
                continue
            for name in _shown(placed, points, evaluation, engine):
                points[name] = True
            history = histories.get(placed.order)
            if history is not None and FOR_CROSSED in points:
                states = [each.life.states for each in history.instances]
                waited = any((s == State.PENDING).any() and (s == State.FIRING).any() for s in states)
                points[FOR_CROSSED] = points[FOR_CROSSED] or waited

    def _points(self, plan: RulePlan) -> list[Points]:
        """The points of a plan's rules, by their order; made once per plan."""
        found = self._plans.get(plan)
        if found is None:
            found = self._plans[plan] = [self._points_of(placed) for placed in plan.rules]
        return found

    def _points_of(self, placed: Placed) -> Points:
        """The points of one rule."""
        points = self.rules[RuleKey.of(placed)]
        for name in points_of(placed):
            points.setdefault(name, False)
        return points

    def branch(self, placed: Placed, text: str, offset: int, held: bool) -> None:
        """A template of a rule has run a branch."""
        points_of_side = self._sides.get(placed)
        if points_of_side is None:
            points_of_side = self._sides[placed] = defaultdict(list)
            points = self._points_of(placed)
            for side, name in template_points(placed):
                points_of_side[side].append((points, name))
        for points, name in points_of_side[text, offset, held]:
            points[name] = True

    def merge(self, rules: Iterable[tuple[RuleKey, Points]]) -> None:
        """Take over what another process saw."""
        for key, points in rules:
            mine = self.rules[key]
            for name, covered in points.items():
                mine[name] = mine.get(name, False) or covered

    @property
    def total(self) -> int:
        """All points."""
        return sum(map(len, self.rules.values()))

    @property
    def covered(self) -> int:
        """The covered ones."""
        return sum(sum(points.values()) for points in self.rules.values())

    @property
    def percent(self) -> float:
        """Covered points of a hundred; 100 where there are no rules."""
        return 100.0 * self.covered / self.total if self.total else 100.0


def points_of(placed: Placed) -> Iterator[str]:
    """What there is to cover in a rule."""
    yield RAN
    for node in _conditions(placed.tree):
        yield from _names(node)
    if placed.alert and placed.alert.for_ms:
        yield FOR_CROSSED
    yield from (name for _, name in template_points(placed))


@lru_cache(maxsize=4096)
def _names(node: ast.Binary) -> tuple[str, ...]:
    """The points of one condition."""
    if node.op.is_comparison:
        return _comparison(node, holds=True), _comparison(node, holds=False)
    return tuple(
        _operand(node, operand, there=there) for operand in (node.lhs, node.rhs) for there in (True, False)
    )


def _conditions(tree: Expr) -> Iterator[ast.Binary]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Binary) or ast.value_type(node) is not ValueType.VECTOR:
            continue
        if node.op.is_comparison or node.op.is_set:
            yield node


def _comparison(node: ast.Binary, *, holds: bool) -> str:
    return f"{_text(node)} is {'true' if holds else 'false'}"


def _operand(node: ast.Binary, operand: Expr, *, there: bool) -> str:
    return f"{_text(operand)} {'is there' if there else 'is missing'} in `{node.op.value}`"


def _text(node: Expr) -> str:
    return f"`{' '.join(to_string(node).split())}`"


def _shown(placed: Placed, points: Points, evaluation: Evaluation, engine: Engine) -> Iterator[str]:
    """What the evaluation shows of a rule; conditions that have shown everything are not looked at again."""
    yield RAN
    for node in _conditions(placed.tree):
        if all(points[name] for name in _names(node)):
            continue
        shown = _comparison_shown if node.op.is_comparison else _set_shown
        try:
            yield from shown(node, evaluation, engine)
        except PromQLError:
            continue  # a part that fails by itself shows nothing


def _comparison_shown(node: ast.Binary, evaluation: Evaluation, engine: Engine) -> Iterator[str]:
    """With `bool` a comparison answers 1 or 0 wherever it is made."""
    asked = ast.Binary(node.op, node.lhs, node.rhs, True, node.matching, node.span)
    result = _over(asked, evaluation, engine)
    truths = result.values[result.present]
    if (truths == 1).any():
        yield _comparison(node, holds=True)
    if (truths == 0).any():
        yield _comparison(node, holds=False)


def _set_shown(node: ast.Binary, evaluation: Evaluation, engine: Engine) -> Iterator[str]:
    for operand in (node.lhs, node.rhs):
        there = _over(operand, evaluation, engine).present.any(axis=0)
        if there.any():
            yield _operand(node, operand, there=True)
        if not there.all():
            yield _operand(node, operand, there=False)


def _over(node: Expr, evaluation: Evaluation, engine: Engine) -> Vector:
    axis = evaluation.axis
    result = engine.range(
        evaluation.storage, node, axis.start_ms, axis.end_ms, axis.step_ms, cache=evaluation.cache
    )
    return result.vector
