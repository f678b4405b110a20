"""Go's float formats, which PromQL shows in labels, messages and templates."""

from __future__ import annotations

import math
from decimal import Decimal

#: Decimal exponents at which Go's shortest format changes to scientific notation.
_SMALLEST_PLAIN = -4
_LARGEST_PLAIN = 6


def special(value: float) -> str | None:
    """How Go writes NaN and the infinities; nothing for an ordinary number."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return None


def format_float(value: float) -> str:
    """The shortest form that reads back as the same number; scientific below 1e-4 and from 1e6 (Go's %v)."""
    if (text := special(value)) is not None:
        return text
    sign, digits, exponent = _shortest(value)
    if value and not _SMALLEST_PLAIN <= exponent < _LARGEST_PLAIN:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    return sign + _plain(digits, exponent)


def format_plain(value: float) -> str:
    """The shortest form without an exponent, however long."""
    if (text := special(value)) is not None:
        return text
    sign, digits, exponent = _shortest(value)
    return sign + _plain(digits, exponent)


def _shortest(value: float) -> tuple[str, str, int]:
    """Sign, significant digits and the decimal exponent of the first of them."""
    sign, digits, exponent = Decimal(repr(float(value))).as_tuple()
    text = "".join(map(str, digits))
    stripped = text.rstrip("0") or "0"
    assert isinstance(exponent, int)  # noqa: S101 - NaN and the infinities were handled above
    return ("-" if sign else ""), stripped, len(text) + exponent - 1 if value else 0


def _plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    rest = digits[exponent + 1 :]
    return f"{whole}.{rest}" if rest else whole
