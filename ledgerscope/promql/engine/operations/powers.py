"""Powers as Go gives them: by repeated squaring for whole exponents, square roots for halves.

Every product is rounded, so the last bits differ from those of the C library, which rounds once. For other
fractions the result is that of the C library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Booleans, Floats

#: Beyond this binary exponent a square is out of any float's reach.
_REACH = 1 << 12
_HALF = 0.5


def power(base: Floats, exponent: Floats) -> Floats:
    """The base to the power of the exponent, pair by pair."""
    shape = np.broadcast_shapes(base.shape, exponent.shape)
    # Copies: NumPy takes a square root for one exponent of a half, which is wrong for minus infinity.
    base, exponent = (np.array(np.broadcast_to(each, shape)) for each in (base, exponent))
    result: Floats = np.power(base, exponent)
    ordinary = np.isfinite(base) & (base != 0)
    for half, root in ((_HALF, np.sqrt), (-_HALF, lambda value: 1 / np.sqrt(value))):
        chosen = ordinary & (exponent == half)
        if chosen.any():
            result[chosen] = root(base[chosen])
    whole = ordinary & (np.trunc(exponent) == exponent) & (np.abs(exponent) < 2.0**63) & (base != 1)
    whole &= (exponent != 0) & (exponent != 1)
    if whole.any():
        result[whole] = _by_squaring(base[whole], exponent[whole])
    return result


def _by_squaring(base: Floats, exponent: Floats) -> Floats:
    mantissa, binary = np.frexp(base)
    binary = binary.astype(np.int64)
    left = np.abs(exponent).astype(np.int64)
    product, total = np.ones_like(base), np.zeros_like(binary)
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
