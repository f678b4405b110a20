"""Which values an expression can have at all: `absent` gives 1, `count` whole numbers from 1 on.

Only what holds for all data is said here: it is what makes two rules provably the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.constants import constant
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr


@dataclass(frozen=True, slots=True)
class Domain:
    """Floats from `low` to `high`, both included and never NaN; `whole`: without fractions."""

    low: float
    high: float
    whole: bool = True

    def __or__(self, other: Domain) -> Domain:
        return Domain(min(self.low, other.low), max(self.high, other.high), self.whole and other.whole)


_ONE = Domain(1, 1)
_COUNT = Domain(1, math.inf)
_FUNCTIONS = {
    "absent": _ONE,
    "absent_over_time": _ONE,
    "present_over_time": _ONE,
    "count_over_time": _COUNT,
    "changes": Domain(0, math.inf),
    "resets": Domain(0, math.inf),
}
#: Of the time of evaluation, where they are given no other time.
_DATES = {
    "day_of_month": Domain(1, 31),
    "day_of_week": Domain(0, 6),
    "day_of_year": Domain(1, 366),
    "days_in_month": Domain(28, 31),
    "hour": Domain(0, 23),
    "minute": Domain(0, 59),
    "month": Domain(1, 12),
}
_AGGREGATES = {AggregateOp.COUNT: _COUNT, AggregateOp.GROUP: _ONE}
_SELECTING = frozenset({AggregateOp.MAX, AggregateOp.MIN, AggregateOp.TOPK, AggregateOp.BOTTOMK})


def domain(node: Expr) -> Domain | None:
    """The values that the expression can have; None where nothing is known."""
    value = constant(node)
    if value is not None:
        return (
            None if math.isnan(value) else Domain(value, value, math.isfinite(value) and value.is_integer())
        )
    match node:
        case ast.Paren(expr=inner) | ast.Call(func="vector", args=(inner,)):
            return domain(inner)
        case ast.Call(func=func, args=args):
            return _FUNCTIONS.get(func) or (None if args else _DATES.get(func))
        case ast.Aggregate(op=op, expr=inner):
            return domain(inner) if op in _SELECTING else _AGGREGATES.get(op)
        case _:
            return _of_binary(node) if isinstance(node, ast.Binary) else None


def _of_binary(node: ast.Binary) -> Domain | None:
    if node.op.is_comparison and node.return_bool:
        return Domain(0, 1)
    if node.op in (BinaryOp.AND, BinaryOp.UNLESS):
        return domain(node.lhs)
    lhs, rhs = domain(node.lhs), domain(node.rhs)
    if node.op is BinaryOp.OR:
        return lhs | rhs if lhs and rhs else None
    if node.op.is_comparison:
        return rhs if constant(node.lhs) is not None else lhs
    return None


def accepted(op: BinaryOp, limit: float, values: Domain) -> tuple[str, float] | bool:
    """A comparison with a number, as one that only the values of a domain tell from others.

    True: it holds for all of them. False: for none.
    """
    if op in (BinaryOp.EQ, BinaryOp.NE):
        return _equal(op, limit, values)
    if values.whole and math.isfinite(limit):
        op, limit = _among_whole(op, limit)
    if op in (BinaryOp.GT, BinaryOp.GE):
        strict = op is BinaryOp.GT
        if values.low > limit or (values.low == limit and not strict):
            return True
        return False if values.high < limit or (values.high == limit and strict) else (op.value, limit)
    strict = op is BinaryOp.LT
    if values.high < limit or (values.high == limit and not strict):
        return True
    return False if values.low > limit or (values.low == limit and strict) else (op.value, limit)


def _equal(op: BinaryOp, limit: float, values: Domain) -> tuple[str, float] | bool:
    possible = values.low <= limit <= values.high and (not values.whole or float(limit).is_integer())
    if not possible:
        return op is BinaryOp.NE
    if values.low == values.high:
        return op is BinaryOp.EQ
    return op.value, limit


def _among_whole(op: BinaryOp, limit: float) -> tuple[BinaryOp, float]:
    """Among whole numbers, `> 5` is `>= 6`."""
    match op:
        case BinaryOp.GT:
            return BinaryOp.GE, float(math.floor(limit) + 1)
        case BinaryOp.GE:
            return BinaryOp.GE, float(math.ceil(limit))
        case BinaryOp.LT:
            return BinaryOp.LE, float(math.ceil(limit) - 1)
        case _:
            return BinaryOp.LE, float(math.floor(limit))
