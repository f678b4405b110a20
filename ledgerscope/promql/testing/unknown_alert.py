"""What to say where a test asks for an alert that no rule defines: most often it is a typing error."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def unknown_alert(alert: str, known: Iterable[str]) -> str:
    """That there is no such alert, and the nearest one there is."""
    close = difflib.get_close_matches(alert, sorted(known), n=1)
    return f"no rule defines the alert {alert!r}" + (f" (did you mean {close[0]!r}?)" if close else "")
