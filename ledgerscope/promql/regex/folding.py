"""Letters that are equal but for case, as RE2 has it: by simple folding, character by character.

Python's own `(?i)` is close but not the same: to it `i` also equals the dotted and the dotless i of Turkish.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.promql.regex.classes import Ranges

_ASCII_END = 0x80
#: No letter beyond has a case.
_CASED_END = 0x1E944
_KELVIN, _LONG_S = 0x212A, 0x17F


def folded(ranges: Ranges) -> Ranges:
    """The ranges and every letter that differs from one of theirs in case only."""
    plain = all(high < _ASCII_END for _, high in ranges)
    orbits = _ascii_orbits() if plain else _orbits()
    if plain:
        codes = (code for low, high in ranges for code in range(low, high + 1) if code in orbits)
    else:
        codes = (code for code in orbits if any(low <= code <= high for low, high in ranges))
    added = {other for code in codes for other in orbits[code]}
    return (*ranges, *((code, code) for code in sorted(added)))


@cache
def _ascii_orbits() -> Mapping[int, tuple[int, ...]]:
    """The letters from A to Z with their equals: no table of all letters is needed for most patterns."""
    orbits: dict[int, tuple[int, ...]] = {
        ord(each): (ord(each), ord(each.upper())) for each in ascii_lowercase
    }
    orbits[ord("k")] += (_KELVIN,)
    orbits[ord("s")] += (_LONG_S,)
    return orbits | {ord(each.upper()): orbits[ord(each)] for each in ascii_lowercase}


@cache
def _orbits() -> Mapping[int, tuple[int, ...]]:
    """Every letter with its equals, itself included; letters without any are left out."""
    equal: dict[str, list[int]] = defaultdict(list)
    for code in range(_CASED_END):
        equal[_simple_fold(chr(code))].append(code)
    return {code: tuple(codes) for codes in equal.values() if len(codes) > 1 for code in codes}


def _simple_fold(char: str) -> str:
    """The one character it folds to; where full folding gives several, its lower case if that is one."""
    for shape in (char.casefold(), char.lower()):
        if len(shape) == 1:
            return shape
    return char
