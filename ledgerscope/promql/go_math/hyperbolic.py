"""Hyperbolic functions: of the exponential away from zero, rational functions around it.

The functions are those of Hart and Cheney (2029) for the sine and of Cephes' tanh.c for the tangent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.arrays import in_portions, odd, polynomial, size
from ledgerscope.promql.go_math.exponential import exp

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats

#: Numerator and denominator of sinh(x) / x in x², the highest power first.
_SINE = (
    -0.2630563213397497062819489e2,
    -0.2894211355989563807284660366e4,
    -0.8991272022039509355398013511e5,
    -0.6307673640497716991184787251e6,
)
_SINE_BELOW = (
    1.0,
    -0.173678953558233699533450911e3,
    0.1521517378790019070696485176e5,
    -0.6307673640497716991212077277e6,
)
#: The same of (tanh(x) - x) / x³.
_TANGENT = (-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
_TANGENT_BELOW = (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)
#: Where e^-x no longer counts beside e^x, and where the rational functions begin to be used.
_ALONE, _SINE_NEAR, _TANGENT_NEAR = 21, 0.5, 0.625
_TANGENT_IS_ONE = 0.5 * 8.8029691931113054295988e01


@in_portions
def sinh(x: Floats) -> Floats:
    """The hyperbolic sine."""
    magnitude, square = size(x), x * x
    grown = exp(magnitude)
    near = polynomial(_SINE, square) * magnitude / polynomial(_SINE_BELOW, square)
    away = np.where(magnitude > _ALONE, grown * 0.5, (grown - 1 / grown) * 0.5)
    return odd(np.where(magnitude > _SINE_NEAR, away, near), x)


@in_portions
def cosh(x: Floats) -> Floats:
    """The hyperbolic cosine."""
    magnitude = np.abs(x)
    grown = exp(magnitude)
    return np.where(magnitude > _ALONE, grown * 0.5, (grown + 1 / grown) * 0.5)


@in_portions
def tanh(x: Floats) -> Floats:
    """The hyperbolic tangent."""
    magnitude, square = np.abs(x), x * x
    near = x + x * square * polynomial(_TANGENT, square) / polynomial(_TANGENT_BELOW, square)
    away = odd(1 - 2 / (exp(2 * magnitude) + 1), x)
    away = np.where(magnitude > _TANGENT_IS_ONE, np.sign(x), away)
    return np.where(x == 0, x, np.where(magnitude >= _TANGENT_NEAR, away, near))
