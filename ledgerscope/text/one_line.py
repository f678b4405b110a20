"""Texts of others on one line of a terminal: as they are meant, and unable to do anything to it."""

from __future__ import annotations

from typing import Final
from unicodedata import category

__all__ = ["on_one_line"]

_JOINERS: Final = frozenset("\u200c\u200d")
"""Whether letters of many scripts, and parts of a picture, are one: names are other names without them."""
_SIGNS: Final = frozenset(
    map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
)
"""Signs that are drawn around the digits or letters after them."""
_KEPT: Final = _JOINERS | _SIGNS


def on_one_line(text: str) -> str:
    """The text without control characters and without what changes the direction of what follows.

    What is seen as a gap becomes a space; what is not seen is left out.
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character.isprintable() or character in _KEPT:
        return character
    return "" if category(character) == "Cf" else " "
