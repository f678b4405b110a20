"""What a setting may hold: whatever JSON can say."""

from __future__ import annotations

__all__ = ["Value"]

Value = bool | int | float | str | list[str] | dict[str, str] | None
"""A plain value, a list of words, or names to names."""
