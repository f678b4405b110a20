"""Which values an expression can have at all: `absent` gives 1, `count` whole numbers from 1 on.

Only what holds for all data is said here: it is what makes two rules provably the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.constants import constant, followed
from ledgerscope.promql.syntax import ast
from ledgerscope.promql.syntax.operators import AggregateOp, BinaryOp

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import Expr


@dataclass(frozen=True, slots=True)
class Domain:
    """Floats from `low` to `high`, both included; `whole`: without fractions; `nan`: or NaN."""

    low: float
    high: float
    whole: bool = True
    nan: bool = False

    def __or__(self, other: Domain) -> Domain:
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Domain(low, high, self.whole and other.whole, self.nan or other.nan)

    def clamped(self, low: float, high: float) -> Domain:
        """What `clamp` makes of the values."""
        whole = self.whole and all(math.isinf(each) or each.is_integer() for each in (low, high))
        return Domain(
            max(low, min(high, self.low)), max(low, min(high, self.high)), whole=whole, nan=self.nan
        )


_FLOATS = Domain(-math.inf, math.inf, whole=False, nan=True)


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
        return _exactly(value)
    match node:
        case ast.Paren(expr=inner) | ast.Call(func="vector", args=(inner,)):
            return domain(inner)
        case ast.Call(func="clamp" | "clamp_min" | "clamp_max"):
            return _clamped(node)
        case ast.Call(func=func, args=args):
            return _FUNCTIONS.get(func) or (None if args else _DATES.get(func))
        case ast.Aggregate(op=op, expr=inner):
            return domain(inner) if op in _SELECTING else _AGGREGATES.get(op)
        case _:
            return _of_binary(node) if isinstance(node, ast.Binary) else None


def _exactly(value: float) -> Domain | None:
    if math.isnan(value):
        return None
    return Domain(value, value, math.isfinite(value) and value.is_integer())


def _clamped(node: ast.Call) -> Domain | None:
    """Floats between the bounds, or NaN; None where a bound is no number."""
    low, high = -math.inf, math.inf
    bounds = [constant(each) for each in node.args[1:]]
    match node.func, bounds:
        case "clamp", [float(low), float(high)]:
            pass
        case "clamp_min", [float(low)]:
            pass
        case "clamp_max", [float(high)]:
            pass
        case _:
            return None
    return (domain(node.args[0]) or _FLOATS).clamped(low, high) if low <= high else None


def _of_binary(node: ast.Binary) -> Domain | None:
    values = domain(ast.spine(node)[0].lhs)
    for each, left, number in followed(node):
        values = joined(each, values, left, number)
    return values


def joined(node: ast.Binary, lhs: Domain | None, left: float | None, number: float | None) -> Domain | None:
    """The values of an operation by those of its left side, and by the numbers that that and it are."""
    if number is not None:
        return _exactly(number)
    if node.op.is_comparison and node.return_bool:
        return Domain(0, 1)
    if node.op in (BinaryOp.AND, BinaryOp.UNLESS):
        return lhs
    if node.op is BinaryOp.OR:
        rhs = domain(node.rhs)
        return lhs | rhs if lhs and rhs else None
    if node.op.is_comparison:
        return domain(node.rhs) if left is not None else lhs
    return None


NUMBER = ("number", math.nan)
"""The comparison that holds for every value but NaN."""
NO_NUMBER = ("no number", math.nan)
"""The one that holds for NaN alone."""


def accepted(op: BinaryOp, limit: float, values: Domain) -> tuple[str, float] | bool:
    """A comparison with a number, as one that only the values of a domain tell from others.

    True: it holds for all of them. False: for none.
    """
    held = _accepted_number(op, limit, values)
    if not (values.nan and isinstance(held, bool)):
        return held
    if op is BinaryOp.NE:  # which NaN meets
        return held or NO_NUMBER
    return NUMBER if held else False


def _accepted_number(op: BinaryOp, limit: float, values: Domain) -> tuple[str, float] | bool:
    if op in (BinaryOp.EQ, BinaryOp.NE):
        return _equal(op, limit, values)
    if values.whole and math.isfinite(limit):
        op, limit = _among_whole(op, limit)
    held = _ordered(op, limit, values)
    at_its_end = (BinaryOp.GE.value, values.high), (BinaryOp.LE.value, values.low)
    return (BinaryOp.EQ.value, limit) if held in at_its_end else held


def _ordered(op: BinaryOp, limit: float, values: Domain) -> tuple[str, float] | bool:
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
    if op is BinaryOp.NE and not values.nan and limit in (values.low, values.high):
        return _accepted_number(BinaryOp.GT if limit == values.low else BinaryOp.LT, limit, values)
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
