"""The parts of RE2 syntax that stand for characters: escapes and classes in brackets."""

from __future__ import annotations

import re

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.regex.classes import PERL, POSIX, Ranges, complement, unicode_class
from ledgerscope.promql.regex.folding import folded

_HEX = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})")
_OCTAL = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})")
_POSIX = re.compile(r"\[:(\^?)([a-z]+):\]")
_PROPERTY = re.compile(r"\\([pP])(?:\{(\^?)([^}]*)\}|([A-Z]))")
_CONTROLS = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_LAST = 0x10FFFF


def escaped(pattern: str, position: int, *, fold: bool) -> tuple[Ranges | None, int, int]:
    """What a backslash stands for: a class or else a code point, and the characters it took.

    `fold`: a class holds letters of either case, and does so before it is turned into its complement.
    """
    letter = pattern[position + 1 : position + 2]
    if not letter:
        raise RegexError("trailing backslash at end of expression", "")
    if letter.lower() in PERL:
        return _taken(PERL[letter.lower()], fold=fold, outside=letter.isupper()), 0, 2
    if letter in "pP":
        return _property(pattern, position, fold=fold)
    code, length = _escaped_char(pattern, position, letter)
    return None, code, length


def _taken(ranges: Ranges, *, fold: bool, outside: bool) -> Ranges:
    whole = folded(ranges) if fold else ranges
    return complement(whole) if outside else whole


def _property(pattern: str, position: int, *, fold: bool) -> tuple[Ranges, int, int]:
    match = _PROPERTY.match(pattern, position)
    if match is None:
        end = pattern.find("}", position)
        shown = pattern[position : position + 3] if end < 0 else pattern[position : end + 1]
        raise RegexError("invalid character class range", shown)
    ranges = unicode_class(match[3] if match[4] is None else match[4])
    if ranges is None:
        raise RegexError("invalid character class range", match[0])
    outside = (match[1] == "P") is not (match[2] == "^")
    return _taken(ranges, fold=fold, outside=outside), 0, len(match[0])


def _escaped_char(pattern: str, position: int, letter: str) -> tuple[int, int]:
    if letter in _CONTROLS:
        return _CONTROLS[letter], 2
    if letter == "x":
        return _hexadecimal(pattern, position)
    octal = _OCTAL.match(pattern, position)
    if octal is not None:
        return int(octal[1], 8), len(octal[0])
    if letter.isascii() and not letter.isalnum():
        return ord(letter), 2
    raise RegexError("invalid escape sequence", "\\" + letter)


def _hexadecimal(pattern: str, position: int) -> tuple[int, int]:
    match = _HEX.match(pattern, position)
    code = -1 if match is None else int(match[1] or match[2], 16)
    if match is None or code > _LAST:
        raise RegexError("invalid escape sequence", pattern[position : position + 3])
    return code, len(match[0])


def class_at(pattern: str, start: int, *, fold: bool) -> tuple[Ranges, bool, int]:
    """The class in brackets at `start`: its ranges, whether it is negated, where it ends."""
    position = start + 1
    negated = pattern.startswith("^", position)
    position += negated
    first = position
    ranges: list[tuple[int, int]] = []
    while position < len(pattern):
        if pattern[position] == "]" and position > first:
            return tuple(ranges), negated, position + 1
        found, position = _class_item(pattern, position, start, fold=fold)
        ranges.extend(found)
    raise RegexError("missing closing ]", pattern[start:])


def _class_item(pattern: str, position: int, start: int, *, fold: bool) -> tuple[Ranges, int]:
    posix = _POSIX.match(pattern, position)
    if posix is not None:
        return _posix(posix, fold=fold), posix.end()
    if pattern[position] == "\\" and pattern[position + 1 : position + 2].lower() in (*PERL, "p"):
        ranges, _, length = escaped(pattern, position, fold=fold)
        return ranges or (), position + length
    low, after = _class_char(pattern, position, start)
    if not (pattern.startswith("-", after) and pattern[after + 1 : after + 2] not in ("]", "")):
        return _taken(((low, low),), fold=fold, outside=False), after
    high, end = _class_char(pattern, after + 1, start)
    if high < low:
        raise RegexError("invalid character class range", pattern[position:end])
    return _taken(((low, high),), fold=fold, outside=False), end


def _posix(match: re.Match[str], *, fold: bool) -> Ranges:
    ranges = POSIX.get(match[2])
    if ranges is None:
        raise RegexError("invalid character class range", match[0])
    return _taken(ranges, fold=fold, outside=bool(match[1]))


def _class_char(pattern: str, position: int, start: int) -> tuple[int, int]:
    if position >= len(pattern):
        raise RegexError("missing closing ]", pattern[start:])
    char = pattern[position]
    if char != "\\":
        return ord(char), position + 1
    letter = pattern[position + 1 : position + 2]
    if not letter:
        raise RegexError("trailing backslash at end of expression", "")
    code, length = _escaped_char(pattern, position, letter)
    return code, position + length
