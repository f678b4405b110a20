"""A form of an expression that is the same for expressions that give the same for all data.

Two expressions of one form are provably the same; two of different forms may be the same all the same. Each
step here has to hold for all data: NaN, native histograms, missing series.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.mutation.constants import constant, followed
from ledgerscope.promql.mutation.domains import accepted, domain, joined
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.analysis import ANY_LABELS, infer, labels_along
from ledgerscope.promql.syntax.invariance import TIME_DEPENDENT
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp, MatchOp, UnaryOp
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledgerscope.promql.mutation.domains import Domain
    from ledgerscope.promql.syntax.analysis import LabelSet
    from ledgerscope.promql.syntax.ast import Expr

Form: TypeAlias = "tuple[object, ...]"

_NOTHING: Form = ("nothing",)
_FLIPPED = {
    BinaryOp.GT: BinaryOp.LT,
    BinaryOp.GE: BinaryOp.LE,
    BinaryOp.LT: BinaryOp.GT,
    BinaryOp.LE: BinaryOp.GE,
    BinaryOp.EQ: BinaryOp.EQ,
    BinaryOp.NE: BinaryOp.NE,
}


def same_for_all_data(left: Expr, right: Expr) -> bool:
    """Whether that is proven; False proves nothing."""
    return canonical(left) == canonical(right)


def canonical(node: Expr) -> Form:
    """The form of an expression."""
    value = constant(node)
    if value is not None:
        return "number", repr(value)
    return _FORMS.get(type(node), _as_written)(node)


def presence(node: Expr) -> Form:
    """The same where only the labels of the result count: what an alert does with values it does not show."""
    while (inner := _of_same_presence(node)) is not None:
        node = inner
    match node:
        case ast.Aggregate(op=op, expr=inner) if op in _PRESENCE and canonical(inner) != _NOTHING:
            return (
                "present",
                _PRESENCE[op],
                _possible(node.grouping, [labels_of(inner)]),
                node.without,
                canonical(inner),
            )
        case _:
            return canonical(node)


def _of_same_presence(node: Expr) -> Expr | None:
    """A part that has the same series as the node."""
    match node:
        case ast.Paren(expr=inner):
            return inner
        case ast.Unary(expr=inner) if _keeps_series_apart(inner):
            return inner
        case ast.Binary(op=op, lhs=lhs, rhs=rhs) if op in (BinaryOp.MUL, BinaryOp.DIV) and _scales(rhs, lhs):
            return lhs
        case ast.Binary(op=BinaryOp.MUL, lhs=lhs, rhs=rhs) if _scales(lhs, rhs):
            return rhs
        case _:
            return None


def _scales(number: Expr, series: Expr) -> bool:
    """Whether it is a number that leaves every sample there, be it a float or a native histogram."""
    value = constant(number)
    return value is not None and math.isfinite(value) and value != 0 and _keeps_series_apart(series)


def _keeps_series_apart(node: Expr) -> bool:
    """Whether no two series can become one, which is an error, when their name is dropped."""
    return all(
        each.name if isinstance(each, ast.VectorSelector) else not _relabels(each) for each in ast.walk(node)
    )


def _relabels(node: Expr) -> bool:
    return isinstance(node, ast.Call) and node.func in ("info", "label_join", "label_replace")


#: Aggregations that have a result for the same groups: those with any float, and those with any sample.
_PRESENCE = {
    AggregateOp.MAX: "float",
    AggregateOp.MIN: "float",
    AggregateOp.COUNT: "sample",
    AggregateOp.GROUP: "sample",
}


def _as_written(node: Expr) -> Form:
    return "text", to_string(node)


def _inner(node: ast.Paren) -> Form:
    return canonical(node.expr)


def _signed(node: ast.Unary) -> Form:
    """A plus changes nothing, the name of the metric included; a minus is kept as written."""
    return canonical(node.expr) if node.op is UnaryOp.PLUS else ("minus", canonical(node.expr))


def _selector(node: ast.VectorSelector) -> Form:
    kept = tuple(each for each in node.matchers if not _matches_all(each))
    written = ast.VectorSelector(
        node.name,
        kept or node.matchers,
        node.offset_ms,
        node.at,
        node.offset_expr,
        node.anchored,
        node.smoothed,
        node.allow_empty,
    )
    return "text", to_string(written)


def _matches_all(matcher: ast.Matcher) -> bool:
    return matcher.op is MatchOp.REGEX and matcher.value == ".*" and matcher.dot_all


def _matrix(node: ast.MatrixSelector) -> Form:
    return "window", canonical(node.vector), node.range_ms, node.range_expr


def _subquery(node: ast.Subquery) -> Form:
    modifiers = (node.range_ms, node.step_ms, node.offset_ms, node.at)
    return "subquery", canonical(node.expr), *modifiers, node.range_expr, node.step_expr, node.offset_expr


def _call(node: ast.Call) -> Form:
    if node.func in _BY_SPELLING:
        return _as_written(node)
    return "call", node.func, *map(canonical, node.args)


#: Functions whose labels depend on how their argument is written.
_BY_SPELLING = frozenset({"absent", "absent_over_time"})


def _aggregate(node: ast.Aggregate) -> Form:
    inner, within = canonical(node.expr), labels_of(node.expr)
    if inner == _NOTHING:
        return _NOTHING
    grouping = _possible(node.grouping, [within])
    op: object = node.op
    if op in (AggregateOp.MAX, AggregateOp.MIN) and _one_each(node, within):
        op = "extreme"
    return "aggregate", op, grouping, node.without, inner, node.param and canonical(node.param)


def _possible(names: Iterable[str], within: list[LabelSet]) -> frozenset[str]:
    """The labels that a series can have; grouping by any other one changes nothing."""
    return frozenset(name for name in names if any(each.has(name) for each in within))


def _one_each(node: ast.Aggregate, within: LabelSet) -> bool:
    """Whether no group can have two series: all labels that there are make it, or there is one series."""
    if at_most_one(node.expr):
        return True
    return not node.without and not within.open and within.names <= frozenset(node.grouping)


def at_most_one(node: Expr) -> bool:
    """Whether there is never more than one series."""
    match node:
        case ast.Paren(expr=inner) | ast.Unary(expr=inner):
            return at_most_one(inner)
        case ast.Call(func=func):
            return func in ("absent", "absent_over_time", "vector")
        case ast.Aggregate(op=op, grouping=grouping, without=without):
            return op in _ONE_PER_GROUP and not grouping and not without
        case ast.Binary(op=op, lhs=lhs, rhs=rhs) if op.is_comparison:
            return at_most_one(rhs) if constant(lhs) is not None else _compares_one(node)
        case _:
            return False


def _compares_one(node: ast.Binary) -> bool:
    operand: Expr = node
    while isinstance(operand, ast.Binary) and operand.op.is_comparison and constant(operand.rhs) is not None:
        operand = operand.lhs
    return operand is not node and at_most_one(operand)


_ONE_PER_GROUP = frozenset(
    {
        AggregateOp.AVG,
        AggregateOp.COUNT,
        AggregateOp.GROUP,
        AggregateOp.MAX,
        AggregateOp.MIN,
        AggregateOp.QUANTILE,
        AggregateOp.STDDEV,
        AggregateOp.STDVAR,
        AggregateOp.SUM,
    }
)


def labels_of(node: Expr) -> LabelSet:
    """The labels that series of an expression can have; open where that depends on the data."""
    return infer(node, lambda _: ANY_LABELS).labels


def _binary(node: ast.Binary) -> Form:
    first = ast.spine(node)[0].lhs
    form, values = canonical(first), domain(first)
    for (each, left, number), labels in zip(followed(node), _left_labels(node), strict=False):
        if number is None:
            form = _operation(each, _Left(form, left, values, labels))
        else:
            form = "number", repr(number)
        values = joined(each, values, left, number)
    return form


@dataclass(frozen=True, slots=True)
class _Left:
    """What is known of the left side of an operation: it may be long, and is looked at once."""

    form: Form
    number: float | None
    values: Domain | None
    labels: LabelSet


def _left_labels(chain: ast.Binary) -> Iterable[LabelSet]:
    """The labels of each left side of a chain, where a matching names some."""
    if any(each.matching and each.matching.labels for each in ast.spine(chain)):
        return labels_along(chain, lambda _: ANY_LABELS)
    return repeat(ANY_LABELS)


def _operation(node: ast.Binary, left: _Left) -> Form:
    lhs = left.form
    if node.op.is_comparison:
        decided = _compared_with_number(node, left)
        if decided is not None:
            return decided
    rhs = presence(node.rhs) if node.op in (BinaryOp.AND, BinaryOp.UNLESS) else canonical(node.rhs)
    if not _fills(node) and _NOTHING in (lhs, rhs) and (node.op is BinaryOp.OR or _never_fails(node)):
        return _with_nothing(node.op, lhs, rhs)
    return _joined(lhs, node.op, node.return_bool, _matching(node, left.labels), rhs)


def _joined(lhs: Form, *step: object) -> Form:
    """A form and what follows it, side by side: Python compares tuples within tuples by recursion."""
    return (*lhs, step) if lhs[0] == _CHAIN else (_CHAIN, lhs, step)


_CHAIN = "chain"


def _fills(node: ast.Binary) -> bool:
    matching = node.matching
    return matching is not None and (matching.fill_lhs is not None or matching.fill_rhs is not None)


def _with_nothing(op: BinaryOp, lhs: Form, rhs: Form) -> Form:
    """An operation one side of which never has any series."""
    if op is BinaryOp.OR:
        return lhs if rhs == _NOTHING else rhs
    return lhs if op is BinaryOp.UNLESS else _NOTHING


def _compared_with_number(node: ast.Binary, left: _Left) -> Form | None:
    """A comparison of series with a number, where the values that there can be are known."""
    series, number, op, form, values = node.lhs, constant(node.rhs), node.op, left.form, left.values
    if number is None:
        series, number, op = node.rhs, left.number, _FLIPPED[op]
        form, values = canonical(series), domain(series)
    if number is None or ast.value_type(series) is not ValueType.VECTOR:
        return None
    if values is None:
        return _joined(form, "compare", op, repr(number), node.return_bool)
    held = accepted(op, number, values)
    if isinstance(held, tuple):
        word, limit = held
        return _joined(form, "compare", word, repr(limit), node.return_bool)
    if node.return_bool:
        return _joined(form, "always", held)
    if held:
        return form
    return _NOTHING if _never_fails(series) else _joined(form, "never")


def _never_fails(node: Expr) -> bool:
    """Whether the evaluation cannot fail, whatever the data: then what has no effect can be left out."""
    return all(_is_harmless(each) for each in ast.walk(node))


def _is_harmless(node: Expr) -> bool:
    match node:
        case ast.NumberLiteral() | ast.Paren():
            return True
        case ast.VectorSelector(name=name):
            return bool(name)  # series of two metrics may become one
        case ast.Call(func=func):
            return func in _HARMLESS or func in TIME_DEPENDENT
        case ast.Aggregate(op=op):
            return op in _ONE_PER_GROUP
        case ast.Binary(op=op, matching=matching):
            return op.is_set or matching is None
        case _:
            return isinstance(node, ast.MatrixSelector)


_HARMLESS = frozenset(
    {"absent", "changes", "count_over_time", "increase", "max_over_time", "rate", "resets", "vector"}
)


def _matching(node: ast.Binary, left: LabelSet) -> Form | None:
    matching = node.matching
    if matching is None:
        return None
    within = [left, labels_of(node.rhs)] if matching.labels else []
    labels = _possible(matching.labels, within)
    fills = (matching.fill_lhs, matching.fill_rhs)
    return matching.cardinality, labels, matching.on, frozenset(matching.include), *fills


_FORMS: dict[type, Callable[..., Form]] = {
    ast.Paren: _inner,
    ast.Unary: _signed,
    ast.VectorSelector: _selector,
    ast.MatrixSelector: _matrix,
    ast.Subquery: _subquery,
    ast.Call: _call,
    ast.Aggregate: _aggregate,
    ast.Binary: _binary,
}
