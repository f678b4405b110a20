"""The product of two numbers plus a third, rounded once, as processors with fused arithmetic give it.

NumPy has no such operation. It is put together from sums and products whose rounding errors are known
exactly, the last but one of them rounded to odd (Boldo and Melquiond, "Emulation of a FMA and
correctly-rounded sums", 2008). Holds for numbers whose products neither overflow nor come near zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats, Integers

#: Splits a float into two halves of 26 bits (Veltkamp).
_SPLITTER = 2.0**27 + 1


def multiply_add(left: Floats, right: Floats | float, addend: Floats | float) -> Floats:
    """The product of the first two plus the third, rounded once."""
    product, product_error = _product(left, right)
    low, low_error = _sum(addend, product_error)
    total, total_error = _sum(product, low)
    return total + _odd_sum(total_error, low_error)


def _halves(value: Floats | float) -> tuple[Floats | float, Floats | float]:
    scaled = value * _SPLITTER
    high = scaled - (scaled - value)
    return high, value - high


def _product(left: Floats, right: Floats | float) -> tuple[Floats, Floats]:
    """The rounded product and what rounding took away (Dekker)."""
    product = left * right
    (left_high, left_low), (right_high, right_low) = _halves(left), _halves(right)
    missing = ((product - left_high * right_high) - left_low * right_high) - left_high * right_low
    return product, left_low * right_low - missing


def _sum(left: Floats | float, right: Floats) -> tuple[Floats, Floats]:
    """The rounded sum and what rounding took away (Knuth)."""
    total = left + right
    part = total - left
    return total, (left - (total - part)) + (right - part)


def _odd_sum(left: Floats, right: Floats) -> Floats:
    """The sum rounded to odd: an inexact one ends in a bit that is set, so rounding again does no harm."""
    total, error = _sum(left, right)
    bits: Integers = total.view(np.int64)
    upwards = (error > 0) == (total > 0)
    moved = np.where(upwards, bits + 1, bits - 1)
    return np.where((error != 0) & (bits & 1 == 0), moved, bits).view(np.float64)
