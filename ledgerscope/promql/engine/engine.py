"""The front door: an expression, a storage and an instant or a range go in, a result comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.annotations import Annotations, Severity
from ledgerscope.promql.engine.compat import GENERATIONS
from ledgerscope.promql.engine.evaluator import Cache, Evaluator, Prefixes, Query, Settings
from ledgerscope.promql.engine.failing import can_fail
from ledgerscope.promql.engine.sight import can_see
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.values import Result, Scalar, Value, Vector
from ledgerscope.promql.syntax.ast import value_type
from ledgerscope.promql.syntax.dialect import DELAYED_NAME_REMOVAL, TYPE_AND_UNIT_LABELS, Dialect
from ledgerscope.promql.syntax.invariance import depends_on_bounds
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ledgerscope.promql.samples.storage import Storage
    from ledgerscope.promql.syntax.ast import Expr

MINUTE_MS = 60_000


@dataclass(frozen=True)
class Engine:
    """Evaluates PromQL over a storage.

    compat: "3" (ranges open on the left, compensated aggregation) or "2" (closed ranges, plain arithmetic).
    lookback_ms: how old a sample may be and still be seen.
    default_step_ms: the step of subqueries without one.
    features: Prometheus's feature flags that are on (`promql-experimental-functions` ...).
    """

    compat: str = "3"
    lookback_ms: int = 5 * MINUTE_MS
    default_step_ms: int = MINUTE_MS
    features: Collection[str] = ()

    @cached_property
    def dialect(self) -> Dialect:
        """What of the language is on. Raises DialectError."""
        return Dialect.of(self.compat, self.features)

    @cached_property
    def settings(self) -> Settings:
        """What evaluation needs to know."""
        features = self.dialect.features
        return Settings(
            GENERATIONS[self.compat],
            self.lookback_ms,
            self.default_step_ms,
            DELAYED_NAME_REMOVAL in features,
            TYPE_AND_UNIT_LABELS in features,
        )

    def instant(
        self,
        storage: Storage,
        expression: str | Expr,
        at_ms: int,
        *,
        cache: Cache | None = None,
        source: str = "",
    ) -> Result:
        """The value at one instant. Raises ParseError and EvaluationError."""
        return self._run(storage, expression, Axis.instant(at_ms), is_range=False, cache=cache, source=source)

    def range(
        self,
        storage: Storage,
        expression: str | Expr,
        start_ms: int,
        end_ms: int,
        step_ms: int,
        *,
        cache: Cache | None = None,
        source: str = "",
    ) -> Result:
        """The values from start to end inclusive, a step apart, series sorted by labels.

        source: the text of a tree, for the places in warnings.
        """
        if step_ms <= 0:
            raise EvaluationError("zero or negative query resolution step widths are not accepted")
        return self._run(
            storage,
            expression,
            Axis.spanning(start_ms, end_ms, step_ms),
            is_range=True,
            cache=cache,
            source=source,
        )

    def parts(self, storage: Storage, tree: Expr, axis: Axis, cache: Cache) -> Callable[[Expr], Vector]:
        """Evaluates parts of an expression along an axis, as they are within it: no name has gone yet.

        With the cache of a run that evaluated the expression, what the run computed is taken from there.
        """
        has_at = depends_on_bounds(tree)
        query = Query(storage, self.settings, axis, is_range=True, has_at=has_at, cache=cache)
        query = replace(query, prefixes=Prefixes())
        evaluator = Evaluator(query, axis, Annotations())
        late_settings = replace(self.settings, delayed_name_removal=True)
        late = Evaluator(
            replace(query, settings=late_settings, cache=None, prefixes=Prefixes()), axis, Annotations()
        )

        def vector(part: Expr) -> Vector:
            with np.errstate(all="ignore"):
                try:
                    return evaluator.vector(part)
                except EvaluationError:
                    # A part in other words may drop names that the whole keeps apart.
                    return late.vector(part)

        return vector

    def parse(self, expression: str) -> Expr:
        """The tree of an expression, as this generation of Prometheus reads it. Raises ParseError."""
        return parse(expression, self.dialect)

    def can_see(self, storage: Storage, expression: str | Expr) -> bool:
        """Whether the expression can have any result; False proves that it is empty at every instant."""
        return can_see(self.parse(expression) if isinstance(expression, str) else expression, storage)

    def can_fail(self, storage: Storage, expression: str | Expr) -> bool:
        """Whether what the storage holds can make the expression fail, even one that can see nothing."""
        return can_fail(self.parse(expression) if isinstance(expression, str) else expression, storage)

    def _run(
        self,
        storage: Storage,
        expression: str | Expr,
        axis: Axis,
        *,
        is_range: bool,
        cache: Cache | None,
        source: str = "",
    ) -> Result:
        text = expression if isinstance(expression, str) else source
        node = self.parse(expression) if isinstance(expression, str) else expression
        if is_range and value_type(node) not in {ValueType.SCALAR, ValueType.VECTOR}:
            raise EvaluationError(
                f'invalid expression type "{value_type(node).documented_name}" for range query, '
                "must be Scalar or instant Vector"
            )
        query = Query(storage, self.settings, axis, is_range, depends_on_bounds(node), cache)
        evaluator = Evaluator(query, axis, Annotations())
        with np.errstate(all="ignore"):  # NaN and the infinities are values here, not accidents
            value = self._finished(evaluator.evaluate(node), is_range=is_range)
        return Result(
            value,
            evaluator.notes.rendered(Severity.WARNING, text),
            evaluator.notes.rendered(Severity.INFO, text),
        )

    def _finished(self, value: Value, *, is_range: bool) -> Value:
        if isinstance(value, Scalar) and is_range:
            value = value.as_vector()
        if not isinstance(value, Vector):
            return value
        vector = value.seen().without_names(self.settings.compat.schema_labels)
        return vector.sorted() if is_range else vector
