"""How long the ranges, offsets and steps of an expression are, duration arithmetic included."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.ast import NumberLiteral
from ledgerscope.promql.syntax.operators import DurationOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.samples.axis import Axis
    from ledgerscope.promql.syntax.ast import DurationExpr, DurationNode


@dataclass(frozen=True, slots=True)
class Durations:
    """Durations as seen from one query: its step and its range may occur in them."""

    axis: Axis
    is_range: bool

    def offset_ms(self, written_ms: int, expr: DurationExpr | None) -> int:
        """An offset, which may be negative."""
        return written_ms if expr is None else _milliseconds(self._seconds(expr))

    def positive_ms(self, written_ms: int, expr: DurationExpr | None) -> int:
        """A range or a step, which must be longer than nothing."""
        if expr is None:
            return written_ms
        seconds = self._seconds(expr)
        if seconds <= 0:
            raise EvaluationError("duration must be greater than 0")
        return _milliseconds(seconds)

    def _seconds(self, node: DurationNode) -> float:
        if isinstance(node, NumberLiteral):
            return node.value
        if node.op is DurationOp.STEP:
            return self.axis.step_ms / 1000.0 if self.is_range else 0.0
        if node.op is DurationOp.RANGE:
            return (self.axis.end_ms - self.axis.start_ms) / 1000.0
        assert node.rhs is not None  # noqa: S101 - only step() and range() have no operand
        right = self._seconds(node.rhs)
        if node.lhs is None:
            return -right if node.op is DurationOp.SUB else right
        return _OPERATIONS[node.op](self._seconds(node.lhs), right)


def _divide(left: float, right: float) -> float:
    if right == 0:
        raise EvaluationError("division by zero")
    return left / right


def _modulo(left: float, right: float) -> float:
    if right == 0:
        raise EvaluationError("modulo by zero")
    return math.fmod(left, right)


_OPERATIONS: dict[DurationOp, Callable[[float, float], float]] = {
    DurationOp.ADD: lambda left, right: left + right,
    DurationOp.SUB: lambda left, right: left - right,
    DurationOp.MUL: lambda left, right: left * right,
    DurationOp.DIV: _divide,
    DurationOp.MOD: _modulo,
    DurationOp.POW: lambda left, right: float(left**right),
    DurationOp.MIN_OF: min,
    DurationOp.MAX_OF: max,
}


def _milliseconds(seconds: float) -> int:
    if not abs(seconds) < 2.0**63:  # what Go's duration holds
        raise EvaluationError("duration is out of range")
    return math.trunc(seconds * 1000)
