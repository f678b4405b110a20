"""Powers as Go's math.Pow gives them: repeated squaring for whole exponents, square roots for halves.

Every product is rounded, so the last bits differ from those of the C library, which rounds once. The part of
an exponent beyond its nearest whole number goes through logarithm and exponential function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.exponential import exp
from ledgerscope.promql.go_math.logarithms import log

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers

#: Beyond this binary exponent a square is out of any float's reach.
_REACH = 1 << 12
_HALF = 0.5
#: From here on every power is zero, one or an infinity.
_LARGE = 2.0**63


def power(base: Floats, exponent: Floats) -> Floats:
    """The base to the power of the exponent, pair by pair."""
    shape = np.broadcast_shapes(base.shape, exponent.shape)
    # Copies: NumPy takes a square root for one exponent of a half, which is wrong for minus infinity.
    base, exponent = (np.array(np.broadcast_to(each, shape)) for each in (base, exponent))
    # Where the base or the exponent is special the result is defined, and the C library's is the same.
    result: Floats = np.power(base, exponent)
    ordinary = np.isfinite(base) & (base != 0)
    for half, root in ((_HALF, np.sqrt), (-_HALF, lambda value: 1 / np.sqrt(value))):
        chosen = ordinary & (exponent == half)
        if chosen.any():
            result[chosen] = root(base[chosen])
        ordinary &= ~chosen
    ordinary &= (np.abs(exponent) < _LARGE) & ((base > 0) | (np.trunc(exponent) == exponent))
    ordinary &= (base != 1) & (exponent != 0)
    if ordinary.any():
        result[ordinary] = _by_squaring(base[ordinary], exponent[ordinary])
    return result


def _by_squaring(base: Floats, exponent: Floats) -> Floats:
    mantissa, binary = np.frexp(base)
    binary = binary.astype(np.int64)
    left, product = _beside_whole(base, np.abs(exponent))
    total = np.zeros_like(binary)
    while (going := left != 0).any():
        far: Booleans = going & (np.abs(binary) > _REACH)
        total[far] += binary[far]
        left[far] = 0
        odd = (left & 1) == 1
        product[odd] *= mantissa[odd]
        total[odd] += binary[odd]
        active = left != 0
        mantissa[active] *= mantissa[active]
        binary[active] *= 2
        small = active & (mantissa < _HALF)
        mantissa[small] *= 2
        binary[small] -= 1
        left >>= 1
    inverse = exponent < 0
    product[inverse] = 1 / product[inverse]
    total[inverse] *= -1
    return np.ldexp(product, np.clip(total, -(1 << 20), 1 << 20).astype(np.int32))


def _beside_whole(base: Floats, exponent: Floats) -> tuple[Integers, Floats]:
    """The whole number nearest to each exponent, and the base to the power of what is missing to it."""
    whole = np.trunc(exponent)
    part = exponent - whole
    upwards = part > _HALF
    part, whole = np.where(upwards, part - 1, part), np.where(upwards, whole + 1, whole)
    factor = np.ones_like(base)
    between = part != 0
    factor[between] = exp(part[between] * log(base[between]))
    return whole.astype(np.int64), factor
