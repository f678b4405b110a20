"""Which labels the result of an expression has, worked out from its tree without any data.

Source: the label rules of Prometheus' vector matching and aggregation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledgerscope.promql.ast import (
    Aggregate,
    Binary,
    Call,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorSelector,
    value_type,
)
from ledgerscope.promql.operators import AggregateOp, BinaryOp, Cardinality, MatchOp
from ledgerscope.promql.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.ast import Expr
    from rules.vocabulary import Vocabulary

__all__ = ["labels_of"]

_NONE: frozenset[str] = frozenset()
_KEEP_EVERY_LABEL = frozenset(
    {AggregateOp.TOPK, AggregateOp.BOTTOMK, AggregateOp.LIMITK, AggregateOp.LIMIT_RATIO}
)


def labels_of(node: Expr, known: Vocabulary) -> frozenset[str]:
    """The label names of the result, without the metric name; raises UnknownSeries."""
    return _RULES[type(node)](node, known)


def _of_call(node: Call, known: Vocabulary) -> frozenset[str]:
    special = _SPECIAL_CALLS.get(node.func)
    if special is not None:
        return special(node, known)
    series = [arg for arg in node.args if value_type(arg) in (ValueType.VECTOR, ValueType.MATRIX)]
    return labels_of(series[0], known) if series else _NONE


def _of_absent(node: Call, known: Vocabulary) -> frozenset[str]:
    """`absent` keeps what the equality matchers of its selector state."""
    inner = node.args[0]
    selector = inner.vector if isinstance(inner, MatrixSelector) else inner
    labels_of(selector, known)
    if not isinstance(selector, VectorSelector):
        return _NONE
    return frozenset(m.name for m in selector.matchers if m.op is MatchOp.EQUAL and m.name != "__name__")


def _of_quantile(node: Call, known: Vocabulary) -> frozenset[str]:
    return labels_of(node.args[1], known) - {"le"}


def _of_label_change(node: Call, known: Vocabulary) -> frozenset[str]:
    target = node.args[1]
    written = {target.value} if isinstance(target, StringLiteral) else set()
    return labels_of(node.args[0], known) | written


def _without_labels(_node: Expr, _known: Vocabulary) -> frozenset[str]:
    return _NONE


_SPECIAL_CALLS: dict[str, Callable[[Call, Vocabulary], frozenset[str]]] = {
    "absent": _of_absent,
    "absent_over_time": _of_absent,
    "histogram_quantile": _of_quantile,
    "label_replace": _of_label_change,
    "label_join": _of_label_change,
    "scalar": _without_labels,
    "vector": _without_labels,
}


def _of_aggregate(node: Aggregate, known: Vocabulary) -> frozenset[str]:
    inner = labels_of(node.expr, known)
    if node.op in _KEEP_EVERY_LABEL:
        return inner
    grouped = inner - set(node.grouping) if node.without else inner & set(node.grouping)
    if node.op is AggregateOp.COUNT_VALUES and isinstance(node.param, StringLiteral):
        return grouped | {node.param.value}
    return grouped


def _of_binary(node: Binary, known: Vocabulary) -> frozenset[str]:
    left, right = labels_of(node.lhs, known), labels_of(node.rhs, known)
    if node.matching is None:
        return left or right
    if node.op.is_set:
        return left | right if node.op is BinaryOp.OR else left
    matching = node.matching
    match matching.cardinality:
        case Cardinality.MANY_TO_ONE:
            return left | set(matching.include)
        case Cardinality.ONE_TO_MANY:
            return right | set(matching.include)
        case _ if matching.on:
            return left & set(matching.labels)
        case _:
            return left - set(matching.labels)


_RULES: dict[type, Callable[[Any, Vocabulary], frozenset[str]]] = {
    NumberLiteral: _without_labels,
    StringLiteral: _without_labels,
    VectorSelector: lambda node, known: known.find(node.name).labels,
    MatrixSelector: lambda node, known: labels_of(node.vector, known),
    Paren: lambda node, known: labels_of(node.expr, known),
    Unary: lambda node, known: labels_of(node.expr, known),
    Subquery: lambda node, known: labels_of(node.expr, known),
    Call: _of_call,
    Aggregate: _of_aggregate,
    Binary: _of_binary,
}
