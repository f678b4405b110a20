"""absent and absent_over_time: a series where there is none, labelled by what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.functions.range_calls import range_argument, selection_of
from ledgerscope.promql.engine.windows import Windows
from ledgerscope.promql.samples.axis import in_any_series
from ledgerscope.promql.samples.labels import EMPTY, METRIC_NAME, Labels
from ledgerscope.promql.samples.values import Value, Vector
from ledgerscope.promql.syntax.ast import MatrixSelector, Paren, VectorSelector
from ledgerscope.promql.syntax.operators import MatchOp

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans
    from ledgerscope.promql.syntax.ast import Call, Expr


def absent(evaluator: Evaluator, call: Call) -> Value:
    """1 where the vector has no series."""
    vector = evaluator.vector(call.args[0])
    return _where(evaluator, ~in_any_series(vector.present), call.args[0])


def absent_over_time(evaluator: Evaluator, call: Call) -> Value:
    """1 where no series has a sample in the range."""
    argument = range_argument(call)
    selection = selection_of(evaluator, argument)
    seen = np.zeros(evaluator.axis.count, dtype=bool)
    for samples in selection.series:
        windows = Windows.over(
            samples.times, selection.ends, selection.range_ms, left_open=evaluator.compat.left_open
        )
        seen |= windows.counts > 0
    return _where(evaluator, ~seen, argument)


def _where(evaluator: Evaluator, missing: Booleans, argument: Expr) -> Vector:
    if not missing.any():
        return Vector.empty(evaluator.axis)
    return Vector.of_row(evaluator.axis, labels_asked_for(argument), np.ones(evaluator.axis.count), missing)


def labels_asked_for(node: Expr) -> Labels:
    """The labels a selector pins to one value each; none for anything but a selector."""
    while isinstance(node, Paren):
        node = node.expr
    if isinstance(node, MatrixSelector):
        node = node.vector
    if not isinstance(node, VectorSelector):
        return EMPTY
    pinned: dict[str, str] = {}
    met: set[str] = set()
    for matcher in sorted(node.matchers, key=lambda each: each.span.start):  # in the order written
        if matcher.name == METRIC_NAME:
            continue
        if matcher.op is MatchOp.EQUAL and matcher.name not in met:
            pinned[matcher.name] = matcher.value
            met.add(matcher.name)
        else:
            pinned.pop(matcher.name, None)
    return Labels(pinned)
