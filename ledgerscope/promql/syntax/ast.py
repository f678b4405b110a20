"""The tree a PromQL text becomes: frozen nodes, each knowing where in the text it stood.

Two trees are equal when they mean the same, wherever they were written: spans take no part in
equality or hashing, so an expression can key a cache. Everything downstream (engine, printer,
static analysis) dispatches on these classes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.errors import NOWHERE, Span
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.signatures import SIGNATURES
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.syntax.operators import (
        AggregateOp,
        AtBound,
        BinaryOp,
        Cardinality,
        DurationOp,
        MatchOp,
        UnaryOp,
    )

At: TypeAlias = "int | AtBound"
"""The instant of an `@` modifier: milliseconds since the epoch, or an end of the query's range."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label; a label that is absent counts as the empty string."""

    name: str
    op: MatchOp
    value: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    #: Whether a pattern is read as since Prometheus 3, where `.` matches a line break.
    dot_all: bool = field(default=True, repr=False)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class NumberLiteral:
    """A number. `duration` remembers that it was written as one (`5m` is 300), for printing."""

    value: float
    duration: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    # repr distinguishes 0 from -0 and knows NaN as itself, which == on floats does not.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NumberLiteral):
            return NotImplemented
        return repr(self.value) == repr(other.value) and self.duration == other.duration

    def __hash__(self) -> int:
        return hash((repr(self.value), self.duration))


@dataclass(frozen=True, slots=True)
class DurationExpr:
    """Arithmetic on durations (experimental); its numbers are seconds.

    `lhs` is None for a sign in front of `rhs`; both are None for `step()` and `range()`.
    """

    op: DurationOp
    lhs: DurationNode | None
    rhs: DurationNode | None
    wrapped: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


DurationNode: TypeAlias = "NumberLiteral | DurationExpr"


@dataclass(frozen=True, slots=True)
class StringLiteral:
    """A string, escapes already resolved."""

    value: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class VectorSelector:
    """The series that satisfy every matcher, at one instant.

    `name` is the metric name written outside the braces, or empty; `matchers` hold it too (as the
    last one, the others sorted), so a reader of data needs only `matchers`. A set `offset_expr`
    supersedes `offset_ms`. `allow_empty` marks the label selector of `info()`, which alone may match
    everything.
    """

    name: str
    matchers: tuple[Matcher, ...]
    offset_ms: int = 0
    at: At | None = None
    offset_expr: DurationExpr | None = None
    anchored: bool = False
    smoothed: bool = False
    allow_empty: bool = field(default=False, compare=False)
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MatrixSelector:
    """The samples of a selector's series in the window before each instant.

    Offset and `@` live on `vector`. A set `range_expr` supersedes `range_ms` (then 0).
    """

    vector: VectorSelector
    range_ms: int
    range_expr: DurationExpr | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression evaluated at every step of a window. `step_ms` None means the default step.

    A set `..._expr` supersedes the number of the same name.
    """

    expr: Expr
    range_ms: int
    step_ms: int | None = None
    offset_ms: int = 0
    at: At | None = None
    range_expr: DurationExpr | None = None
    step_expr: DurationExpr | None = None
    offset_expr: DurationExpr | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to arguments; `func` is a key of `SIGNATURES`."""

    func: str
    args: tuple[Expr, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregation over groups: `by` the grouping labels, or `without` them."""

    op: AggregateOp
    expr: Expr
    param: Expr | None = None
    grouping: tuple[str, ...] = ()
    without: bool = False
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class VectorMatching:
    """How series of two vectors find their partners.

    `on` compares only `labels`, otherwise everything but `labels` (and the metric name).
    `include` lists what the "many" side's result takes over from the "one" side. `fill_*` is the
    value that stands in for a missing partner on that side (experimental).
    """

    cardinality: Cardinality
    labels: tuple[str, ...] = ()
    on: bool = False
    include: tuple[str, ...] = ()
    fill_lhs: float | None = None
    fill_rhs: float | None = None


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands; `matching` is set exactly when both are vectors."""

    op: BinaryOp
    lhs: Expr
    rhs: Expr
    return_bool: bool = False
    matching: VectorMatching | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    # Along the left operands, so that a chain of thousands needs no recursion.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Binary):
            return NotImplemented
        mine, theirs = spine(self), spine(other)
        return (
            len(mine) == len(theirs)
            and mine[0].lhs == theirs[0].lhs
            and all(_joint(a) == _joint(b) for a, b in zip(mine, theirs, strict=True))
        )

    def __hash__(self) -> int:
        operations = spine(self)
        return hash((operations[0].lhs, *map(_joint, operations)))


def _joint(node: Binary) -> tuple[object, ...]:
    """All of an operation but its left operand."""
    return node.op, node.rhs, node.return_bool, node.matching


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign in front of an expression that is not a number literal."""

    op: UnaryOp
    expr: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Paren:
    """An expression in parentheses, kept so that printing gives back what was written."""

    expr: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Expr: TypeAlias = (
    "NumberLiteral | StringLiteral | VectorSelector | MatrixSelector | Subquery | Call | Aggregate"
    " | Binary | Unary | Paren"
)


def children(node: Expr) -> tuple[Expr, ...]:
    """The direct operands of a node, in the order Prometheus visits them."""
    return _CHILDREN[type(node)](node)


def walk(node: Expr) -> Iterator[Expr]:
    """The node and everything below it, depth first, parents before children."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children(current)))


def spine(node: Binary) -> list[Binary]:
    """The operations down the left operands, innermost first: of `a + b + c` first `a + b`, then the whole.

    A chain of operators is deep on the left alone. What walks a tree by recursion goes along this list
    instead, so that a chain may be as long as it likes; other nesting is bounded by the parser.
    """
    found = [node]
    while isinstance(node.lhs, Binary):
        node = node.lhs
        found.append(node)
    found.reverse()
    return found


def value_type(node: Expr) -> ValueType:
    """The type the node evaluates to; trusts that the tree has passed the type checks."""
    while isinstance(node, (Paren, Unary)):
        node = node.expr
    if isinstance(node, Call):
        return SIGNATURES[node.func].returns
    if isinstance(node, Binary):
        return _binary_type(node)
    return _TYPES[type(node)]


def _binary_type(node: Binary) -> ValueType:
    operand: Expr = node
    while isinstance(operand, Binary):
        if value_type(operand.rhs) is not ValueType.SCALAR:
            return ValueType.VECTOR
        operand = operand.lhs
    return joint_type(value_type(operand), ValueType.SCALAR)


def joint_type(lhs: ValueType, rhs: ValueType) -> ValueType:
    """The type of an operation between operands of these types."""
    return ValueType.SCALAR if lhs is rhs is ValueType.SCALAR else ValueType.VECTOR


_TYPES: dict[type, ValueType] = {
    NumberLiteral: ValueType.SCALAR,
    StringLiteral: ValueType.STRING,
    VectorSelector: ValueType.VECTOR,
    MatrixSelector: ValueType.MATRIX,
    Subquery: ValueType.MATRIX,
    Aggregate: ValueType.VECTOR,
}

_CHILDREN: dict[type, Callable[..., tuple[Expr, ...]]] = {
    NumberLiteral: lambda _: (),
    StringLiteral: lambda _: (),
    VectorSelector: lambda _: (),
    MatrixSelector: lambda node: (node.vector,),
    Subquery: lambda node: (node.expr,),
    Call: lambda node: node.args,
    Aggregate: lambda node: (node.expr,) if node.param is None else (node.expr, node.param),
    Binary: lambda node: (node.lhs, node.rhs),
    Unary: lambda node: (node.expr,),
    Paren: lambda node: (node.expr,),
}
