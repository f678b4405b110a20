"""What of a rule decides how its input has to be varied: thresholds and their values, labels, times."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.mutation.comparisons import shifts
from ledgerscope.promql.mutation.constants import constant
from ledgerscope.promql.mutation.variations import Hints
from ledgerscope.promql.rules.model import AlertingRule
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.analysis import METRIC_NAME, metric_name, selectors
from ledgerscope.promql.syntax.operators import MatchOp
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.mutation.model import Mutant
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.testing.runner import GroupRun

_MOST_VALUES = 3
_ONE_MORE = "replica"
_OF_VALUES = frozenset({"threshold", "comparison", "parameter"})
_MOST_HELD = 3000


def hints_of(mutant: Mutant, placed: Placed, run: GroupRun) -> Hints:
    """The hints for varying the input of a test group."""
    targets: list[float] = []
    ratios: list[float] = []
    for series, number in _conditions(placed.tree):
        wanted = _around(number)
        targets += wanted
        ratios += [target / value for value in _values(series, run) for target in wanted]
    finite = (ratio for ratio in ratios if math.isfinite(ratio) and ratio)
    return Hints(
        tuple(dict.fromkeys(finite)),
        tuple(dict.fromkeys([0.0, *targets])),
        _labels(mutant, placed.tree, run),
        _label_values(placed.tree),
        _unseen(placed.tree, run),
        min(_longest_ms(mutant, placed) // run.group.interval_ms, _MOST_HELD),
        mutant.operator in _OF_VALUES,
    )


def _conditions(tree: Expr) -> Iterator[tuple[Expr, float]]:
    """The series that are compared with a number, and the number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Binary) and node.op.is_comparison:
            for series, other in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
                number = constant(other)
                if number is not None and ast.value_type(series) is ValueType.VECTOR:
                    yield series, number


def _around(number: float) -> tuple[float, ...]:
    """A threshold, and what lies halfway to it from where the mutants move it."""
    if not math.isfinite(number):
        return ()
    return (number, *((number + shifted) / 2 for shifted in shifts(number)))


def _values(series: Expr, run: GroupRun) -> list[float]:
    """Some values that the series have in the test as it is: the last, the greatest and the least."""
    axis = run.evaluation.axis
    try:
        vector = run.engine.range(
            run.evaluation.storage, series, axis.start_ms, axis.end_ms, axis.step_ms
        ).vector
    except PromQLError:
        return []
    values = vector.values[vector.present]
    values = values[np.isfinite(values) & (values != 0)]
    found = [values[-1], values.max(), values.min()] if len(values) else []
    return list(dict.fromkeys(map(float, found)))[:_MOST_VALUES]


def _labels(mutant: Mutant, tree: Expr, run: GroupRun) -> tuple[str, ...]:
    """The labels that the rule names, those of the changed part first; those of the input; one more."""
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.VectorSelector):
            names |= dict.fromkeys(each.name for each in node.matchers)
        elif isinstance(node, ast.Aggregate):
            names |= dict.fromkeys(node.grouping)
        elif isinstance(node, ast.Binary) and node.matching is not None:
            names |= dict.fromkeys((*node.matching.labels, *node.matching.include))
    names |= dict.fromkeys(sorted({name for series in run.group.series for name in series.labels}))
    names[_ONE_MORE] = None
    names.pop(METRIC_NAME, None)
    ranked = sorted(names, key=lambda name: (name not in mutant.before, name != _ONE_MORE))
    return tuple(ranked)


def _label_values(tree: Expr) -> tuple[str, ...]:
    """The values that matchers name, alternatives one by one."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        for matcher in node.matchers if isinstance(node, ast.VectorSelector) else ():
            if matcher.name != METRIC_NAME:
                found |= dict.fromkeys(matcher.value.replace("\\", "").split("|"))
    return tuple(filter(None, found))


def _unseen(tree: Expr, run: GroupRun) -> tuple[dict[str, str], ...]:
    """Labels for each selector of a metric that neither the input has nor a rule writes."""
    there = {series.labels.get(METRIC_NAME, "") for series in run.group.series}
    there |= {name for placed in run.plan.rules for name in placed.outputs}
    return tuple(
        {each.name: each.value for each in selector.matchers if each.op is MatchOp.EQUAL}
        for selector in selectors(tree)
        if (metric_name(selector) or "") not in {"", *there}
    )


def _longest_ms(mutant: Mutant, placed: Placed) -> int:
    """How long after a change of the input the rule, or its mutant, may still change."""
    alerts = [each for each in (placed.rule, mutant.rule) if isinstance(each, AlertingRule)]
    waits = [each.for_ms + each.keep_firing_for_ms for each in alerts]
    trees = [placed.tree, *([mutant.rule.tree] if mutant.rule.tree else [])]
    ranges = [
        node.range_ms
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.MatrixSelector | ast.Subquery)
    ]
    return max(waits, default=0) + max(ranges, default=0)
