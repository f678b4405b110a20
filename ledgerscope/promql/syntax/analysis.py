"""What can be said of an expression without any data: selectors, the functions over them, its labels.

Pure: it knows no catalogue; the caller says which labels a selector's series carry. A build that checks rules
asks here which metrics an expression reads, how, and whether every label it names can exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorMatching,
    VectorSelector,
    children,
    joint_type,
    spine,
    value_type,
    walk,
)
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp, Cardinality, MatchOp
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.errors import Span

METRIC_NAME = "__name__"
BUCKET_BOUND = "le"


@dataclass(frozen=True, slots=True)
class Use:
    """A selector and what happens to its samples first: the innermost function or aggregation, if any."""

    selector: VectorSelector
    function: str | None


def selectors(expr: Expr) -> tuple[VectorSelector, ...]:
    """Every selector, in the order written."""
    return tuple(node for node in walk(expr) if isinstance(node, VectorSelector))


def metric_name(selector: VectorSelector) -> str | None:
    """The one metric a selector reads, None where it may read several."""
    for matcher in selector.matchers:
        if matcher.name == METRIC_NAME and matcher.op is MatchOp.EQUAL and matcher.value:
            return matcher.value
    return None


def uses(expr: Expr) -> tuple[Use, ...]:
    """Every selector with the first function over it, looking through parentheses, signs and subqueries."""
    return tuple(_uses(expr))


_TRANSPARENT = (Paren, Unary, Subquery, MatrixSelector)


def _uses(expr: Expr) -> Iterator[Use]:
    pending: list[tuple[Expr, str | None]] = [(expr, None)]
    while pending:
        node, function = pending.pop()
        if isinstance(node, VectorSelector):
            yield Use(node, function)
            continue
        if isinstance(node, Call):
            function = node.func
        elif isinstance(node, Aggregate):
            function = node.op.value
        elif not isinstance(node, _TRANSPARENT):
            function = None
        pending.extend((child, function) for child in reversed(children(node)))


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The labels series may carry, without the metric name; `open` if there may be others as well."""

    names: frozenset[str] = frozenset()
    open: bool = False

    def has(self, name: str) -> bool:
        """Whether a series may carry the label."""
        return self.open or name in self.names

    def keeping(self, names: frozenset[str]) -> LabelSet:
        """Only these labels, where they can exist."""
        return LabelSet(names if self.open else self.names & names)

    def dropping(self, names: frozenset[str]) -> LabelSet:
        """All but these labels."""
        return LabelSet(self.names - names, self.open)

    def adding(self, *names: str) -> LabelSet:
        """These labels as well."""
        return LabelSet(self.names.union(names), self.open)

    def __or__(self, other: LabelSet) -> LabelSet:
        return LabelSet(self.names | other.names, self.open or other.open)


NO_LABELS = LabelSet()
ANY_LABELS = LabelSet(open=True)


@dataclass(frozen=True, slots=True)
class UnknownLabel:
    """A label named where no series can carry it; `where` is the word it stands behind (`by`, `on`, ...)."""

    label: str
    where: str
    span: Span


@dataclass(frozen=True, slots=True)
class Inference:
    """The labels of an expression's result, and the labels in it that cannot exist."""

    labels: LabelSet
    unknown: tuple[UnknownLabel, ...]


def infer(expr: Expr, labels_of: Callable[[VectorSelector], LabelSet]) -> Inference:
    """Follow labels from the selectors (as `labels_of` gives them) to the result."""
    follower = _Follower(labels_of)
    labels = follower.follow(expr)
    return Inference(labels, tuple(follower.unknown))


def labels_along(chain: Binary, labels_of: Callable[[VectorSelector], LabelSet]) -> list[LabelSet]:
    """The labels of the first operand of a chain of operations, then of each operation, innermost first."""
    return list(_Follower(labels_of).along(chain))


class _Follower:
    __slots__ = ("_labels_of", "unknown")

    def __init__(self, labels_of: Callable[[VectorSelector], LabelSet]) -> None:
        self._labels_of = labels_of
        self.unknown: list[UnknownLabel] = []

    def follow(self, node: Expr) -> LabelSet:
        step = _STEPS.get(type(node))
        return NO_LABELS if step is None else step(self, node)

    def selector(self, node: VectorSelector) -> LabelSet:
        labels = self._labels_of(node)
        for matcher in node.matchers:
            if matcher.name != METRIC_NAME:
                self._require(labels, matcher.name, "matcher", matcher.span)
        return labels

    def matrix(self, node: MatrixSelector) -> LabelSet:
        return self.follow(node.vector)

    def inner(self, node: Paren | Unary | Subquery) -> LabelSet:
        return self.follow(node.expr)

    def _require(self, labels: LabelSet, name: str, where: str, span: Span) -> None:
        if name != METRIC_NAME and not labels.has(name):
            self.unknown.append(UnknownLabel(name, where, span))

    def aggregate(self, node: Aggregate) -> LabelSet:
        labels = self.follow(node.expr)
        where = "without" if node.without else "by"
        for name in node.grouping:
            self._require(labels, name, where, node.span)
        if node.op in _SELECTING:
            return labels
        grouping = frozenset(node.grouping)
        grouped = labels.dropping(grouping) if node.without else labels.keeping(grouping)
        return grouped.adding(*_text_of(node.param)) if node.op is AggregateOp.COUNT_VALUES else grouped

    def chain(self, node: Binary) -> LabelSet:
        *_, labels = self.along(node)
        return labels

    def along(self, chain: Binary) -> Iterator[LabelSet]:
        operations = spine(chain)
        first = operations[0].lhs
        labels, found = self.follow(first), value_type(first)
        yield labels
        for each in operations:
            labels = self.binary(each, labels, self.follow(each.rhs), found)
            found = joint_type(found, value_type(each.rhs))
            yield labels

    def binary(self, node: Binary, lhs: LabelSet, rhs: LabelSet, left_type: ValueType) -> LabelSet:
        if node.matching is None:
            return lhs if left_type is ValueType.VECTOR else rhs
        self._matched(node, node.matching, lhs, rhs)
        if node.op is BinaryOp.OR:
            return lhs | rhs
        if node.op.is_set:
            return lhs
        return _joined(node.matching, lhs, rhs)

    def _matched(self, node: Binary, matching: VectorMatching, lhs: LabelSet, rhs: LabelSet) -> None:
        """Check every label a matching names."""
        for name in matching.labels:
            if matching.on:
                self._require(lhs, name, "on", node.lhs.span)
                self._require(rhs, name, "on", node.rhs.span)
            else:
                self._require(lhs | rhs, name, "ignoring", node.span)
        left = matching.cardinality is Cardinality.MANY_TO_ONE
        one, span = (rhs, node.rhs.span) if left else (lhs, node.lhs.span)
        for name in matching.include:
            self._require(one, name, "group_left" if left else "group_right", span)

    def call(self, node: Call) -> LabelSet:
        results = [self.follow(arg) for arg in node.args]
        change = _CALLS.get(node.func)
        if change is not None:
            return change(node, results)
        vectors = [
            labels
            for labels, arg in zip(results, node.args, strict=True)
            if value_type(arg) in (ValueType.VECTOR, ValueType.MATRIX)
        ]
        return vectors[0] if vectors else NO_LABELS


def _joined(matching: VectorMatching, lhs: LabelSet, rhs: LabelSet) -> LabelSet:
    """The labels of an arithmetic or comparing operation between vectors."""
    named = frozenset(matching.labels)
    match matching.cardinality:
        case Cardinality.MANY_TO_ONE:
            return lhs.adding(*matching.include)
        case Cardinality.ONE_TO_MANY:
            return rhs.adding(*matching.include)
        case _:
            return lhs.keeping(named) if matching.on else lhs.dropping(named)


def _text_of(node: Expr | None) -> tuple[str, ...]:
    while isinstance(node, Paren):
        node = node.expr
    return (node.value,) if isinstance(node, StringLiteral) else ()


def _labels_of_absence(node: Call, _: list[LabelSet]) -> LabelSet:
    """`absent` makes its labels from the equality matchers of a selector given to it directly."""
    selector = node.args[0]
    if isinstance(selector, MatrixSelector):
        selector = selector.vector
    if not isinstance(selector, VectorSelector):
        return NO_LABELS
    equal = (m.name for m in selector.matchers if m.op is MatchOp.EQUAL and m.name != METRIC_NAME)
    return LabelSet(frozenset(equal))


def _with_destination(node: Call, results: list[LabelSet]) -> LabelSet:
    return results[0].adding(*_text_of(node.args[1]))


def _without_bound(_: Call, results: list[LabelSet]) -> LabelSet:
    return results[-1].dropping(frozenset({BUCKET_BOUND}))


def _quantiles(node: Call, results: list[LabelSet]) -> LabelSet:
    return _with_destination(node, [results[0].dropping(frozenset({BUCKET_BOUND}))])


_SELECTING = frozenset(
    {AggregateOp.TOPK, AggregateOp.BOTTOMK, AggregateOp.LIMITK, AggregateOp.LIMIT_RATIO},
)
"""The aggregations that pick series and leave them as they are."""

_CALLS: dict[str, Callable[[Call, list[LabelSet]], LabelSet]] = {
    "absent": _labels_of_absence,
    "absent_over_time": _labels_of_absence,
    "label_replace": _with_destination,
    "label_join": _with_destination,
    "histogram_quantile": _without_bound,
    "histogram_fraction": _without_bound,
    "histogram_quantiles": _quantiles,
    "info": lambda _, __: ANY_LABELS,
    "scalar": lambda _, __: NO_LABELS,
}
"""The functions that change labels; every other passes on those of its vector."""

_STEPS: dict[type, Callable[..., LabelSet]] = {
    VectorSelector: _Follower.selector,
    MatrixSelector: _Follower.matrix,
    Subquery: _Follower.inner,
    Paren: _Follower.inner,
    Unary: _Follower.inner,
    Aggregate: _Follower.aggregate,
    Binary: _Follower.chain,
    Call: _Follower.call,
}
