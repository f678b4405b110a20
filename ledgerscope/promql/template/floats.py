"""Floats as Go prints them: the shortest form (`%v`), and `%e`, `%f`, `%g` with a precision.

Annotations are compared byte for byte, so every number of a template passes through here.
"""

from __future__ import annotations

import math
from decimal import Decimal

#: The shortest form turns to an exponent below 1e-4 and from 1e6 (strconv's `'g'` with precision -1).
_SMALLEST_PLAIN = -4
_FIRST_SCIENTIFIC = 6


def special(value: float) -> str | None:
    """NaN and the infinities; nothing for an ordinary number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return None


def shortest(value: float) -> str:
    """Go's `%v`: the fewest digits that read back as the same float."""
    if (text := special(value)) is not None:
        return text
    sign, digits, exponent = _decompose(value)
    if _SMALLEST_PLAIN <= exponent < _FIRST_SCIENTIFIC:
        return sign + _plain(digits, exponent)
    return sign + _scientific(digits, exponent)


def shortest_scientific(value: float) -> str:
    """The shortest digits, always with an exponent (`%e` with precision -1)."""
    if (text := special(value)) is not None:
        return text
    sign, digits, exponent = _decompose(value)
    return sign + _scientific(digits, exponent)


def with_precision(value: float, verb: str, precision: int) -> str:
    """`%e`, `%f` or `%g` (or a capital of them) with that many digits."""
    return special(value) or f"{value:.{precision}{verb}}"


def binary(value: float) -> str:
    """`%b`: the mantissa as an integer, and the power of two that it is multiplied with."""
    if (text := special(value)) is not None:
        return text
    mantissa, power = math.frexp(abs(value))
    power = max(power, _SMALLEST_POWER) - _MANTISSA_BITS if value else _SMALLEST_POWER - _MANTISSA_BITS
    return f"{_minus(value)}{int(math.ldexp(abs(value), -power)) if mantissa else 0}p{power:+d}"


def hexadecimal(value: float, precision: int | None) -> str:
    """`%x`: one digit before the point, `precision` after it (None: what it takes), a power of two."""
    if (text := special(value)) is not None:
        return text
    mantissa, power = math.frexp(abs(value))
    digits = int(math.ldexp(mantissa, _MANTISSA_BITS))
    power = power - 1 if value else 0
    places = _HEX_PLACES if precision is None else min(precision, _HEX_PLACES)
    digits = _rounded(digits, 4 * (_HEX_PLACES - places))
    if digits >> (4 * places) > 1:  # rounded up to the next power of two
        digits, power = digits >> 1, power + 1
    fraction = f"{digits & ((1 << (4 * places)) - 1):0{places}x}" if places else ""
    fraction = fraction.rstrip("0") if precision is None else fraction.ljust(precision, "0")
    point = "." if fraction else ""
    return f"{_minus(value)}0x{digits >> (4 * places)}{point}{fraction}p{power:+03d}"


def _rounded(digits: int, bits: int) -> int:
    """The number without its last bits, rounded to the nearest, to the even one of two."""
    kept, lost = digits >> bits, digits & ((1 << bits) - 1)
    half = 1 << bits >> 1
    return kept + (bits > 0 and (lost > half or (lost == half and kept & 1 == 1)))


def _minus(value: float) -> str:
    return "-" if math.copysign(1.0, value) < 0 else ""


_MANTISSA_BITS = 53
_HEX_PLACES = 13
_SMALLEST_POWER = -1021


def _decompose(value: float) -> tuple[str, str, int]:
    """Sign, significant digits, and the decimal exponent of the first of them."""
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    if value == 0:
        return sign, "0", 0
    _, digits, exponent = Decimal(repr(abs(value))).as_tuple()
    text = "".join(map(str, digits))
    return sign, text.rstrip("0"), len(text) + int(exponent) - 1


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    fraction = digits[exponent + 1 :]
    return f"{whole}.{fraction}" if fraction else whole


def _scientific(digits: str, exponent: int) -> str:
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
