"""What a request says, as one text: equal requests give equal texts, whatever the order of their parts."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from hashlib import sha256
from typing import Any, Final

__all__ = ["content_hash"]

_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""Rounds nothing and raises for nothing: what cannot be stored is refused later, by value."""


def content_hash(action: str, content: object) -> bytes:
    """SHA-256 of an action and the content of its request; raises TypeError for what is no plain value."""
    plain = asdict(content) if is_dataclass(content) and not isinstance(content, type) else content
    text = json.dumps([action, plain], sort_keys=True, ensure_ascii=True, default=_plain)
    return sha256(text.encode()).digest()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value.normalize(_EXACT))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return json.dumps(sorted(map(str, value)))
    raise TypeError(f"{type(value).__name__} is no part of a request")
