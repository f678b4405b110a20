"""Keeps spreadsheets from computing what they read: a text that begins like a formula gets an apostrophe.

The guard can be taken off without loss: a text that already looks guarded gets one more apostrophe, and an
import takes exactly one away.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["guarded", "unguarded"]

_BEGINNINGS: Final = r"[=+\-@\t\r\n＝＋－＠|%]"  # noqa: RUF001 - spreadsheets read the wide ones as well
_NEEDS: Final = re.compile(rf"'*{_BEGINNINGS}")
_HAS: Final = re.compile(rf"'+{_BEGINNINGS}")


def guarded(text: str) -> str:
    """The text as a spreadsheet may see it."""
    return f"'{text}" if _NEEDS.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded; any other text as it is."""
    return text[1:] if _HAS.match(text) else text
