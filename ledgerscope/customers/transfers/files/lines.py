"""Lines of a text, none of them longer than the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.files.encoding import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bounded_lines"]


def bounded_lines(text: TextIO) -> Iterator[str]:
    """Every line with its end; raises Unreadable for one that is too long, or is not in the encoding."""
    number = 0
    while True:
        number += 1
        try:
            line = text.readline(LONGEST_LINE + 1)
        except UnicodeError as error:
            raise Unreadable(f"line {number} or one soon after is not {_name(text)}: {error}") from None
        if not line:
            return
        if len(line) > LONGEST_LINE:
            raise Unreadable(f"line {number} has more than {LONGEST_LINE:,} characters")
        yield line


def _name(text: TextIO) -> str:
    return text.encoding.removesuffix("-sig").upper()
