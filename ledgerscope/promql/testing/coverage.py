"""Rule coverage: which rules saw data, and which of the things that they can do were seen.

A rule that was loaded but never saw anything is not tested. Each rule has a list of points (its conditions,
what time does to its alert, its templates); a point is covered once any test group has shown it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledgerscope.promql.testing.alert_points import alert_points, alert_shown, template_points
from ledgerscope.promql.testing.condition_points import condition_points, conditions_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledgerscope.promql.engine.engine import Engine
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.plan import RulePlan
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.testing.alert_points import Side

RAN = "sees data"


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
            points[RAN] = True
            points |= dict.fromkeys(conditions_shown(placed, points, evaluation, engine), True)
            if placed.alert:
                points |= dict.fromkeys(alert_shown(histories[placed.order]), True)

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

    def expect(self, placed: Placed) -> None:
        """Count a rule whether a test runs it or not."""
        self._points_of(placed)

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
    yield from condition_points(placed)
    yield from alert_points(placed)
    yield from (name for _, name in template_points(placed))
