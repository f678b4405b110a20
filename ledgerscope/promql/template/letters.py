"""Upper, lower and title case as Go has them: letter by letter, each to one letter, wherever it stands.

Python's own methods follow the full rules of Unicode, by which `ß` becomes two letters and a sigma at the end
of a word another one than elsewhere.
"""

from __future__ import annotations

_DOTTED_I = "\u0130"


def to_upper(text: str) -> str:
    """Every letter in upper case."""
    return text.upper() if text.isascii() else "".join(map(_upper, text))


def to_lower(text: str) -> str:
    """Every letter in lower case."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


def title(text: str) -> str:
    """Every word's first letter in title case; words end at whatever is no letter, digit or underscore."""
    previous = " "
    out: list[str] = []
    for char in text:
        out.append(_single(char.title(), char) if _separates(previous) else char)
        previous = char
    return "".join(out)


def _upper(char: str) -> str:
    # Of a letter that full upper case makes several of, the title case may be the single one.
    return _single(char.upper(), _single(char.title(), char))


def _lower(char: str) -> str:
    return "i" if char == _DOTTED_I else char.lower()


def _single(shape: str, otherwise: str) -> str:
    return shape if len(shape) == 1 else otherwise


def _separates(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return char.isspace()
