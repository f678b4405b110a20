"""Mutations of aggregations and functions: the other extreme, a limit moved, a function left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import Span
from ledgerscope.promql.mutation.comparisons import literal, rounded, shifts
from ledgerscope.promql.mutation.constants import constant
from ledgerscope.promql.mutation.model import Edit
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import AggregateOp, UnaryOp
from ledgerscope.promql.syntax.printer import to_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.ast import Expr

#: What an aggregation is easily mistaken for; the same of one series, so a test needs two.
_AGGREGATES = {
    AggregateOp.MAX: AggregateOp.MIN,
    AggregateOp.MIN: AggregateOp.MAX,
    AggregateOp.SUM: AggregateOp.MAX,
    AggregateOp.AVG: AggregateOp.MAX,
    AggregateOp.COUNT: AggregateOp.GROUP,
    AggregateOp.TOPK: AggregateOp.BOTTOMK,
    AggregateOp.BOTTOMK: AggregateOp.TOPK,
}
#: The same over time; a test needs a value that changes.
_OVER_TIME = {
    "max_over_time": "min_over_time",
    "min_over_time": "max_over_time",
    "avg_over_time": "max_over_time",
    "sum_over_time": "max_over_time",
    "count_over_time": "present_over_time",
}
_LEFT_OUT = frozenset({"abs", "ceil", "clamp", "clamp_max", "clamp_min", "floor", "round", "sgn"})


def _quantiles(value: float) -> tuple[float, ...]:
    """A quantile nearer to the end, and nearer to the middle."""
    margin = min(value, 1 - value) / 2
    return (rounded(value + margin), rounded(value - margin)) if margin > 0 else ()


#: Which argument of a function is a limit, and how it is moved.
_LIMITS: dict[str, dict[int, Callable[[float], tuple[float, ...]]]] = {
    "clamp": {1: shifts, 2: shifts},
    "clamp_max": {1: shifts},
    "clamp_min": {1: shifts},
    "histogram_quantile": {0: _quantiles},
    "predict_linear": {1: shifts},
    "quantile_over_time": {0: _quantiles},
}
_PARAMETERS: dict[AggregateOp, Callable[[float], tuple[float, ...]]] = {
    AggregateOp.TOPK: shifts,
    AggregateOp.BOTTOMK: shifts,
    AggregateOp.QUANTILE: _quantiles,
}


def aggregations(node: Expr, _text: str) -> Iterator[Edit]:
    """An aggregation over series or over time that gives the same of one value."""
    if isinstance(node, ast.Aggregate) and node.op in _AGGREGATES:
        op = _AGGREGATES[node.op]
        span = _word(node.span, node.op.value)
        yield Edit(replace(node, op=op), span, node.op.value, op.value, "two series of different values")
    elif isinstance(node, ast.Call) and node.func in _OVER_TIME:
        func = _OVER_TIME[node.func]
        span = _word(node.span, node.func)
        yield Edit(replace(node, func=func), span, node.func, func, "a value that changes within the window")


def functions(node: Expr, _text: str) -> Iterator[Edit]:
    """A function of each value, or a sign, left out."""
    if isinstance(node, ast.Call) and node.func in _LEFT_OUT:
        shows = f"a value that {node.func}() changes"
        yield Edit(node.args[0], _word(node.span, node.func), f"{node.func}()", "", shows)
    elif isinstance(node, ast.Unary) and node.op is UnaryOp.MINUS:
        yield Edit(node.expr, _word(node.span, "-"), "-", "", "a value other than zero")


def parameters(node: Expr, _text: str) -> Iterator[Edit]:
    """The limit or the quantile that a function is given, shifted up and down."""
    if isinstance(node, ast.Call):
        for index, moved in _LIMITS.get(node.func, {}).items():
            if index < len(node.args):
                yield from _moved(
                    node.args[index],
                    moved,
                    lambda new, index=index: replace(  # type: ignore[misc]  # the index of this turn
                        node, args=(*node.args[:index], new, *node.args[index + 1 :])
                    ),
                )
    elif isinstance(node, ast.Aggregate) and node.op in _PARAMETERS and node.param is not None:
        yield from _moved(node.param, _PARAMETERS[node.op], lambda new: replace(node, param=new))


def _moved(
    argument: Expr, moved: Callable[[float], tuple[float, ...]], put: Callable[[Expr], Expr]
) -> Iterator[Edit]:
    value = constant(argument)
    for other in () if value is None else moved(value):
        new, before = literal(other, argument), to_string(argument)
        after = to_string(new)
        yield Edit(put(new), argument.span, before, after, f"a value that {before} and {after} tell apart")


def _word(span: Span, word: str) -> Span:
    return Span(span.start, span.start + len(word))
