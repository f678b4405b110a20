"""An alert's or an expression's story over the whole test: states, values, and when it would have fired."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import BinaryOp
from ledgerscope.promql.testing.reports.differences import likeness
from ledgerscope.promql.testing.reports.plot import (
    one_line,
    ruler,
    series_text,
    sparkline,
    spread,
    state_line,
)
from ledgerscope.promql.testing.reports.reasons import why_nothing
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledgerscope.promql.rules.alert_history import AlertHistory, AlertInstance
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.samples.axis import Axis
    from ledgerscope.promql.samples.values import Row
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.testing.model import AlertCase, Case, ExprCase
    from ledgerscope.promql.testing.runner import GroupRun

_MOST_SERIES = 6
_NARROWING = frozenset({BinaryOp.AND, BinaryOp.UNLESS})


def alert_timelines(run: GroupRun, case: AlertCase) -> Iterator[str]:
    """For every rule of that alert: its alerts over time, and the value its condition looks at."""
    rules = run.evaluation.named(case.alertname)
    longest = max((each.placed.alert.for_ms for each in rules if each.placed.alert), default=0)
    until = max(run.end_of_input_ms, case.eval_time_ms + longest)
    later = run.evaluated_until(until)
    for history in later.named(case.alertname):
        yield from _history_lines(run, later, history, case)


def _history_lines(run: GroupRun, later: Evaluation, history: AlertHistory, case: AlertCase) -> Iterator[str]:
    alert = history.placed.alert
    start = run.group.start_ms
    wait = f", for {format_duration(alert.for_ms)}" if alert and alert.for_ms else ""
    yield f"  over time ({one_line(history.placed.rule.expr)}{wait}):"
    if not history.instances:
        yield "    the expression never has a result"
        yield from (f"    {reason}" for reason in why_nothing(run, later, history.placed.tree))
    for instance in _nearest_first(history.instances, case)[:_MOST_SERIES]:
        yield f"    {series_text(instance.labels)}"
        states = instance.states(history.axis.count)
        yield f"    {state_line(states.tolist())}  {moments(instance, history.axis, start)}"
    if len(history.instances) > _MOST_SERIES:
        yield f"    and {len(history.instances) - _MOST_SERIES} more"
    condition = list(_condition_lines(run, later, history.placed.tree, case))
    yield from condition
    if history.instances or condition:
        yield f"    {ruler(history.axis, start)}  (asserted at {format_duration(case.eval_time_ms)})"


_Labelled = TypeVar("_Labelled", "AlertInstance", "Row")


def _nearest_first(found: Iterable[_Labelled], case: Case) -> list[_Labelled]:
    """Those most like what is expected in front: where there are many, the others do not matter."""
    wanted = [each.labels for each in case.expected]

    def distance(each: _Labelled) -> float:
        return -max((likeness(labels, each.labels.as_dict()) for labels in wanted), default=0.0)

    return sorted(found, key=distance)


def moments(instance: AlertInstance, axis: Axis, start_ms: int) -> str:
    """When an alert first pends and fires and last ceases, in words."""
    states = instance.states(axis.count)
    parts = []
    for state, word in ((State.PENDING, "pending from"), (State.FIRING, "fires at")):
        found = np.flatnonzero(states == state)
        if len(found):
            parts.append(f"{word} {format_duration(int(axis.times[found[0]]) - start_ms)}")
    if not (states == State.FIRING).any():
        parts.append(f"does not fire up to {format_duration(axis.end_ms - start_ms)}")
    elif states[-1] == State.INACTIVE:
        last = int(np.flatnonzero(states)[-1]) + 1
        parts.append(f"over at {format_duration(int(axis.times[last]) - start_ms)}")
    return ", ".join(parts)


def _condition_lines(run: GroupRun, later: Evaluation, tree: Expr, case: Case) -> Iterator[str]:
    """What the alert's comparison looks at: the value whose crossing makes the alert."""
    condition = condition_of(tree)
    if condition is not None:
        try:
            yield from _values(run, later, condition, case, "    value")
        except PromQLError:
            return


def condition_of(tree: Expr) -> Expr | None:
    """The left side of the comparison that makes the result, if there is one with a number."""
    while isinstance(tree, ast.Paren):
        tree = tree.expr
    if isinstance(tree, ast.Binary) and tree.op in _NARROWING:
        return condition_of(tree.lhs)
    if isinstance(tree, ast.Binary) and tree.op.is_comparison:
        return tree.lhs if isinstance(tree.rhs, (ast.NumberLiteral, ast.Unary)) else None
    return None


def value_lines(run: GroupRun, case: ExprCase) -> Iterator[str]:
    """The values of an expression over the whole test."""
    evaluation = run.evaluation
    lines = list(_values(run, evaluation, case.expr, case, "    values"))
    if lines:
        yield "  over time:"
        yield from lines
        start = run.group.start_ms
        yield f"    {ruler(evaluation.axis, start)}  (asserted at {format_duration(case.eval_time_ms)})"


def _values(run: GroupRun, evaluation: Evaluation, expr: Expr | str, case: Case, title: str) -> Iterator[str]:
    axis = evaluation.axis
    result = run.engine.range(evaluation.storage, expr, axis.start_ms, axis.end_ms, axis.step_ms)
    rows = _nearest_first(result.vector, case)
    for row in rows[:_MOST_SERIES]:
        plot = sparkline(row.values, row.present)
        yield f"{title} {series_text(row.labels)}: {spread(row.values, row.present)}"
        yield f"    {plot}"
    if len(rows) > _MOST_SERIES:
        yield f"    and {len(rows) - _MOST_SERIES} more"
