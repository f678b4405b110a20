"""What all functions here share: the type of their arguments, polynomials, portions that fit the cache."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
#: One number, or an array of them: arithmetic does not care.
Number = TypeVar("Number", float, Floats)


#: A function makes dozens of intermediate arrays, which should neither leave the cache nor be mapped anew.
_PORTION = 4096


def in_portions(function: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """The same function, applied to large arrays piece by piece."""

    @wraps(function)
    def portioned(x: Floats) -> Floats:
        if x.size <= _PORTION:
            return function(x)
        flat = x.reshape(-1)
        result = np.empty_like(flat)
        for start in range(0, len(flat), _PORTION):
            piece = slice(start, start + _PORTION)
            result[piece] = function(flat[piece])
        return result.reshape(x.shape)

    return portioned


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
