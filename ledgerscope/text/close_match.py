"""The nearest known name to one that does not exist, for messages about misspelt names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["close_match", "did_you_mean"]


def close_match(wrong: str, known: Iterable[str]) -> str | None:
    """The known name that is most like the wrong one, whatever its case; None where nothing is like it."""
    by_lower_case = {name.lower(): name for name in known}
    found = get_close_matches(wrong.lower(), by_lower_case, n=1)
    return by_lower_case[found[0]] if found else None


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """What to append to a message that names the wrong name; empty where nothing is like it."""
    found = close_match(wrong, known)
    return f" (did you mean {found!r}?)" if found else ""
