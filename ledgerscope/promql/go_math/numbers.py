"""Single numbers: arithmetic as Go does it where Python would raise, or may differ in the last bit."""

from __future__ import annotations

import math

from ledgerscope.promql.go_math.logarithms import HALF_ROOT_2, LOG2_E, of_parts

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_LARGEST, _SMALLEST = 1.0239999999999999e03, -1.0740e03
# Coefficients of the minimax polynomial of FreeBSD's e_exp.c, which Go uses too.
_P = (
    1.66666666666666657415e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)


def log2(value: float) -> float:
    """The binary logarithm; -Inf for zero, NaN below it."""
    if math.isnan(value) or value < 0:
        return math.nan
    if value == 0 or math.isinf(value):
        return value or -math.inf
    fraction, exponent = math.frexp(value)
    if fraction == 0.5:  # noqa: PLR2004 -- an exact power of two has an exact logarithm
        return float(exponent - 1)
    low = fraction <= HALF_ROOT_2
    return of_parts((2 * fraction if low else fraction) - 1, -1.0 if low else 0.0) * LOG2_E + exponent


def exp2(value: float) -> float:
    """Two to the power of the value."""
    if math.isnan(value) or value == math.inf:
        return value
    if value > _LARGEST:
        return math.inf
    if value < _SMALLEST:
        return 0.0
    whole = int(value + math.copysign(0.5, value)) if value else 0
    rest = value - whole
    return _expanded(rest * _LN2_HIGH, -rest * _LN2_LOW, whole)


def _expanded(high: float, low: float, exponent: int) -> float:
    r = high - low
    square = r * r
    p1, p2, p3, p4, p5 = _P
    c = r - square * (p1 + square * (p2 + square * (p3 + square * (p4 + square * p5))))
    return math.ldexp(1 - ((low - (r * c) / (2 - c)) - high), exponent)


def quotient(dividend: float, divisor: float) -> float:
    """Division as IEEE 754 has it: by zero gives an infinity, or NaN for zero itself."""
    if divisor != 0:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1.0, divisor)
