"""Number literals as Go's strconv reads them, and floats as it prints them."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from ledgerscope.promql.text.quoting import quote

_INTEGER = re.compile(r"(?:0[xX](?P<hex>_?[0-9a-fA-F_]+)|0(?P<octal>_?[0-7_]+)|(?P<decimal>[0-9][0-9_]*))")
_BASES = {"hex": 16, "octal": 8, "decimal": 10}
_INT64_MAX = 2**63 - 1
_FINITE = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


class NumberError(ValueError):
    """The text is no number; reads as Go's strconv says it."""


def parse_number(text: str) -> float:
    """The value of a NUMBER token: decimal, hexadecimal, octal (leading zero), float, Inf or NaN."""
    integer = _INTEGER.fullmatch(text)
    if integer is not None and (whole := _integer(integer)) is not None:
        return float(whole)
    if _FINITE.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise NumberError(f"strconv.ParseFloat: parsing {quote(text)}: value out of range")
        return value
    return _special(text)


_LONGEST_INTEGER = 100


def _integer(match: re.Match[str]) -> int | None:
    """The integer, or None where it is none that 64 bits can hold (then it may still be a float)."""
    group = match.lastgroup or "decimal"
    digits = match[group]
    if len(digits) > _LONGEST_INTEGER or digits.endswith("_") or "__" in digits:
        return None
    leading_zero = group == "decimal" and len(digits) > 1 and digits[0] == "0"
    if leading_zero:
        return None
    value = int(digits.replace("_", ""), _BASES[group])
    return value if value <= _INT64_MAX else None


def _special(text: str) -> float:
    match text.lower().lstrip("+"):
        case "inf" | "infinity":
            return math.inf
        case "-inf" | "-infinity":
            return -math.inf
        case "nan":
            return math.nan
        case _:
            raise NumberError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax")


def format_float(value: float) -> str:
    """Go's `FormatFloat(value, 'f', -1, 64)`: the shortest digits that read back, never an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    text = repr(value)
    if "e" in text:
        return _without_exponent(text)
    return text.removesuffix(".0")


def _without_exponent(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    shift = int(exponent)
    if shift < 0:
        return f"{sign}0.{'0' * (-shift - 1)}{whole}{fraction}"
    return f"{sign}{whole}{fraction.ljust(shift, '0')}"


def format_fixed(value: float) -> str:
    """Go's `%f`: six digits after the point."""
    return f"{value:f}" if math.isfinite(value) else format_float(value)


_SMALLEST_PLAIN = 1e-4
_SMALLEST_LARGE = 1e6


def format_general(value: float) -> str:
    """Go's `%v` and `%g`: the shortest digits, with an exponent below 1e-4 and from 1e6 on."""
    if value == 0 or not math.isfinite(value) or _SMALLEST_PLAIN <= abs(value) < _SMALLEST_LARGE:
        return format_float(value)
    digits, exponent = _shortest(abs(value))
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{'-' if value < 0 else ''}{digits[0]}{fraction}e{exponent:+03d}"


def _shortest(value: float) -> tuple[str, int]:
    """The significant digits of a positive number and the power of ten of the first of them."""
    _, digits, power = Decimal(repr(value)).normalize().as_tuple()
    if not isinstance(power, int):
        raise NumberError(f"{value} is not finite")
    return "".join(map(str, digits)), power + len(digits) - 1
