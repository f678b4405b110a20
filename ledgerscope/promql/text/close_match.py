"""The nearest known name to a misspelt one: one kind of hint for fields, files, alerts and series."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(wrong: str, known: Iterable[str]) -> str:
    """The known name most like the wrong one; empty where none is like it."""
    return next(iter(difflib.get_close_matches(wrong, sorted(known), n=1)), "")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """The question whether the nearest name was meant; empty where none is near."""
    near = closest(wrong, known)
    return f"did you mean {near!r}?" if near else ""
