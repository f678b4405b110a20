"""Evaluates an expression once over a whole time axis.

Every node becomes a value along the axis; what a node means lives in the module of its concept, this one
walks the tree, keeps the annotations and shares what was already computed.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from ledgerscope.promql.engine.annotations import Annotations
from ledgerscope.promql.engine.duration_values import Durations
from ledgerscope.promql.engine.selectors import select_instant, select_matrix
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.values import Scalar, String, Value, Vector
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.invariance import is_step_invariant
from ledgerscope.promql.syntax.operators import AtBound, UnaryOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.engine.annotations import Note
    from ledgerscope.promql.engine.compat import Compat
    from ledgerscope.promql.engine.step_spans import StepSpans
    from ledgerscope.promql.errors import Span
    from ledgerscope.promql.samples.axis import Axis, Integers
    from ledgerscope.promql.samples.storage import Samples, Storage


@dataclass(frozen=True, slots=True)
class Entry:
    """A shared value, the annotations that belong to it, and where in its text the node stood."""

    versions: tuple[int, ...]
    value: Value
    notes: Annotations
    offset: int


@dataclasses.dataclass(slots=True)
class Cache:
    """Values of selectors and range functions already computed, shared between the expressions of one run.

    Good for one storage and one engine; values whose series were written to are computed anew.
    """

    _entries: dict[tuple[object, ...], Entry] = field(default_factory=dict)

    def get(self, key: tuple[object, ...], versions: tuple[int, ...]) -> Entry | None:
        """What was stored under the key, unless series it was made from have changed since."""
        found = self._entries.get(key)
        return found if found is not None and found.versions == versions else None

    def put(self, key: tuple[object, ...], entry: Entry) -> None:
        """Share a value."""
        self._entries[key] = entry

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Give the memory back."""
        self._entries.clear()


@dataclass(frozen=True, slots=True)
class Settings:
    """How an engine evaluates, whatever the expression."""

    compat: Compat
    lookback_ms: int
    default_step_ms: int
    delayed_name_removal: bool
    type_and_unit_labels: bool


_MOST_PREFIXES = 8
"""Enough for a chain to go on behind the chains that are its operands."""


@dataclasses.dataclass(slots=True)
class Prefixes:
    """The values of the chains of operations evaluated last, and of their left sides.

    Whoever asks for the parts of a chain one after the other pays for one operation each.
    """

    _evaluator: Evaluator | None = None
    _values: dict[int, tuple[ast.Binary, Value]] = field(default_factory=dict)

    def known(self, evaluator: Evaluator, operations: list[ast.Binary]) -> tuple[int, Value] | None:
        """How many of the operations a known value makes up for, the longest such run, and that value."""
        if self._evaluator is None or not evaluator.gives_the_same(self._evaluator):
            return None
        for done in range(len(operations), 0, -1):
            found = self._values.get(id(operations[done - 1]))
            if found is not None:
                return done, found[1]
        return None

    def remember(self, evaluator: Evaluator, *values: tuple[ast.Binary, Value]) -> None:
        """Keep these values, and forget those of another evaluator and the oldest."""
        if self._evaluator is None or not evaluator.gives_the_same(self._evaluator):
            self._evaluator, self._values = evaluator, {}
        # The nodes are kept with them, so that no other one takes over the identity of a node that is gone.
        self._values |= {id(node): (node, value) for node, value in values}
        while len(self._values) > _MOST_PREFIXES:
            del self._values[next(iter(self._values))]


@dataclass(frozen=True, slots=True)
class Query:
    """What stays the same for every node of one query."""

    storage: Storage
    settings: Settings
    axis: Axis
    is_range: bool
    has_at: bool
    cache: Cache | None
    prefixes: Prefixes | None = None

    @property
    def step_seconds(self) -> float:
        """The step of a range query; 0 for an instant."""
        return self.axis.step_ms / 1000.0 if self.is_range else 0.0

    @property
    def span_seconds(self) -> float:
        """From the first instant to the last."""
        return (self.axis.end_ms - self.axis.start_ms) / 1000.0


class ResetDetection(Enum):
    """Whether selectors settle unknown reset hints of histograms; under a subquery or a quantile never."""

    OFF = "off"
    ON = "on"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates nodes over `axis`; subqueries and step-invariant parts get an evaluator with another axis."""

    query: Query
    axis: Axis
    notes: Annotations
    resets: ResetDetection = ResetDetection.OFF
    spans: StepSpans | None = None

    @property
    def compat(self) -> Compat:
        """The generation of Prometheus that is followed."""
        return self.query.settings.compat

    @property
    def durations(self) -> Durations:
        """Resolves the durations written in the expression."""
        return Durations(self.query.axis, is_range=self.query.is_range)

    def gives_the_same(self, other: Evaluator) -> bool:
        """Whether both provably give the same value for a node."""
        return (
            self.query is other.query
            and self.axis == other.axis
            and self.resets is other.resets
            and self.spans is None
            and other.spans is None
        )

    def on(self, axis: Axis) -> Evaluator:
        """The same query over another axis."""
        return replace(self, axis=axis, spans=None)

    def within(self, axis: Axis, spans: StepSpans) -> Evaluator:
        """The same query over the steps of a subquery."""
        return replace(self, axis=axis, spans=spans if self.spans is None else self.spans.of(spans))

    def detecting_resets(self) -> Evaluator:
        """For the operand of a function that looks only at a histogram's totals."""
        return self if self.resets is ResetDetection.NEVER else replace(self, resets=ResetDetection.ON)

    def leaving_resets(self) -> Evaluator:
        """For an operand whose buckets matter."""
        return replace(self, resets=ResetDetection.NEVER)

    def series(self, matchers: tuple[ast.Matcher, ...]) -> list[Samples]:
        """The stored series that satisfy the matchers."""
        found = self.query.storage.select(matchers)
        if self.resets is not ResetDetection.ON:
            return found
        return [samples.with_detected_resets for samples in found]

    def note(self, note: Note, span: Span) -> None:
        """Record an annotation."""
        self.notes.add(note, span)

    def reference_times(self, at: ast.At | None, offset_ms: int) -> Integers:
        """The instant that a selector looks at, seen from each instant of the axis."""
        if at is None:
            return self.axis.times - offset_ms
        return np.full(self.axis.count, self.bound(at) - offset_ms, dtype=np.int64)

    def bound(self, at: ast.At) -> int:
        """The instant an `@` names, in milliseconds."""
        if isinstance(at, AtBound):
            return self.query.axis.start_ms if at is AtBound.START else self.query.axis.end_ms
        return at

    def evaluate(self, node: ast.Expr) -> Value:
        """The node's value along the axis."""
        if self.query.has_at and self.axis.count > 1 and is_step_invariant(node):
            value = self.on(self.axis.first).evaluate(node)
            return value.spread(self.axis) if isinstance(value, Vector | Scalar) else value
        return _EVALUATE[type(node)](self, node)

    def vector(self, node: ast.Expr) -> Vector:
        """The node's value, known to be a vector."""
        value = self.evaluate(node)
        if not isinstance(value, Vector):
            raise EvaluationError(f"expected an instant vector, got {type(value).__name__.lower()}")
        return value

    def scalar(self, node: ast.Expr) -> Scalar:
        """The node's value, known to be a scalar."""
        value = self.evaluate(node)
        if not isinstance(value, Scalar):
            raise EvaluationError(f"expected a scalar, got {type(value).__name__.lower()}")
        return value

    def named(self, vector: Vector) -> Vector:
        """A result whose names may have to go: at once, unless removal waits for the end."""
        if self.query.settings.delayed_name_removal:
            return vector
        return vector.without_names(self.compat.schema_labels)

    def named_as_wholes(self, vector: Vector) -> Vector:
        """As `named`, where Prometheus compares the labels of whole series."""
        named = self.named(vector)
        if self.spans is not None and len(named) < len(vector):
            self.spans.refuse_equal(vector, vector.nameless_labels(self.compat.schema_labels))
        return named

    def shared(self, node: ast.Expr, compute: Callable[[Evaluator], Value]) -> Value:
        """The node's value from the run's cache, or computed and put there."""
        cache = self.query.cache
        if cache is None:
            return compute(self)
        query_axis = self.query.axis if self.query.has_at else None
        key = (node, self.axis, query_axis, self.resets, None if self.spans is None else self.spans.key)
        versions = tuple(
            self.query.storage.version(each.matchers)
            for each in ast.walk(node)
            if isinstance(each, ast.VectorSelector)
        )
        entry = cache.get(key, versions)
        if entry is None:
            notes = Annotations()
            value = compute(replace(self, notes=notes))
            entry = Entry(versions, value, notes, node.span.start)
            cache.put(key, entry)
        self.notes.merge(entry.notes, moved_by=node.span.start - entry.offset)
        return entry.value


def _literal(evaluator: Evaluator, node: ast.NumberLiteral) -> Value:
    return Scalar.constant(evaluator.axis, node.value)


def _text(evaluator: Evaluator, node: ast.StringLiteral) -> Value:  # noqa: ARG001 - the table's shape
    return String(node.value)


def _paren(evaluator: Evaluator, node: ast.Paren) -> Value:
    return evaluator.evaluate(node.expr)


def _unary(evaluator: Evaluator, node: ast.Unary) -> Value:
    value = evaluator.evaluate(node.expr)
    if node.op is UnaryOp.PLUS:
        return value
    if isinstance(value, Scalar):
        return Scalar(value.axis, -value.values)
    if not isinstance(value, Vector):
        raise EvaluationError("unary expression only allowed on expressions of type scalar or instant vector")
    return evaluator.named_as_wholes(value.negated())


# -- what large families of modules evaluate, each loaded with the first node of its kind


def _subquery(evaluator: Evaluator, node: ast.Subquery) -> Value:
    from ledgerscope.promql.engine.subqueries import evaluate_subquery_matrix  # noqa: PLC0415 - see above

    return evaluate_subquery_matrix(evaluator, node)


def _call(evaluator: Evaluator, node: ast.Call) -> Value:
    from ledgerscope.promql.engine.functions.table import evaluate_call  # noqa: PLC0415 - see above

    return evaluate_call(evaluator, node)


def _aggregate(evaluator: Evaluator, node: ast.Aggregate) -> Value:
    from ledgerscope.promql.engine.aggregations.aggregate import evaluate_aggregate  # noqa: PLC0415 - see above

    return evaluate_aggregate(evaluator, node)


def _binary(evaluator: Evaluator, node: ast.Binary) -> Value:
    from ledgerscope.promql.engine.operations.binary import evaluate_binary  # noqa: PLC0415 - see above

    return evaluate_binary(evaluator, node)


_EVALUATE: dict[type, Callable[[Evaluator, Any], Value]] = {
    ast.NumberLiteral: _literal,
    ast.StringLiteral: _text,
    ast.Paren: _paren,
    ast.Unary: _unary,
    ast.VectorSelector: select_instant,
    ast.MatrixSelector: select_matrix,
    ast.Subquery: _subquery,
    ast.Call: _call,
    ast.Aggregate: _aggregate,
    ast.Binary: _binary,
}
