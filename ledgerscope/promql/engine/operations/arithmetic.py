"""What the binary operators do to pairs of floats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.operations.powers import power
from ledgerscope.promql.go_math.inverse_circular import atan2
from ledgerscope.promql.syntax.operators import BinaryOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.samples.axis import Booleans, Floats

ARITHMETIC: dict[BinaryOp, Callable[[Floats, Floats], Floats]] = {
    BinaryOp.ADD: np.add,
    BinaryOp.SUB: np.subtract,
    BinaryOp.MUL: np.multiply,
    BinaryOp.DIV: np.divide,
    BinaryOp.MOD: np.fmod,
    BinaryOp.POW: power,
    BinaryOp.ATAN2: atan2,
}

COMPARISON: dict[BinaryOp, Callable[[Floats, Floats], Booleans]] = {
    BinaryOp.EQ: np.equal,
    BinaryOp.NE: np.not_equal,
    BinaryOp.GT: np.greater,
    BinaryOp.LT: np.less,
    BinaryOp.GE: np.greater_equal,
    BinaryOp.LE: np.less_equal,
}


def combine(op: BinaryOp, left: Floats, right: Floats) -> tuple[Floats, Booleans | None]:
    """The result of each pair, and for a comparison (whose result is the left value) where it holds.

    Trimming is defined for histograms only: between floats nothing holds.
    """
    if op in ARITHMETIC:
        return ARITHMETIC[op](left, right), None
    if op in COMPARISON:
        return np.broadcast_arrays(left, right)[0], COMPARISON[op](left, right)
    return np.zeros(np.broadcast_shapes(left.shape, right.shape)), np.zeros(
        np.broadcast_shapes(left.shape, right.shape), dtype=bool
    )
