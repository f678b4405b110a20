"""Texts read as floats by Go's `strconv.ParseFloat`, with its error texts."""

from __future__ import annotations

import math
import re

from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.text.quoting import quote

_DIGITS = r"[0-9]+(?:_[0-9]+)*"
_DECIMAL = re.compile(rf"[+-]?(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_HEX = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")
_SPECIAL = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}


def parse_float(text: str) -> float:
    """The float a text stands for; `FunctionError` reading as Go's where it stands for none."""
    lowered = text.lower()
    unsigned = lowered[1:] if lowered[:1] in ("+", "-") else lowered
    if unsigned in _SPECIAL and not (unsigned == "nan" and unsigned != lowered):
        return -_SPECIAL[unsigned] if lowered.startswith("-") else _SPECIAL[unsigned]
    if _HEX.fullmatch(text):
        return _finite(text, _from_hex(text))
    if not _DECIMAL.fullmatch(text):
        raise FunctionError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax")
    return _finite(text, float(text))


def _from_hex(text: str) -> float:
    try:
        return float.fromhex(text)
    except OverflowError:
        return math.inf


def _finite(text: str, value: float) -> float:
    if math.isinf(value):
        raise FunctionError(f"strconv.ParseFloat: parsing {quote(text)}: value out of range")
    return value
