"""What all functions here share: the type of their arguments, and polynomials."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
#: One number, or an array of them: arithmetic does not care.
Number = TypeVar("Number", float, Floats)


def polynomial(coefficients: tuple[float, ...], x: Number) -> Number:
    """The polynomial at x by Horner's rule, the coefficient of the highest power first."""
    first, second, *rest = coefficients
    result = first * x + second
    for coefficient in rest:
        result = result * x + coefficient
    return result


def odd(of_magnitude: Floats, x: Floats) -> Floats:
    """The values of an odd function, given those at |x|: negated where x is negative."""
    return np.where(x < 0, -of_magnitude, of_magnitude)


def size(x: Floats) -> Floats:
    """The values without their sign; negative zero keeps it, as odd functions want."""
    return np.where(x < 0, -x, x)
