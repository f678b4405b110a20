"""Logarithms: the natural one from FreeBSD's e_log.c and s_log1p.c, the others scaled from it.

The natural logarithm takes the exponent's bits as they are, as Go's assembly for amd64 does, so subnormal
numbers come out as if their mantissa had a leading one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.arrays import Number, in_portions, polynomial

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Booleans, Floats, Integers

LN2 = 0.693147180559945309417232121458176568
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: The reciprocal of ln 10, rounded once: dividing one by the rounded ln 10 gives another float.
_LOG10_E = 0.434294481903251827651128918916605082
LOG2_E = 1.44269504088896340735992468100189214
HALF_ROOT_2 = 7.07106781186547524401e-01
#: Of log(1 + f) over s² with s = f / (2 + f), the highest power of s² first (e_log.c: Lg7 to Lg1).
_SERIES = (
    1.479819860511658591e-01,
    1.531383769920937332e-01,
    1.818357216161805012e-01,
    2.222219843214978396e-01,
    2.857142874366239149e-01,
    3.999999999940941908e-01,
    6.666666666666735130e-01,
)
_MANTISSA = (1 << 52) - 1
_HALF_EXPONENT, _ONE_EXPONENT = 0x3FE, 0x3FF
#: The mantissa of the square root of two.
_ROOT_2_MANTISSA = 0x6A09E667F3BCD
_ROOT_2_LESS_1, _HALF_ROOT_2_LESS_1 = 4.142135623730950488017e-01, -2.928932188134524755992e-01
_EXACT, _SMALL, _TINY = 2.0**53, 2.0**-29, 2.0**-54


@in_portions
def log(x: Floats) -> Floats:
    """The natural logarithm; -Inf for zero, NaN below it."""
    bits: Integers = np.ascontiguousarray(x, dtype=np.float64).view(np.int64)
    fraction = (bits & _MANTISSA | _HALF_EXPONENT << 52).view(np.float64)
    exponent = ((bits >> 52) - _HALF_EXPONENT).astype(np.float64)
    low = fraction <= HALF_ROOT_2
    result = of_parts(np.where(low, 2 * fraction, fraction) - 1, np.where(low, exponent - 1, exponent))
    result = np.where(x > 0, result, np.where(x == 0, -np.inf, np.nan))
    return np.where(np.isposinf(x), x, result)


def of_parts(f: Number, exponent: Number) -> Number:
    """The logarithm of (1 + f) times two to the power of the exponent."""
    s = f / (2 + f)
    square = s * s
    fourth = square * square
    even = square * polynomial(_SERIES[0::2], fourth)
    uneven = fourth * polynomial(_SERIES[1::2], fourth)
    half = 0.5 * f * f
    return exponent * _LN2_HIGH - ((half - (s * (half + (even + uneven)) + exponent * _LN2_LOW)) - f)


@in_portions
def log2(x: Floats) -> Floats:
    """The binary logarithm: exact for powers of two, otherwise that of the mantissa plus the exponent."""
    mantissa, exponent = np.frexp(x)
    general = log(mantissa) * LOG2_E + exponent
    result = np.where(mantissa == 0.5, exponent - 1.0, general)  # noqa: PLR2004 - frexp's range
    return np.where(np.isfinite(x) & (x > 0), result, log(x))


@in_portions
def log10(x: Floats) -> Floats:
    """The decimal logarithm: exact for most powers of ten, not for all."""
    return log(x) * _LOG10_E


@in_portions
def log1p(x: Floats) -> Floats:
    """The natural logarithm of 1 + x; NaN below -1."""
    magnitude = np.abs(x)
    direct = (x > _HALF_ROOT_2_LESS_1) & (magnitude < _ROOT_2_LESS_1)
    f, exponent, correction, close = _split(np.where(direct, 1.0, x))
    f, exponent = np.where(direct, x, f), np.where(direct, 0.0, exponent)
    correction = np.where(exponent == 0, 0.0, correction)
    half = 0.5 * f * f
    low = exponent * _LN2_LOW + correction
    s = f / (2.0 + f)
    square = s * s
    series = square * polynomial(_SERIES, square)
    general = exponent * _LN2_HIGH - ((half - (s * (half + series) + low)) - f)
    short = exponent * _LN2_HIGH - ((half * (1.0 - 0.66666666666666666 * f) - low) - f)
    result = np.where(direct, general, np.where(close, short, general))
    result = np.where(magnitude < _SMALL, np.where(magnitude < _TINY, x, x - x * x * 0.5), result)
    result = np.where(x == -1, -np.inf, np.where(np.isposinf(x), x, result))
    return np.where(np.isnan(x) | (x < -1), np.nan, result)


def _split(x: Floats) -> tuple[Floats, Floats, Floats, Booleans]:
    """1 + x as (1 + f) 2^k: f, k, what the sum lost to rounding, and whether f is next to nothing."""
    exact = np.abs(x) < _EXACT
    total = np.where(exact, 1.0 + x, x)
    bits: Integers = total.view(np.int64)
    exponent = (bits >> 52) - _ONE_EXPONENT
    lost = np.where(exponent > 0, 1.0 - (total - x), x - (total - 1.0)) / total
    mantissa = bits & _MANTISSA
    low = mantissa < _ROOT_2_MANTISSA
    normal = (mantissa | np.where(low, _ONE_EXPONENT, _HALF_EXPONENT) << 52).view(np.float64)
    distance = np.where(low, mantissa, ((1 << 52) - mantissa) >> 2)
    return normal - 1.0, (exponent + ~low).astype(np.float64), np.where(exact, lost, 0.0), distance == 0
