"""An alert's or an expression's story over the whole test: states, values, and when it would have fired."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import BinaryOp
from ledgerscope.promql.testing.plot import one_line, ruler, series_text, sparkline, spread, state_line
from ledgerscope.promql.testing.why_nothing import why_nothing
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.rules.alert_history import AlertHistory, AlertInstance
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.samples.axis import Axis
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.testing.runner import GroupRun

_MOST_SERIES = 6
_NARROWING = frozenset({BinaryOp.AND, BinaryOp.UNLESS})


def alert_timelines(run: GroupRun, alert: str, eval_time_ms: int) -> Iterator[str]:
    """For every rule of that alert: its alerts over time, and the value its condition looks at."""
    longest = max((h.placed.alert.for_ms for h in run.evaluation.named(alert) if h.placed.alert), default=0)
    until = max(run.end_of_input_ms, eval_time_ms + longest)
    later = run.evaluated_until(until)
    for history in later.named(alert):
        yield from _history_lines(run, later, history, eval_time_ms)


def _history_lines(
    run: GroupRun, later: Evaluation, history: AlertHistory, eval_time_ms: int
) -> Iterator[str]:
    alert = history.placed.alert
    start = run.group.start_ms
    wait = f", for {format_duration(alert.for_ms)}" if alert and alert.for_ms else ""
    yield f"  over time ({one_line(history.placed.rule.expr)}{wait}):"
    if not history.instances:
        yield "    the expression never has a result"
        yield from (f"    {reason}" for reason in why_nothing(run, later, history.placed.tree))
    for instance in islice(history.instances, _MOST_SERIES):
        yield f"    {series_text(instance.labels)}"
        yield f"    {state_line(instance.life.states.tolist())}  {moments(instance, history.axis, start)}"
    if len(history.instances) > _MOST_SERIES:
        yield f"    and {len(history.instances) - _MOST_SERIES} more"
    condition = list(_condition_lines(run, later, history.placed.tree))
    yield from condition
    if history.instances or condition:
        yield f"    {ruler(history.axis, start)}  (asserted at {format_duration(eval_time_ms)})"


def moments(instance: AlertInstance, axis: Axis, start_ms: int) -> str:
    """When an alert first pends and fires and last ceases, in words."""
    states = instance.life.states
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


def _condition_lines(run: GroupRun, later: Evaluation, tree: Expr) -> Iterator[str]:
    """What the alert's comparison looks at: the value whose crossing makes the alert."""
    condition = condition_of(tree)
    if condition is not None:
        try:
            yield from _values(run, later, condition, "    value")
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


def value_lines(run: GroupRun, expr: str, eval_time_ms: int) -> Iterator[str]:
    """The values of an expression over the whole test."""
    evaluation = run.evaluation
    lines = list(_values(run, evaluation, expr, "    values"))
    if lines:
        yield "  over time:"
        yield from lines
        start = run.group.start_ms
        yield f"    {ruler(evaluation.axis, start)}  (asserted at {format_duration(eval_time_ms)})"


def _values(run: GroupRun, evaluation: Evaluation, expr: Expr | str, title: str) -> Iterator[str]:
    axis = evaluation.axis
    result = run.engine.range(evaluation.storage, expr, axis.start_ms, axis.end_ms, axis.step_ms)
    rows = list(result.vector)
    for row in rows[:_MOST_SERIES]:
        plot = sparkline(row.values, row.present)
        yield f"{title} {series_text(row.labels)}: {spread(row.values, row.present)}"
        yield f"    {plot}"
    if len(rows) > _MOST_SERIES:
        yield f"    and {len(rows) - _MOST_SERIES} more"
