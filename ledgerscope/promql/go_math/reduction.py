"""An angle as a multiple of a quarter of pi and a remainder around zero.

Angles below 2^29 are reduced with a quarter of pi in three parts (Cephes' sin.c). Larger ones are multiplied
with as many binary digits of 4/pi as they need (Payne and Hanek; K. C. Ng, "Argument reduction for huge
arguments"), one by one in whole numbers: they are rare.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats, Integers

_PARTS = (7.85398125648498535156e-1, 3.77489470793079817668e-8, 2.69515142907905952645e-15)
_QUARTER = math.pi / 4
_FOUR_BY_PI = 1.2732395447351628
_LARGE = float(1 << 29)
_OCTANTS = 7
#: 4/pi times 2^1216, cut off.
_DIGITS = int(
    "1"
    "45f306dc9c882a53f84eafa3ea69bb81b6c52b3278872083fca2c757bd778ac3"
    "6e48dc74849ba5c00c925dd413a32439fc3bd63962534e7dd1046bea5d768909"
    "d338e04d68befc827323ac7306a673e93908bf177bf250763ff12fffbc0b301f"
    "de5e2316b414da3eda6cfd9e4f96136e9e8c7ecd3cbfd45aea4f758fd7cbe2f6"
    "7a0e73ef14a525d4d7f6bf623f1aba10ac06608df8f6d757",
    16,
)
_DIGIT_COUNT = 19 * 64
_TAKEN, _KEPT = 192, 128
_WORD = (1 << 64) - 1


def reduced(magnitude: Floats) -> tuple[Integers, Floats]:
    """For each angle, at least 0: its octant made even (0, 2, 4, 6), and what is left over."""
    large = np.isfinite(magnitude) & (magnitude >= _LARGE)
    usual = np.where(magnitude < _LARGE, magnitude, 0.0)
    octant = (usual * _FOUR_BY_PI).astype(np.int64)
    octant += octant & 1
    whole = octant.astype(np.float64)
    rest = ((usual - whole * _PARTS[0]) - whole * _PARTS[1]) - whole * _PARTS[2]
    octant &= _OCTANTS
    for place in np.argwhere(large):
        index = tuple(place)
        octant[index], rest[index] = _reduced_large(float(magnitude[index]))
    return octant, rest


def _reduced_large(angle: float) -> tuple[int, float]:
    mantissa, exponent = math.frexp(angle)
    # 192 digits of 4/pi, the first of which weighs so much that whole turns fall off the product's top.
    digits = _DIGITS >> (_DIGIT_COUNT - (exponent - 53 + 61) - _TAKEN + 64) & (1 << _TAKEN) - 1
    product = (digits * int(mantissa * 2**53) >> 64) & (1 << _KEPT) - 1
    octant, high, low = product >> 125, product >> 61 & _WORD, product & _WORD
    # The low word is not moved along with the high one: that is how Go does it, three digits come twice.
    rest = _truncated(high << 64 | low)
    if octant & 1:
        return (octant + 1) & _OCTANTS, (rest - 1) * _QUARTER
    return octant, rest * _QUARTER


def _truncated(fraction: int) -> float:
    """A binary fraction of 128 digits, cut off (not rounded) to what a float holds."""
    surplus = max(0, fraction.bit_length() - 53)
    return math.ldexp(fraction >> surplus, surplus - _KEPT)
