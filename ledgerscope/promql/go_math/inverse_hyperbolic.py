"""Inverse hyperbolic functions: logarithms, as in FreeBSD's s_asinh.c, e_acosh.c, e_atanh.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.arrays import in_portions, odd, size
from ledgerscope.promql.go_math.logarithms import LN2, log, log1p

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats

#: Beyond the first a root of x² ± 1 is x; below the second the function is its argument.
_LARGE, _NEAR_ZERO = 2.0**28, 2.0**-28
_TWO, _HALF = 2, 0.5


@in_portions
def asinh(x: Floats) -> Floats:
    """The number whose hyperbolic sine is x."""
    magnitude = size(x)
    square = magnitude * magnitude
    far = log(np.where(magnitude > _LARGE, magnitude, 2 * magnitude + 1 / (np.sqrt(square + 1) + magnitude)))
    near = log1p(magnitude + square / (1 + np.sqrt(1 + square)))
    result = np.where(magnitude > _LARGE, far + LN2, np.where(magnitude > _TWO, far, near))
    return np.where(np.isfinite(x), odd(np.where(magnitude < _NEAR_ZERO, magnitude, result), x), x)


@in_portions
def acosh(x: Floats) -> Floats:
    """The number, at least 0, whose hyperbolic cosine is x; NaN below 1."""
    large = x >= _LARGE
    far = log(np.where(large, x, 2 * x - 1 / (x + np.sqrt(x * x - 1))))
    beyond = x - 1
    near = log1p(beyond + np.sqrt(2 * beyond + beyond * beyond))
    result = np.where(large, far + LN2, np.where(x > _TWO, far, near))
    return np.where(x >= 1, result, np.nan)


@in_portions
def atanh(x: Floats) -> Floats:
    """The number whose hyperbolic tangent is x; NaN beyond 1."""
    magnitude = size(x)
    double = magnitude + magnitude
    inner = np.where(
        magnitude < _HALF, double + double * magnitude / (1 - magnitude), double / (1 - magnitude)
    )
    result = np.where(magnitude < _NEAR_ZERO, magnitude, 0.5 * log1p(inner))
    return np.where(magnitude == 1, np.copysign(np.inf, x), odd(result, x))
