"""Powers: exact cases, the cases Go's manual names, and closeness to Python's."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.engine.operations.powers import power

INF, NAN = math.inf, math.nan


def one(base: float, exponent: float) -> float:
    with np.errstate(all="ignore"):
        values = power(np.full((2, 3), base), np.array([[exponent]]))
    assert len({repr(float(each)) for each in values.ravel()}) == 1
    return float(values[0, 0])


@pytest.mark.parametrize(
    ("base", "exponent", "expected"),
    [
        (NAN, 0.0, 1.0),
        (1.0, NAN, 1.0),
        (NAN, 1.0, NAN),
        (2.0, NAN, NAN),
        (-0.0, -3.0, -INF),
        (-0.0, -2.0, INF),
        (-0.0, 3.0, -0.0),
        (-0.0, 0.5, 0.0),
        (-1.0, INF, 1.0),
        (0.5, INF, 0.0),
        (-INF, 0.5, INF),
        (-INF, -0.5, 0.0),
        (-INF, 3.0, -INF),
        (-INF, -3.0, -0.0),
        (-INF, 2.5, INF),
        (-2.0, 0.5, NAN),
        (-2.0, -0.5, NAN),
        (-2.0, 1.5, NAN),
        (-2.0, 1e300, INF),
        (-0.5, 1e300, 0.0),
        (-1.0, 1e300, 1.0),
        (-1.0, 2.0**62 + 1024, 1.0),
        (2.0, 1023.0, 2.0**1023),
        (2.0, 1024.0, INF),
        (-2.0, 1025.0, -INF),
        (2.0, -1074.0, 5e-324),
        (2.0, -1080.0, 0.0),
        (5e-324, 2.0, 0.0),
        (5e-324, -2.0, INF),
        (1.0, 12345.0, 1.0),
    ],
)
def test_special_values(base: float, exponent: float, expected: float) -> None:
    assert repr(one(base, exponent)) == repr(expected)


@given(st.integers(-1000, 1000), st.integers(0, 5))
def test_powers_of_small_whole_numbers_are_exact(base: int, exponent: int) -> None:
    assert one(float(base), float(exponent)) == base**exponent


@given(st.floats(-1e3, 1e3).filter(lambda value: abs(value) > 1e-3), st.integers(-40, 40))
def test_whole_exponents_come_close_to_the_exact_power(base: float, exponent: int) -> None:
    assert one(base, float(exponent)) == pytest.approx(float(Fraction(base) ** exponent), rel=1e-13)


@given(st.floats(1e-6, 1e6), st.floats(-20, 20))
def test_fractions_come_close_to_pythons(base: float, exponent: float) -> None:
    assert one(base, exponent) == pytest.approx(base**exponent, rel=1e-12)


@given(st.floats(0, 1e300, exclude_min=True))
def test_a_half_is_the_square_root(base: float) -> None:
    assert one(base, 0.5) == math.sqrt(base)
    assert one(base, -0.5) == 1 / math.sqrt(base)
