"""Functions that turn each float of a vector into another: rounding, logarithms, trigonometry, clamping.

Native histograms are passed over. Formulas follow Go where Go's differ visibly from the C library's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ledgerscope.promql.samples.axis import Floats

_LN2 = 0.693147180559945309417232121458176568
#: The reciprocal of ln 10, rounded once: dividing one by the rounded ln 10 gives another float.
_LOG10_E = 0.434294481903251827651128918916605082

Elementwise = Callable[[Floats], Floats]


def _log2(values: Floats) -> Floats:
    """Go's: exact for powers of two, otherwise the logarithm of the mantissa, scaled, plus the exponent."""
    mantissa, exponent = np.frexp(values)
    general = np.log(mantissa) * (1 / _LN2) + exponent
    result: Floats = np.where(mantissa == 0.5, exponent - 1.0, general)  # noqa: PLR2004 - frexp's range
    return np.where(np.isfinite(values) & (values > 0), result, np.log2(values))


def _log10(values: Floats) -> Floats:
    """Go's: the natural logarithm, scaled; exact for most powers of ten, not for all."""
    result: Floats = np.log(values) * _LOG10_E
    return result


def _sign(values: Floats) -> Floats:
    return np.where(values < 0, -1.0, np.where(values > 0, 1.0, values))


ELEMENTWISE: dict[str, Elementwise] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "deg": lambda values: values * 180 / np.pi,
    "exp": np.exp,
    "floor": np.floor,
    "ln": np.log,
    "log10": _log10,
    "log2": _log2,
    "rad": lambda values: values * np.pi / 180,
    "sgn": _sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
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
