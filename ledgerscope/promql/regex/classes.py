r"""Character classes of RE2 as sets of code-point ranges, printed as a class of Python's `re`.

Python's own `\d`, `\s` and friends mean more than RE2's, and it has no `\p{..}`; ranges say exactly
what RE2 means.
"""

from __future__ import annotations

import sys
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

_ANY = "Any"
_ONE_LETTER = 1


@cache
def unicode_class(name: str) -> Ranges | None:
    """The ranges of a general category (`L`, `Lu`), a script (`Greek`) or `Any`; None for another name."""
    from ledgerscope.promql.regex.unicode_classes import TABLES  # noqa: PLC0415 - few patterns need it

    if name == _ANY:
        return ((0, _LAST),)
    if len(name) == _ONE_LETTER:
        kinds = [
            ranges for each, ranges in TABLES.items() if len(each) == len("Lu") and each.startswith(name)
        ]
        return normalised(tuple(pair for ranges in kinds for pair in _decoded(ranges))) or None
    return _decoded(TABLES[name]) if name in TABLES else None


def _decoded(text: str) -> Ranges:
    ranges: list[tuple[int, int]] = []
    after = 0
    for entry in text.split(" "):
        skipped, _, more = entry.partition(",")
        low = after + int(skipped, 16)
        after = low + (int(more, 16) if more else 0) + 1
        ranges.append((low, after - 1))
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
