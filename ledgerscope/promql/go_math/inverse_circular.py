"""Arc tangent, sine and cosine: that of Cephes' atan.c, its argument brought near zero first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.arrays import in_portions, odd, polynomial

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats

#: Numerator and denominator of (atan x - x) / x³ in x², the highest power first.
_ABOVE = (
    -8.750608600031904122785e-01,
    -1.615753718733365076637e01,
    -7.500855792314704667340e01,
    -1.228866684490136173410e02,
    -6.485021904942025371773e01,
)
_BELOW = (
    1.0,
    2.485846490142306297962e01,
    1.650270098316988542046e02,
    4.328810604912902668951e02,
    4.853903996359136964868e02,
    1.945506571482613964425e02,
)
#: What half of pi has beyond the digits of a float.
_MORE_BITS = 6.123233995736765886130e-17
_NEAR, _TANGENT_OF_3_8_PI = 0.66, 2.41421356237309504880
_STEEP = 0.7


@in_portions
def atan(x: Floats) -> Floats:
    """The angle in radians, between -pi/2 and pi/2, whose tangent is x."""
    return np.where(x == 0, x, odd(_of_positive(np.abs(x)), x))


def _of_positive(x: Floats) -> Floats:
    steep, flat = x > _TANGENT_OF_3_8_PI, x <= _NEAR
    series = _series(np.where(flat, x, np.where(steep, 1 / x, (x - 1) / (x + 1))))
    between = np.pi / 4 + series + 0.5 * _MORE_BITS
    return np.where(flat, series, np.where(steep, np.pi / 2 - series + _MORE_BITS, between))


def _series(x: Floats) -> Floats:
    square = x * x
    ratio = square * polynomial(_ABOVE, square) / polynomial(_BELOW, square)
    return x * ratio + x


@in_portions
def asin(x: Floats) -> Floats:
    """The angle in radians whose sine is x; NaN beyond 1."""
    magnitude = np.abs(x)
    other = np.sqrt(1 - magnitude * magnitude)
    steep = magnitude > _STEEP
    angle = _of_positive(np.where(steep, other / magnitude, magnitude / other))
    return np.where(x == 0, x, odd(np.where(steep, np.pi / 2 - angle, angle), x))


@in_portions
def acos(x: Floats) -> Floats:
    """The angle in radians whose cosine is x; NaN beyond 1."""
    return np.pi / 2 - asin(x)


def atan2(y: Floats, x: Floats) -> Floats:
    """The angle in radians of the point (x, y), in its quadrant."""
    angle = atan(y / x)
    turned = np.where(angle <= 0, angle + np.pi, angle - np.pi)
    general = np.where(x < 0, turned, angle)
    # On the axes, at the infinities and beside NaN every implementation agrees: the results are defined.
    special = (x == 0) | (y == 0) | ~np.isfinite(x) | ~np.isfinite(y)
    return np.where(special, np.arctan2(y, x), general)
