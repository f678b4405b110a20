"""Functions that turn each float of a vector into another: rounding, logarithms, trigonometry, clamping.

Native histograms are passed over. What rounds does so as in Go, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ledgerscope.promql.go_math import (
    circular,
    exponential,
    hyperbolic,
    inverse_circular,
    inverse_hyperbolic,
    logarithms,
)
from ledgerscope.promql.samples.axis import Floats

Elementwise = Callable[[Floats], Floats]


def _sign(values: Floats) -> Floats:
    return np.where(values < 0, -1.0, np.where(values > 0, 1.0, values))


ELEMENTWISE: dict[str, Elementwise] = {
    "abs": np.abs,
    "acos": inverse_circular.acos,
    "acosh": inverse_hyperbolic.acosh,
    "asin": inverse_circular.asin,
    "asinh": inverse_hyperbolic.asinh,
    "atan": inverse_circular.atan,
    "atanh": inverse_hyperbolic.atanh,
    "ceil": np.ceil,
    "cos": circular.cos,
    "cosh": hyperbolic.cosh,
    "deg": lambda values: values * 180 / np.pi,
    "exp": exponential.exp,
    "floor": np.floor,
    "ln": logarithms.log,
    "log10": logarithms.log10,
    "log2": logarithms.log2,
    "rad": lambda values: values * np.pi / 180,
    "sgn": _sign,
    "sin": circular.sin,
    "sinh": hyperbolic.sinh,
    "sqrt": np.sqrt,
    "tan": circular.tan,
    "tanh": hyperbolic.tanh,
}


def rounded(values: Floats, to_nearest: Floats) -> Floats:
    """To the nearest multiple, halves upwards; by the inverse, which loses less."""
    inverse = 1.0 / to_nearest
    return np.floor(values * inverse + 0.5) / inverse


def clamped(values: Floats, least: Floats, most: Floats) -> Floats:
    """Within bounds; NaN stays NaN unless a bound is an infinity on its own side."""
    return _larger(least, _smaller(most, values))


def _larger(left: Floats, right: Floats) -> Floats:
    return np.where(np.isposinf(left) | np.isposinf(right), np.inf, np.maximum(left, right))


def _smaller(left: Floats, right: Floats) -> Floats:
    return np.where(np.isneginf(left) | np.isneginf(right), -np.inf, np.minimum(left, right))
