"""Sine, cosine and tangent: those of Cephes' sin.c and tan.c, around the nearest multiple of pi/2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.arrays import in_portions, odd, polynomial
from ledgerscope.promql.go_math.reduction import reduced

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats

#: Of (sin x - x) / x³ and (cos x - 1 + x²/2) / x⁴ in x², the highest power first.
_SINE = (
    1.58962301576546568060e-10,
    -2.50507477628578072866e-8,
    2.75573136213857245213e-6,
    -1.98412698295895385996e-4,
    8.33333333332211858878e-3,
    -1.66666666666666307295e-1,
)
_COSINE = (
    -1.13585365213876817300e-11,
    2.08757008419747316778e-9,
    -2.75573141792967388112e-7,
    2.48015872888517045348e-5,
    -1.38888888888730564116e-3,
    4.16666666666665929218e-2,
)
#: Numerator and denominator of (tan x - x) / x³ in x², the highest power first.
_TANGENT = (-1.30936939181383777646e4, 1.15351664838587416140e6, -1.79565251976484877988e7)
_TANGENT_BELOW = (
    1.0,
    1.36812963470692954678e4,
    -1.32089234440210967447e6,
    2.50083801823357915839e7,
    -5.38695755929454629881e7,
)
_NEGLIGIBLE = 1e-14
_QUARTER_TURN, _HALF_TURN = 2, 4


@in_portions
def sin(x: Floats) -> Floats:
    """The sine of an angle in radians; NaN for infinities."""
    octant, rest = reduced(np.abs(x))
    wave = np.where(octant & _QUARTER_TURN, _cosine(rest), _sine(rest))
    result = odd(np.where(octant & _HALF_TURN, -wave, wave), x)
    return np.where(x == 0, x, np.where(np.isfinite(x), result, np.nan))


@in_portions
def cos(x: Floats) -> Floats:
    """The cosine of an angle in radians; NaN for infinities."""
    octant, rest = reduced(np.abs(x))
    wave = np.where(octant & _QUARTER_TURN, -_sine(rest), _cosine(rest))
    result = np.where(octant & _HALF_TURN, -wave, wave)
    return np.where(np.isfinite(x), result, np.nan)


@in_portions
def tan(x: Floats) -> Floats:
    """The tangent of an angle in radians; NaN for infinities."""
    octant, rest = reduced(np.abs(x))
    square = rest * rest
    ratio = square * polynomial(_TANGENT, square) / polynomial(_TANGENT_BELOW, square)
    slope = np.where(square > _NEGLIGIBLE, rest + rest * ratio, rest)
    result = odd(np.where(octant & _QUARTER_TURN, -1 / slope, slope), x)
    return np.where(x == 0, x, np.where(np.isfinite(x), result, np.nan))


def _sine(rest: Floats) -> Floats:
    square = rest * rest
    return rest + rest * square * polynomial(_SINE, square)


def _cosine(rest: Floats) -> Floats:
    square = rest * rest
    return 1.0 - 0.5 * square + square * square * polynomial(_COSINE, square)
