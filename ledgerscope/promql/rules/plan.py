"""In which order rules can be computed over the whole time axis at once.

A rule that reads what an earlier rule writes comes after it. One that reads a later rule sees that rule's
samples one step late; rules that read each other in a circle have to be stepped through together.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.rules.components import strongly_connected
from ledgerscope.promql.rules.placed import place
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.analysis import metric_name
from ledgerscope.promql.syntax.ast import value_type
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledgerscope.promql.engine.engine import Engine
    from ledgerscope.promql.rules.model import RuleGroup
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.syntax.ast import Expr, VectorSelector


@dataclass(frozen=True, slots=True)
class Reading:
    """A selector of a rule. `plain`: it looks at nothing but the newest sample at the very instant."""

    selector: VectorSelector
    plain: bool
    looks_ahead: bool


@dataclass(frozen=True, slots=True)
class LateReading:
    """A rule that reads, by this selector, what a rule of a later group writes."""

    reader: Placed
    writer: Placed
    selector: VectorSelector


@dataclasses.dataclass(frozen=True, eq=False)
class Component:
    """Rules to be computed together: one, or several that read each other."""

    rules: tuple[Placed, ...]
    cyclic: bool
    level: int


@dataclasses.dataclass(frozen=True, eq=False)
class RulePlan:
    """The rules of some groups, what they read from each other, and the order that follows."""

    rules: tuple[Placed, ...]
    _faulty: dict[tuple[Dialect, int], bool] = field(default_factory=dict)
    _resting: dict[tuple[Dialect, int], bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls, groups: Sequence[RuleGroup], order: Sequence[str] = (), dialect: Dialect = PROMETHEUS_3
    ) -> RulePlan:
        """The plan of groups; `order` is promtool's `group_eval_order`."""
        return cls(place(groups, order, dialect))

    @cached_property
    def readings(self) -> tuple[tuple[Reading, ...], ...]:
        """Per rule, its selectors."""
        return tuple(tuple(_readings(placed.tree)) for placed in self.rules)

    @cached_property
    def names(self) -> tuple[frozenset[str] | None, ...]:
        """Per rule, the metrics that its selectors name; None where one of them names none."""
        return tuple(_names(readings) for readings in self.readings)

    @cached_property
    def writers(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """Per rule and selector, the rules that may write what the selector reads."""
        by_name: dict[str, list[int]] = defaultdict(list)
        for placed in self.rules:
            for name in placed.outputs:
                by_name[name].append(placed.order)
        everyone = range(len(self.rules))

        def of(reading: Reading) -> tuple[int, ...]:
            name = metric_name(reading.selector)
            candidates = everyone if name is None else by_name.get(name, ())
            matchers = reading.selector.matchers
            return tuple(order for order in candidates if self.rules[order].may_satisfy(matchers))

        return tuple(tuple(of(reading) for reading in readings) for readings in self.readings)

    @cached_property
    def components(self) -> tuple[Component, ...]:
        """Everything in computable order; a component's `level` is above that of all it reads."""
        reads = [{order for each in writers for order in each} for writers in self.writers]
        level_of: dict[int, int] = {}
        components: list[Component] = []
        for members in strongly_connected(reads):
            inside = set(members)
            outside = {order for member in members for order in reads[member]} - inside
            level = 1 + max((level_of[order] for order in outside), default=-1)
            level_of |= dict.fromkeys(members, level)
            cyclic = len(members) > 1 or members[0] in reads[members[0]]
            components.append(Component(tuple(self.rules[m] for m in sorted(members)), cyclic, level))
        return tuple(sorted(components, key=lambda each: (each.level, each.rules[0].order)))

    @cached_property
    def late_readings(self) -> tuple[LateReading, ...]:
        """Where a rule reads what a later group writes: it would see it a step earlier in another order."""
        return tuple(
            LateReading(reader, self.rules[order], reading.selector)
            for reader in self.rules
            for index, reading in enumerate(self.readings[reader.order])
            for order in self.late(reader, index)
            if self.rules[order].group is not reader.group
        )

    @cached_property
    def shifted(self) -> bool:
        """Whether rules see each other while some write into the past, where a sample's time misleads."""
        offsets = any(placed.group.query_offset_ms for placed in self.rules)
        return offsets and (any(map(any, self.writers)) or any(map(_queries, self.rules)))

    def writers_first(self) -> RulePlan:
        """The same rules with every group behind those it reads, as far as they do not read each other."""
        groups = list({id(placed.group): None for placed in self.rules})
        reads: list[set[int]] = [set() for _ in groups]
        for placed in self.rules:
            written = {order for orders in self.writers[placed.order] for order in orders}
            reads[groups.index(id(placed.group))] |= {groups.index(id(self.rules[o].group)) for o in written}
        ranked = [groups[index] for members in strongly_connected(reads) for index in sorted(members)]
        rank = {group: index for index, group in enumerate(ranked)}
        rules = sorted(self.rules, key=lambda placed: rank[id(placed.group)])
        return RulePlan(tuple(replace(placed, order=order) for order, placed in enumerate(rules)))

    def rests_without_input(self, engine: Engine, order: int) -> bool:
        """Whether a rule is empty, and does not fail, as long as no metric that it names is there."""
        key = (engine.dialect, order)
        if key not in self._resting:
            self._resting[key] = not (
                self.names[order] is None
                or engine.can_see(Storage(), self.rules[order].tree)
                or self.fails_on_any_data(engine, order)
            )
        return self._resting[key]

    def fails_on_any_data(self, engine: Engine, order: int) -> bool:
        """Whether a rule fails whatever the data, for instance by a regular expression that is none."""
        key = (engine.dialect, order)
        if key not in self._faulty:
            self._faulty[key] = _fails(engine, self.rules[order].tree)
        return self._faulty[key]

    def late(self, placed: Placed, reading: int) -> tuple[int, ...]:
        """The rules whose samples at an instant the rule does not see yet at that instant."""
        return tuple(order for order in self.writers[placed.order][reading] if order >= placed.order)


def _names(readings: Sequence[Reading]) -> frozenset[str] | None:
    names = [metric_name(reading.selector) for reading in readings]
    return None if None in names else frozenset(filter(None, names))


def _queries(placed: Placed) -> bool:
    """Whether a template of the rule may ask for series itself."""
    annotations = placed.alert.annotations if placed.alert else {}
    return any("query" in text for text in (*placed.labels.values(), *annotations.values()))


def _fails(engine: Engine, tree: Expr) -> bool:
    if value_type(tree) in {ValueType.MATRIX, ValueType.STRING}:
        return True
    try:
        engine.instant(Storage(), tree, 0)
    except PromQLError:
        return True
    return False


def _readings(tree: Expr) -> Iterator[Reading]:
    pending: list[tuple[Expr, bool, bool]] = [(tree, True, False)]
    while pending:
        node, plain, ahead = pending.pop()
        if isinstance(node, ast.VectorSelector):
            yield Reading(node, plain and _is_plain(node), ahead or _looks_ahead(node))
            continue
        if isinstance(node, ast.Subquery):
            plain, ahead = False, ahead or _looks_ahead(node)
        elif isinstance(node, ast.MatrixSelector) or (isinstance(node, ast.Call) and node.func in _TIMED):
            plain = False
        pending.extend((child, plain, ahead) for child in ast.children(node))


#: Functions that ask when a sample was taken, or read metrics that they do not name.
_TIMED = frozenset({"timestamp", "info"})


def _is_plain(node: ast.VectorSelector) -> bool:
    return not (node.offset_ms or node.offset_expr or node.at is not None or node.anchored or node.smoothed)


def _looks_ahead(node: ast.VectorSelector | ast.Subquery) -> bool:
    """Whether samples after the instant of evaluation can come into it."""
    smoothed = isinstance(node, ast.VectorSelector) and (node.smoothed or node.anchored)
    return node.at is not None or node.offset_expr is not None or node.offset_ms < 0 or smoothed
