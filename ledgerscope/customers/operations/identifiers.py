"""Identifiers as callers give them."""

from __future__ import annotations

from typing import Final

__all__ = ["is_id"]

_DIGITS: Final = frozenset("0123456789abcdefABCDEF-")
_LENGTH: Final = 32


def is_id(value: str) -> bool:
    """Whether a text can be an identifier, which PostgreSQL would otherwise refuse with an error."""
    return len(value.replace("-", "")) == _LENGTH and _DIGITS.issuperset(value)
