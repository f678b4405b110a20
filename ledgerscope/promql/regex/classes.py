r"""Character classes of RE2 as sets of code-point ranges, printed as a class of Python's `re`.

Python's own `\d`, `\s` and friends mean more than RE2's, and it has no `\p{..}`; ranges say exactly
what RE2 means.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from itertools import pairwise
from typing import TypeAlias

Ranges: TypeAlias = "tuple[tuple[int, int], ...]"

_LAST = sys.maxunicode


def _of(*pairs: str) -> Ranges:
    return tuple((ord(pair[0]), ord(pair[-1])) for pair in pairs)


_DIGIT = _of("09")
_SPACE = _of("\t\n", "\f\r", " ")
_WORD = _of("09", "AZ", "_", "az")


def complement(ranges: Ranges) -> Ranges:
    """Every code point outside the ranges."""
    edges = [-1, *(edge for pair in normalised(ranges) for edge in pair), _LAST + 1]
    gaps = pairwise(edges)
    outside = [(low + 1, high - 1) for index, (low, high) in enumerate(gaps) if index % 2 == 0]
    return tuple((low, high) for low, high in outside if low <= high)


def normalised(ranges: Ranges) -> Ranges:
    """The same set as sorted ranges that neither touch nor overlap."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


PERL: dict[str, Ranges] = {
    "d": _DIGIT,
    "s": _SPACE,
    "w": _WORD,
}
"""The classes of one letter after a backslash; the capital letter means their complement."""

POSIX: dict[str, Ranges] = {
    "alnum": _of("09", "AZ", "az"),
    "alpha": _of("AZ", "az"),
    "ascii": _of("\x00\x7f"),
    "blank": _of("\t", " "),
    "cntrl": _of("\x00\x1f", "\x7f"),
    "digit": _DIGIT,
    "graph": _of("!~"),
    "lower": _of("az"),
    "print": _of(" ~"),
    "punct": _of("!/", ":@", "[`", "{~"),
    "space": _of("\t\r", " "),
    "upper": _of("AZ"),
    "word": _WORD,
    "xdigit": _of("09", "AF", "af"),
}
"""The classes written `[:name:]` inside brackets."""

_CATEGORIES = frozenset(
    "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs".split()  # noqa: SIM905, E501 -- a word list reads better than thirty quoted strings
)


@cache
def unicode_class(name: str) -> Ranges | None:
    """The ranges of a general category (`L`, `Lu`) or `Any`; None for a name not known here.

    Scripts (`Greek`) are not known: the standard library does not carry them.
    """
    if name == "Any":
        return ((0, _LAST),)
    if name not in _CATEGORIES:
        return None
    return _category(name)


def _category(name: str) -> Ranges:
    ranges: list[tuple[int, int]] = []
    start: int | None = None
    for code in range(_LAST + 1):
        inside = unicodedata.category(chr(code)).startswith(name)
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append((start, code - 1))
            start = None
    if start is not None:
        ranges.append((start, _LAST))
    return tuple(ranges)


def printed(ranges: Ranges, *, negated: bool) -> str:
    """The class as Python's `re` reads it; one that matches nothing is a failing lookahead."""
    if not ranges:
        return r"[\x00-\U0010ffff]" if negated else "(?!)"
    body = "".join(
        _char(low) if low == high else f"{_char(low)}-{_char(high)}" for low, high in normalised(ranges)
    )
    return f"[{'^' if negated else ''}{body}]"


def _char(code: int) -> str:
    return f"\\U{code:08x}"
