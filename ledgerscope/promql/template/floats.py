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


def with_precision(value: float, verb: str, precision: int, *, alternate: bool = False) -> str:
    """`%e`, `%f` or `%g` (or a capital of them) with that many digits; `alternate` keeps trailing zeros."""
    if (text := special(value)) is not None:
        return text
    mark = "#" if alternate else ""
    return f"{value:{mark}.{precision}{verb}}"


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
