"""Whole numbers of JSON that comes from outside: of a length that anything here has a use for."""

from __future__ import annotations

from typing import Final

__all__ = ["whole_number"]

_MOST_DIGITS: Final = 100


def whole_number(digits: str) -> int:
    """The number, for `parse_int`; raises ValueError where it is longer than any that is expected.

    Python's own limit answers with advice to whoever runs the program, not to whoever wrote the file.
    """
    count = len(digits.removeprefix("-"))
    if count > _MOST_DIGITS:
        raise ValueError(f"a number has {count:,} digits; at most {_MOST_DIGITS}")
    return int(digits)
