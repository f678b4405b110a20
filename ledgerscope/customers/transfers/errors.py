"""What ends the reading of a file.

Unreadable          the file, or what follows in it, cannot be read; caught by the import, which reports it
"""

from __future__ import annotations

__all__ = ["Unreadable"]


class Unreadable(Exception):
    """A file cannot be read, or not beyond the row before `row`; 0: not at all."""

    def __init__(self, reason: str, row: int = 0, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row
        self.field = field
