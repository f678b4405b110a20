"""The exponential function, as Go's assembly for amd64 has it.

The method is Naoki Shibata's (SLEEF): the argument less a multiple of ln 2 is divided by sixteen, expanded in
a Taylor series, and the result squared four times. Fused multiply-add is used, as on every processor of
the last decade. A result that needs the exponent 1024 before its mantissa is known is an infinity: from
709.44 on, a little before the largest float.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.go_math.arrays import in_portions
from ledgerscope.promql.go_math.fused import multiply_add

if TYPE_CHECKING:
    from ledgerscope.promql.go_math.arrays import Floats

_LOG2_E = 1.4426950408889634073599246810018920
_LN2_UPPER = 0.69314718055966295651160180568695068359375
_LN2_LOWER = 0.28235290563031577122588448175013436025525412068e-12
#: Of the Taylor series of (e^x - 1) / x, the highest power first: 1/8! to 1/1!.
_TAYLOR = (
    2.4801587301587301587e-5,
    1.9841269841269841270e-4,
    1.3888888888888888889e-3,
    8.3333333333333333333e-3,
    4.1666666666666666667e-2,
    1.6666666666666666667e-1,
    0.5,
    1.0,
)
_LARGEST_EXPONENT = 1023
#: Beyond these bounds the result is an infinity or zero, whatever the digits.
_FAR = 2000.0


@in_portions
def exp(x: Floats) -> Floats:
    """The number e to the power of x."""
    usual = np.clip(np.where(np.isnan(x), 0.0, x), -_FAR, _FAR)
    whole = np.rint(usual * _LOG2_E)
    rest = multiply_add(-whole, _LN2_UPPER, usual)
    rest = multiply_add(-whole, _LN2_LOWER, rest)
    grown = _sixteenth_squared(rest * 0.0625)
    result = np.ldexp(grown, whole.astype(np.int32))
    result = np.where(whole > _LARGEST_EXPONENT, np.inf, result)
    return np.where(np.isnan(x), x, result)


def _sixteenth_squared(x: Floats) -> Floats:
    """The number e to the power of 16 x: (1 + y)² = 1 + y (y + 2), four times, the one added last."""
    series = np.full_like(x, _TAYLOR[0])
    for coefficient in _TAYLOR[1:]:
        series = multiply_add(series, x, coefficient)
    grown = x * series
    for _ in range(3):
        grown = grown * (grown + 2.0)
    return multiply_add(grown, grown + 2.0, 1.0)
