"""The functions of the language: one table, with exactly the keys of the signatures.

Functions are plain values here; each family lives in the module of its concept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import points
from ledgerscope.promql.engine.functions import over_time, point_rates, point_sums, rates, regression
from ledgerscope.promql.engine.functions.absence import absent, absent_over_time
from ledgerscope.promql.engine.functions.classic_histograms import (
    histogram_fraction,
    histogram_quantile,
    histogram_quantiles,
)
from ledgerscope.promql.engine.functions.dates import DATES
from ledgerscope.promql.engine.functions.elementwise import ELEMENTWISE, clamped, rounded
from ledgerscope.promql.engine.functions.info import info
from ledgerscope.promql.engine.functions.native import NATIVE_FUNCTIONS
from ledgerscope.promql.engine.functions.ordering import by_label, by_value
from ledgerscope.promql.engine.functions.range_calls import (
    call_range_function,
    doubt_non_counters,
    doubt_quantile,
)
from ledgerscope.promql.engine.functions.relabel import label_join, label_replace
from ledgerscope.promql.engine.ranges import RangeFunction
from ledgerscope.promql.engine.selectors import dated_of
from ledgerscope.promql.samples.values import Scalar, Value, Vector
from ledgerscope.promql.syntax.ast import Paren, VectorSelector

if TYPE_CHECKING:
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.engine.ranges import BlockForm
    from ledgerscope.promql.engine.selectors import Newest
    from ledgerscope.promql.samples.axis import Floats
    from ledgerscope.promql.syntax.ast import Call, Expr

Function = Callable[["Evaluator", "Call"], Value]


def evaluate_call(evaluator: Evaluator, call: Call) -> Value:
    """A function call along the axis."""
    return FUNCTIONS[call.func](evaluator, call)


def _mapped(evaluator: Evaluator, vector: Vector, change: Callable[[Floats], Floats]) -> Vector:
    """Every float changed, histograms left out, names gone."""
    floats = vector.floats_only()
    values = change(floats.values)
    return evaluator.named(replace(floats, values=values, drop_name=(True,) * len(floats)).seen())


def _elementwise(change: Callable[[Floats], Floats]) -> Function:
    return lambda evaluator, call: _mapped(evaluator, evaluator.vector(call.args[0]), change)


def _date(part: Callable[[Floats], Floats]) -> Function:
    def function(evaluator: Evaluator, call: Call) -> Value:
        if call.args:
            return _mapped(evaluator, evaluator.vector(call.args[0]), part)
        now = evaluator.axis.times // 1000
        return Scalar(evaluator.axis, part(now.astype(np.float64))).as_vector()

    return function


def _round(evaluator: Evaluator, call: Call) -> Value:
    vector = evaluator.vector(call.args[0])
    nearest = evaluator.scalar(call.args[1]).values if len(call.args) > 1 else np.ones(evaluator.axis.count)
    return _mapped(evaluator, vector, lambda values: rounded(values, nearest))


def _clamp(evaluator: Evaluator, call: Call) -> Value:
    vector = evaluator.vector(call.args[0])
    bounds = [evaluator.scalar(arg).values for arg in call.args[1:]]
    infinite = np.full(evaluator.axis.count, np.inf)
    least = -infinite if call.func == "clamp_max" else bounds[0]
    most = infinite if call.func == "clamp_min" else bounds[-1]
    kept = replace(vector, present=vector.present & ~(most < least))
    return _mapped(evaluator, kept, lambda values: clamped(values, least, most))


def _time(evaluator: Evaluator, call: Call) -> Value:  # noqa: ARG001 - the table's shape
    return Scalar(evaluator.axis, evaluator.axis.times / 1000.0)


def _pi(evaluator: Evaluator, call: Call) -> Value:  # noqa: ARG001 - the table's shape
    return Scalar.constant(evaluator.axis, np.pi)


def _vector(evaluator: Evaluator, call: Call) -> Value:
    return evaluator.scalar(call.args[0]).as_vector()


def _scalar(evaluator: Evaluator, call: Call) -> Value:
    vector = evaluator.vector(call.args[0])
    floats = vector.floats
    only = np.argmax(floats, axis=0) if len(vector) else np.zeros(evaluator.axis.count, dtype=np.int64)
    found = vector.values[only, np.arange(evaluator.axis.count)] if len(vector) else np.nan
    return Scalar(evaluator.axis, np.where(floats.sum(axis=0) == 1, found, np.nan))


def _timestamp(evaluator: Evaluator, call: Call) -> Value:
    """When the samples of a selector were taken; of any other vector, the time of evaluation."""
    argument = _bare(call.args[0])
    if isinstance(argument, VectorSelector):
        return _of_newest(evaluator, argument, lambda found: found.times() / 1000.0)
    vector = evaluator.vector(argument)
    now = np.broadcast_to(evaluator.axis.times / 1000.0, vector.values.shape)
    stamped = replace(vector, values=now, histograms=None, drop_name=(True,) * len(vector))
    return evaluator.named(stamped.seen())


def _start_timestamp(evaluator: Evaluator, call: Call) -> Value:
    """When the samples of a selector began to count; any other vector no longer knows."""
    argument = _bare(call.args[0])
    if isinstance(argument, VectorSelector):
        return _of_newest(evaluator, argument, lambda found: found.start_times() / 1000.0)
    evaluator.vector(argument)
    return Vector.empty(evaluator.axis)


def _of_newest(evaluator: Evaluator, node: VectorSelector, read: Callable[[Newest], Floats]) -> Vector:
    found = dated_of(evaluator, node)
    if not found.series:
        return Vector.empty(evaluator.axis)
    labels = tuple(samples.labels for samples in found.series)
    marks = (True,) * len(labels)
    return evaluator.named(Vector(evaluator.axis, labels, read(found), found.present, None, marks).seen())


def _bare(node: Expr) -> Expr:
    while isinstance(node, Paren):
        node = node.expr
    return node


def _of_range(function: RangeFunction) -> Function:
    return lambda evaluator, call: call_range_function(evaluator, call, function)


def _query_time(pick: Callable[[Evaluator], float]) -> Function:
    return lambda evaluator, call: Scalar.constant(evaluator.axis, pick(evaluator))  # noqa: ARG005 - the shape


def _of_two(choose: Callable[[Floats, Floats], Floats]) -> Function:
    def function(evaluator: Evaluator, call: Call) -> Value:
        left, right = (evaluator.scalar(arg).values for arg in call.args)
        return Scalar(evaluator.axis, choose(left, right))

    return function


def _passing_over_histograms(block: BlockForm) -> RangeFunction:
    return RangeFunction(block, points.floats_only(block))


RANGE_FUNCTIONS: dict[str, RangeFunction] = {
    "avg_over_time": RangeFunction(
        over_time.average, point_sums.of_one_kind(points.floats_only(over_time.average), point_sums.average)
    ),
    "changes": RangeFunction(over_time.changes, points.changes),
    "count_over_time": RangeFunction(over_time.count, points.count),
    "delta": RangeFunction(rates.delta, point_rates.extrapolated(counter=False, per_second=False)),
    "deriv": _passing_over_histograms(regression.deriv),
    "double_exponential_smoothing": _passing_over_histograms(regression.smoothing),
    "first_over_time": RangeFunction(over_time.first, points.first, keeps_name=True),
    "holt_winters": _passing_over_histograms(regression.smoothing),
    "idelta": RangeFunction(rates.idelta, point_rates.last_step(counter=False)),
    "increase": RangeFunction(
        rates.increase, point_rates.extrapolated(counter=True, per_second=False), remark=doubt_non_counters
    ),
    "irate": RangeFunction(rates.irate, point_rates.last_step(counter=True)),
    "last_over_time": RangeFunction(over_time.last, points.last, keeps_name=True),
    "mad_over_time": _passing_over_histograms(over_time.median_deviation),
    "max_over_time": _passing_over_histograms(over_time.maximum),
    "min_over_time": _passing_over_histograms(over_time.minimum),
    "predict_linear": _passing_over_histograms(regression.predict_linear),
    "present_over_time": RangeFunction(over_time.present, points.present),
    "quantile_over_time": RangeFunction(
        over_time.quantile, points.floats_only(over_time.quantile), remark=doubt_quantile
    ),
    "rate": RangeFunction(
        rates.rate, point_rates.extrapolated(counter=True, per_second=True), remark=doubt_non_counters
    ),
    "resets": RangeFunction(over_time.resets, points.resets),
    "stddev_over_time": _passing_over_histograms(over_time.deviation),
    "stdvar_over_time": _passing_over_histograms(over_time.variance),
    "sum_over_time": RangeFunction(
        over_time.total, point_sums.of_one_kind(points.floats_only(over_time.total), point_sums.total)
    ),
    "ts_of_first_over_time": RangeFunction(over_time.time_of_first, points.time_of_first),
    "ts_of_last_over_time": RangeFunction(over_time.time_of_last, points.time_of_last),
    "ts_of_max_over_time": _passing_over_histograms(over_time.time_of_maximum),
    "ts_of_min_over_time": _passing_over_histograms(over_time.time_of_minimum),
}

FUNCTIONS: dict[str, Function] = {
    **{name: _elementwise(change) for name, change in ELEMENTWISE.items()},
    **{name: _date(part) for name, part in DATES.items()},
    **NATIVE_FUNCTIONS,
    **{name: _of_range(function) for name, function in RANGE_FUNCTIONS.items()},
    "absent": absent,
    "absent_over_time": absent_over_time,
    "clamp": _clamp,
    "clamp_max": _clamp,
    "clamp_min": _clamp,
    "end": _query_time(lambda evaluator: evaluator.query.axis.end_ms / 1000.0),
    "histogram_fraction": histogram_fraction,
    "histogram_quantile": histogram_quantile,
    "histogram_quantiles": histogram_quantiles,
    "info": info,
    "label_join": label_join,
    "label_replace": label_replace,
    "max_of": _of_two(np.maximum),
    "min_of": _of_two(np.minimum),
    "pi": _pi,
    "range": _query_time(lambda evaluator: evaluator.query.span_seconds),
    "round": _round,
    "scalar": _scalar,
    "sort": by_value(descending=False),
    "sort_by_label": by_label(descending=False),
    "sort_by_label_desc": by_label(descending=True),
    "sort_desc": by_value(descending=True),
    "start": _query_time(lambda evaluator: evaluator.query.axis.start_ms / 1000.0),
    "start_timestamp": _start_timestamp,
    "step": _query_time(lambda evaluator: evaluator.query.step_seconds),
    "time": _time,
    "timestamp": _timestamp,
    "vector": _vector,
}
