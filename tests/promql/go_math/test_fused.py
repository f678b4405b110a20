"""The fused product and sum against exact fractions, rounded once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.go_math.fused import multiply_add

NUMBERS = st.floats(-1e30, 1e30).filter(lambda value: value == 0 or abs(value) > 1e-30)


def fused(left: float, right: float, addend: float) -> float:
    return float(multiply_add(np.array([left]), np.array([right]), np.array([addend]))[0])


@given(NUMBERS, NUMBERS, NUMBERS)
def test_product_and_sum_are_rounded_once(left: float, right: float, addend: float) -> None:
    assert fused(left, right, addend) == float(Fraction(left) * Fraction(right) + Fraction(addend))


@given(NUMBERS, NUMBERS, st.integers(-4, 4))
def test_nothing_is_lost_where_product_and_addend_cancel(left: float, right: float, ulps: int) -> None:
    addend = -left * right + ulps * float(np.spacing(left * right))
    assert fused(left, right, addend) == float(Fraction(left) * Fraction(right) + Fraction(addend))


@given(st.integers(2**52, 2**53 - 1), st.integers(2**52, 2**53 - 1), st.integers(-60, 120), st.booleans())
def test_halfway_sums_are_rounded_once(left: int, right: int, scale: int, negative: bool) -> None:
    addend = 2.0**scale * (-1 if negative else 1)
    assert fused(float(left), float(right), addend) == float(Fraction(left * right) + Fraction(addend))
