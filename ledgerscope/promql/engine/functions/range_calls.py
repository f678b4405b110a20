"""Calls of functions of range vectors: float series in blocks, everything else window by window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.functions.extended import call_extended
from ledgerscope.promql.engine.point_cells import CellGrid
from ledgerscope.promql.engine.ranges import PointWindow, RangeContext, RangeFunction, points_of
from ledgerscope.promql.engine.selectors import RangeSelection, select_range
from ledgerscope.promql.engine.subqueries import select_subquery
from ledgerscope.promql.engine.windows import Windows, block_of, blocks
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.axis import in_any_instant
from ledgerscope.promql.syntax.ast import MatrixSelector, Paren, Subquery

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.errors import Span
    from ledgerscope.promql.samples.storage import Samples
    from ledgerscope.promql.samples.values import Value, Vector
    from ledgerscope.promql.syntax.ast import Call, Expr

_COUNTER_SUFFIXES = ("_total", "_sum", "_count", "_bucket")


def selection_of(evaluator: Evaluator, node: Expr) -> RangeSelection:
    """The range vector that an argument denotes."""
    if isinstance(node, Subquery):
        return select_subquery(evaluator, node)
    assert isinstance(node, MatrixSelector)  # noqa: S101 - the parser admits nothing else as a range vector
    return select_range(evaluator, node)


def range_argument(call: Call) -> Expr:
    """The argument that is a range vector."""
    return next(
        unwrapped for arg in call.args if isinstance(unwrapped := _bare(arg), MatrixSelector | Subquery)
    )


def _bare(node: Expr) -> Expr:
    while isinstance(node, Paren):
        node = node.expr
    return node


def call_range_function(evaluator: Evaluator, call: Call, function: RangeFunction) -> Value:
    """A function of a range vector along the axis."""
    return evaluator.shared(call, lambda inner: _call(inner, call, function))


def _call(evaluator: Evaluator, call: Call, function: RangeFunction) -> Vector:
    argument = range_argument(call)
    if isinstance(argument, MatrixSelector) and (argument.vector.anchored or argument.vector.smoothed):
        return call_extended(evaluator, call, argument)
    selection = selection_of(evaluator, argument)
    scalars = tuple(evaluator.scalar(arg).values for arg in call.args if _bare(arg) is not argument)
    context = RangeContext(
        evaluator.axis.times, selection.ends, selection.range_ms, scalars, evaluator.compat
    )
    output = _Output(selection, context, CellGrid.empty(selection.series, evaluator.axis))
    output.fill_blocks(function)
    output.fill_windows(evaluator, function, argument.span)
    vector = output.grid.vector(tuple(not function.keeps_name or inner for inner in selection.drop_name))
    if function.remark is not None:
        function.remark(evaluator, call, vector)
    return evaluator.named_as_wholes(vector.seen())


@dataclass(frozen=True, slots=True)
class _Output:
    """The cells of a call's result, filled in portions."""

    selection: RangeSelection
    context: RangeContext
    grid: CellGrid

    def fill_blocks(self, function: RangeFunction) -> None:
        """The series that are floats only."""
        plain = [row for row, samples in enumerate(self.selection.series) if not _is_special(samples)]
        series = [self.selection.series[row] for row in plain]
        for rows, windows in blocks(
            series, self.context.ends, self.context.range_ms, left_open=self.context.compat.left_open
        ):
            values, present = function.block(block_of(series, rows, windows), self.context)
            where = [plain[row] for row in rows]
            self.grid.values[where] = values
            self.grid.present[where] = present

    def fill_windows(self, evaluator: Evaluator, function: RangeFunction, span: Span) -> None:
        """The series with native histograms or start timestamps."""
        for row, samples in enumerate(self.selection.series):
            if _is_special(samples):
                self._fill_row(row, samples, evaluator, function, span)

    def _fill_row(
        self, row: int, samples: Samples, evaluator: Evaluator, function: RangeFunction, span: Span
    ) -> None:
        context = self.context
        windows = Windows.over(
            samples.times, context.ends, context.range_ms, left_open=context.compat.left_open
        )
        for column in np.flatnonzero(windows.counts):
            window = _window(samples, slice(windows.lo[column], windows.hi[column]), context, int(column))
            outcome, remarks = function.points(window)
            for remark in remarks:
                evaluator.note(remark, span)
            self.grid.set(row, int(column), outcome)


def _is_special(samples: Samples) -> bool:
    return samples.histograms is not None or samples.start_times is not None


def _window(samples: Samples, within: slice, context: RangeContext, column: int) -> PointWindow:
    points = points_of(samples.pick(within))
    return PointWindow(
        floats=[point for point in points if point.histogram is None],
        histograms=[point for point in points if point.histogram is not None],
        metric=samples.labels.name,
        at_ms=int(context.times[column]),
        start_ms=int(context.starts[column]),
        end_ms=int(context.ends[column]),
        range_seconds=context.range_seconds,
        scalars=tuple(float(values[column]) for values in context.scalars),
        compat=context.compat,
    )


def doubt_non_counters(evaluator: Evaluator, call: Call, result: Vector) -> None:
    """Remark on float series under rate() or increase() that are not named, or typed, like counters."""
    floats = in_any_instant(result.floats)
    for row, labels in enumerate(result.labels):
        if not floats[row] or not labels.name:
            continue
        if evaluator.query.settings.type_and_unit_labels:
            kind = labels.get("__type__")
            if kind not in {"counter", "histogram"}:
                evaluator.note(notes.possible_non_counter_label(labels.name, kind), call.args[0].span)
        elif not labels.name.endswith(_COUNTER_SUFFIXES):
            evaluator.note(notes.possible_non_counter(labels.name), call.args[0].span)


def doubt_quantile(evaluator: Evaluator, call: Call, result: Vector) -> None:
    """Remark on quantiles outside 0 to 1, wherever there is something to take one of."""
    q = evaluator.scalar(call.args[0]).values
    used = q[result.present.any(axis=0)]
    for value in dict.fromkeys(used[~((used >= 0) & (used <= 1))].tolist()):
        evaluator.note(notes.invalid_quantile(value), call.args[0].span)
