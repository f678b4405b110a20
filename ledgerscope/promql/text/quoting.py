r"""String literals as Go reads and writes them.

Bytes that are no UTF-8 (`"\xff"`) live in our strings as surrogate escapes, so nothing is lost
between reading a literal and printing it.
"""

from __future__ import annotations

import re

_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
}
_NAMED = {value: f"\\{name}" for name, value in _SIMPLE.items() if value not in "'\""}
_ESCAPE = re.compile(
    r"\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([abfnrtv\\'\"]))",
)
_MAX_BYTE = 255
_MAX_RUNE = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_BYTE_ESCAPE = range(0xDC80, 0xDD00)


class EscapeError(ValueError):
    """A backslash followed by what is no escape; reads as Prometheus's lexer says it."""


def unquote(literal: str, *, closed: bool = True) -> str:
    """The text a quoted literal stands for, its quotes included; unless `closed`, the last one is missing."""
    body = literal[1:-1] if closed else literal[1:]
    if literal[0] == "`" or "\\" not in body:
        return body
    pieces: list[bytes] = []
    position = 0
    while (slash := body.find("\\", position)) >= 0:
        pieces.append(_encode(body[position:slash]))
        match = _ESCAPE.match(body, slash)
        if match is None or (match[5] in ("'", '"') and match[5] != literal[0]):
            raise EscapeError(_complaint(literal[slash + 2 :]))
        pieces.append(_resolve(match))
        position = match.end()
    pieces.append(_encode(body[position:]))
    return b"".join(pieces).decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if _is_byte_escaped(text) else "replace")


def _is_byte_escaped(text: str) -> bool:
    return not any(ord(char) in _SURROGATES and ord(char) not in _BYTE_ESCAPE for char in text)


def _resolve(match: re.Match[str]) -> bytes:
    octal, two, four, eight, simple = match.groups()
    if simple:
        return _SIMPLE[simple].encode()
    if octal or two:
        code = int(octal, 8) if octal else int(two, 16)
        if code > _MAX_BYTE:
            raise EscapeError("escape sequence is an invalid Unicode code point")
        return bytes([code])
    code = int(four or eight, 16)
    if code > _MAX_RUNE or code in _SURROGATES:
        raise EscapeError("escape sequence is an invalid Unicode code point")
    return chr(code).encode()


_DIGITS = {"x": 2, "u": 4, "U": 8}


def _complaint(after: str) -> str:
    """Why the characters after a backslash are no escape."""
    if not after:
        return "escape sequence not terminated"
    head = after[0]
    if head in _DIGITS:
        return _bad_digit(after[1 : 1 + _DIGITS[head]], "0123456789abcdefABCDEF")
    if head in "01234567":
        return _bad_digit(after[:3], "01234567")
    return f"unknown escape sequence {_describe(head)}"


def _bad_digit(digits: str, allowed: str) -> str:
    for digit in digits:
        if digit not in allowed:
            return f"illegal character {_describe(digit)} in escape sequence"
    return "escape sequence not terminated"


def _describe(char: str) -> str:
    return f"U+{ord(char):04X} '{char}'" if char.isprintable() else f"U+{ord(char):04X}"


def quote(text: str) -> str:
    """The double-quoted literal Go prints for a string."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join('\\"' if char == '"' else _escaped(char) for char in text) + '"'


def quote_rune(char: str) -> str:
    """The single-quoted literal Go prints for one character."""
    return "'\\''" if char == "'" else f"'{_escaped(char)}'"


def _escaped(char: str) -> str:
    named = _NAMED.get(char)
    if named is not None:
        return named
    if char.isprintable():
        return char
    return _escaped_code(ord(char))


def _escaped_code(code: int) -> str:
    if code in _BYTE_ESCAPE:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:  # noqa: PLR2004 -- ASCII controls
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 -- the BMP's end
