"""Whether a text can be an identifier."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_id"]

_PLAIN: Final = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_id(value: str) -> bool:
    """Whether a text is a uuid, with its hyphens or without; PostgreSQL refuses others with an error."""
    return _PLAIN.fullmatch(value) is not None
