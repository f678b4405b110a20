"""What a tree must satisfy beyond its grammar: types of operands, arguments, matchers.

Runs once over a finished tree, children first, and stops at the first fault as Prometheus does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ledgerscope.promql.errors import ParseError, Span
from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    Call,
    Expr,
    MatrixSelector,
    Paren,
    Subquery,
    Unary,
    VectorMatching,
    VectorSelector,
    joint_type,
    spine,
    value_type,
)
from ledgerscope.promql.syntax.matching import matches
from ledgerscope.promql.syntax.operators import AggregateOp, Cardinality
from ledgerscope.promql.syntax.signatures import SIGNATURES, Signature
from ledgerscope.promql.syntax.valuetypes import ValueType
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERANDS = (ValueType.SCALAR, ValueType.VECTOR)
_GROUPED = (Cardinality.MANY_TO_ONE, Cardinality.ONE_TO_MANY)
_METRIC_NAME = "__name__"


def check(node: Expr, text: str) -> None:
    """Raise ParseError for the first thing in the tree of `text` that has no meaning."""
    _Checks(text).visit(node)


class _Checks:
    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def fail(self, message: str, span: Span) -> NoReturn:
        raise ParseError(message, span, self._text)

    def visit(self, node: Expr) -> ValueType:
        """Check the node and everything below it; its type."""
        if isinstance(node, Binary):
            return self.chain(node)
        check_node = _CHECKS.get(type(node))
        if check_node is not None:
            check_node(self, node)
        return value_type(node)

    def expect(self, node: Expr, wanted: ValueType, context: str) -> None:
        found = self.visit(node)
        if found is not wanted:
            self.fail(
                f"expected type {wanted.documented_name} in {context}, got {found.documented_name}",
                node.span,
            )

    def aggregate(self, node: Aggregate) -> None:
        self.expect(node.expr, ValueType.VECTOR, "aggregation expression")
        if node.param is not None:
            counts_values = node.op is AggregateOp.COUNT_VALUES
            wanted = ValueType.STRING if counts_values else ValueType.SCALAR
            self.expect(node.param, wanted, "aggregation parameter")

    def chain(self, node: Binary) -> ValueType:
        operations = spine(node)
        found = self.visit(operations[0].lhs)
        for each in operations:
            types = (found, self.visit(each.rhs))
            self.binary(each, types)
            found = joint_type(*types)
        return found

    def binary(self, node: Binary, types: tuple[ValueType, ValueType]) -> None:
        if node.return_bool and not node.op.is_comparison:
            self.fail("bool modifier can only be used on comparison operators", self._operator(node))
        if node.op.is_comparison and not node.return_bool and types == (ValueType.SCALAR, ValueType.SCALAR):
            self.fail("comparisons between scalars must use BOOL modifier", self._operator(node))
        if node.matching is not None:
            self._grouping_labels(node, node.matching)
        for operand, found in zip((node.lhs, node.rhs), types, strict=True):
            if found not in _OPERANDS:
                self.fail("binary expression must contain only scalar and instant vector types", operand.span)
        if ValueType.SCALAR in types:
            self._with_scalar(node)
        elif node.op.is_set and node.matching is not None:
            self._set_operation(node, node.matching)

    def _grouping_labels(self, node: Binary, matching: VectorMatching) -> None:
        for label in matching.labels:
            if matching.on and label in matching.include:
                self.fail(
                    f"label {quote(label)} must not occur in ON and GROUP clause at once",
                    self._operator(node),
                )

    def _with_scalar(self, node: Binary) -> None:
        if node.matching is not None:
            self.fail(
                "vector matching only allowed between instant vectors"
                if node.matching.labels
                else "filling in missing series only allowed between instant vectors",
                node.span,
            )
        if node.op.is_set:
            self.fail(
                f"set operator {quote(node.op.value)} not allowed in binary scalar expression",
                node.span,
            )

    def _set_operation(self, node: Binary, matching: VectorMatching) -> None:
        if matching.cardinality in _GROUPED:
            self.fail(f"no grouping allowed for {quote(node.op.value)} operation", node.span)
        if matching.fill_lhs is not None or matching.fill_rhs is not None:
            self.fail("filling in missing series not allowed for set operators", node.span)

    def _operator(self, node: Binary) -> Span:
        """Where the operator stands: between the operands, without the space around it."""
        start, end = node.lhs.span.end, node.rhs.span.start
        between = self._text[start:end]
        return Span(start + len(between) - len(between.lstrip()), start + len(between.rstrip()))

    def call(self, node: Call) -> None:
        signature = SIGNATURES[node.func]
        self._count(node, signature)
        if node.func == "info" and len(node.args) > 1:
            self._info_selector(node, node.args[1])
        for index, arg in enumerate(node.args):
            self.expect(arg, signature.arg_type(index), f"call to function {quote(node.func)}")

    def _count(self, node: Call, signature: Signature) -> None:
        lowest, highest, given = signature.min_args, signature.max_args, len(node.args)
        if lowest <= given and (highest is None or given <= highest):
            return
        bound, count = ("at least ", lowest) if given < lowest else ("at most ", highest)
        if not signature.variadic:
            bound = ""
        self.fail(
            f"expected {bound}{count} argument(s) in call to {quote(node.func)}, got {given}", node.span
        )

    def _info_selector(self, node: Call, selector: Expr) -> None:
        found = value_type(selector)
        if found is not ValueType.VECTOR:
            self.fail(
                f"expected type instant vector in call to function {quote(node.func)},"
                f" got {found.documented_name}",
                node.span,
            )
        if not isinstance(selector, VectorSelector):
            self.fail("expected label selectors only", selector.span)
        if selector.name:
            self.fail("expected label selectors only, got vector selector instead", selector.span)

    def paren(self, node: Paren) -> None:
        self.visit(node.expr)

    def unary(self, node: Unary) -> None:
        found = self.visit(node.expr)
        if found not in _OPERANDS:
            self.fail(
                "unary expression only allowed on expressions of type scalar or instant vector,"
                f" got {quote(found.documented_name)}",
                node.span,
            )

    def subquery(self, node: Subquery) -> None:
        found = self.visit(node.expr)
        if found is not ValueType.VECTOR:
            self.fail(f"subquery is only allowed on instant vector, got {found.value} instead", node.span)

    def matrix(self, node: MatrixSelector) -> None:
        self.vector(node.vector)

    def vector(self, node: VectorSelector) -> None:
        if node.name:
            self._single_name(node)
        elif not node.allow_empty and all(matches(matcher, "") for matcher in node.matchers):
            self.fail("vector selector must contain at least one non-empty matcher", node.span)

    def _single_name(self, node: VectorSelector) -> None:
        for matcher in node.matchers[:-1]:
            if matcher.name == _METRIC_NAME:
                self.fail(
                    f"metric name must not be set twice: {quote(node.name)} or {quote(matcher.value)}",
                    node.span,
                )


_CHECKS: dict[type, Callable[..., None]] = {
    Aggregate: _Checks.aggregate,
    Call: _Checks.call,
    Paren: _Checks.paren,
    Unary: _Checks.unary,
    Subquery: _Checks.subquery,
    MatrixSelector: _Checks.matrix,
    VectorSelector: _Checks.vector,
}
"""Literals need no check; binary operations are checked along their chain."""
