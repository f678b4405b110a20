"""Whether what a storage holds can make an expression fail, without evaluating it.

An expression whose result is provably empty still fails where a part of it does, as the right side of
`missing unless label_replace(…)`. A False is a proof: no part with input can give two series one label set.
Parameters that are wrong whatever the data, such as a bad regular expression, are not looked at: they show
when the expression is evaluated over an empty storage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledgerscope.promql.engine.sight import FROM_NOTHING, can_see
from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.ast import value_type
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp, MatchOp
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.samples.storage import Storage

#: Functions that can give two series one label set, whatever their names, or refuse their parameters.
_DELICATE = frozenset(
    {"label_replace", "label_join", "histogram_quantile", "histogram_quantiles", "histogram_fraction", "info"}
    | {"double_exponential_smoothing", "holt_winters"}
)
#: Aggregations by a number that data can make wrong.
_NUMBERED = frozenset({AggregateOp.TOPK, AggregateOp.BOTTOMK, AggregateOp.LIMITK, AggregateOp.LIMIT_RATIO})


def can_fail(node: ast.Expr, storage: Storage) -> bool:
    """Whether evaluating the node may fail at some instant."""
    return any(can_see(each, storage) for each in _suspects(node))


def _suspects(node: ast.Expr) -> Iterator[ast.Expr]:
    """The parts that may fail once they have input, the node among them."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.Binary):
            operations = ast.spine(current)
            yield from (each for each, distinct in _along(operations) if not (each.op.is_set or distinct))
            pending += [operations[0].lhs, *(each.rhs for each in operations)]
            continue
        suspect = _SUSPECT.get(type(current))
        if suspect is not None and suspect(current):
            yield current
        pending += ast.children(current)


#: Whether a node that has input may itself fail.
_SUSPECT: dict[type, Callable[[Any], bool]] = {
    ast.Aggregate: lambda node: node.op in _NUMBERED and not isinstance(node.param, ast.NumberLiteral),
    ast.Call: lambda node: node.func not in FROM_NOTHING and not _is_distinct(node),
    ast.Unary: lambda node: not _is_distinct(node),
}


def _is_distinct(node: ast.Expr) -> bool:
    """Whether the label sets of the node's series differ even without their metric names."""
    if value_type(node) in {ValueType.SCALAR, ValueType.STRING}:
        return True
    return _DISTINCT[type(node)](node)


def _of_one_name(node: ast.VectorSelector) -> bool:
    return any(each.name == METRIC_NAME and each.op is MatchOp.EQUAL for each in node.matchers)


def _call(node: ast.Call) -> bool:
    return node.func in FROM_NOTHING or (node.func not in _DELICATE and all(map(_is_distinct, node.args)))


def _binary(node: ast.Binary) -> bool:
    *_, (_, distinct) = _along(ast.spine(node))
    return distinct


def _along(operations: list[ast.Binary]) -> Iterator[tuple[ast.Binary, bool]]:
    """The operations of a chain, each with whether the label sets of its series differ."""
    first = operations[0].lhs
    distinct, found = _is_distinct(first), value_type(first)
    for each in operations:
        types = found, value_type(each.rhs)
        if each.op not in {BinaryOp.AND, BinaryOp.UNLESS}:
            distinct = distinct and ValueType.SCALAR in types and _is_distinct(each.rhs)
        found = ast.joint_type(*types)
        yield each, distinct or found is ValueType.SCALAR


_DISTINCT: dict[type, Callable[[Any], bool]] = {
    ast.VectorSelector: _of_one_name,
    ast.MatrixSelector: lambda node: _of_one_name(node.vector),
    ast.Subquery: lambda node: _is_distinct(node.expr),
    ast.Call: _call,
    ast.Aggregate: lambda node: node.without or METRIC_NAME not in node.grouping,
    ast.Binary: _binary,
    ast.Unary: lambda node: _is_distinct(node.expr),
    ast.Paren: lambda node: _is_distinct(node.expr),
}
