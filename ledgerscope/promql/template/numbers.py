"""Number constants of templates: Go's literals and the type each takes when nothing else decides."""

from __future__ import annotations

import re

from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.tokens import Kind, Token
from ledgerscope.promql.text.quoting import EscapeError, unquote

_BASES = {"0x": 16, "0b": 2, "0o": 8}
_INT_LIMITS = (-(2**63), 2**63 - 1)
_UINT_MAX = 2**64 - 1
_HEX_FLOAT = re.compile(r"[+-]?0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?[0-9]+")
_LONGEST = 400


def number_value(token: Token) -> int | float | complex:
    """The value of a number or character constant; `FunctionError` where it is none."""
    if token.kind is Kind.CHAR_CONSTANT:
        return _character(token.text)
    text = token.text
    if len(text) > _LONGEST:
        raise FunctionError(f'illegal number syntax: "{text}"')
    if text.endswith("i") and not text.startswith("0x"):
        return _imaginary(text)
    value = _integer(text)
    if value is not None:
        if not _INT_LIMITS[0] <= value <= _UINT_MAX:
            raise FunctionError(f'integer overflow: "{text}"')
        return value
    return _floating(text)


def _character(text: str) -> int:
    if text == "''":
        raise FunctionError("invalid syntax")
    try:
        char = unquote(text)
    except EscapeError:
        raise FunctionError("invalid syntax") from None
    if len(char) != 1:
        raise FunctionError(f"malformed character constant: {text}")
    return ord(char)


def _imaginary(text: str) -> complex:
    try:
        return complex(text.replace("_", "")[:-1] + "j")
    except ValueError:
        raise FunctionError(f'illegal number syntax: "{text}"') from None


def _integer(text: str) -> int | None:
    """The integer, where the text is one by Go's rules (a leading zero means octal)."""
    digits = text.lower().lstrip("+-")
    sign = -1 if text.startswith("-") else 1
    base = _BASES.get(digits[:2], 8 if len(digits) > 1 and digits[0] == "0" else 10)
    body = digits[2:] if digits[:2] in _BASES else digits
    try:
        return sign * int(body.removeprefix("_"), base)
    except ValueError:
        return None


def _floating(text: str) -> float:
    try:
        value = float.fromhex(text) if _HEX_FLOAT.fullmatch(text) else float(text)
    except (ValueError, OverflowError):
        raise FunctionError(f'illegal number syntax: "{text}"') from None
    if value in (float("inf"), float("-inf")):
        raise FunctionError(f'illegal number syntax: "{text}"')
    if not set(text) & set(".eEpP"):  # 08, which is no octal number
        raise FunctionError(f'integer overflow: "{text}"')
    return value
