"""The keys that seal the audit log, kept outside the database: who can write to it cannot forge a seal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from ledgerscope.customers.named_keys import InvalidKeys, parse_keys

__all__ = ["AuditKeys", "InvalidKeys"]


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """Secret keys by their identifiers: the first seals, all of them are accepted.

    To rotate, put a new key in front and keep the old ones as long as entries that they sealed are kept.
    """

    current: str
    secrets: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Keys from `id:base64` pairs, separated by commas or line breaks; raises InvalidKeys."""
        secrets = parse_keys(text)
        return cls(next(iter(secrets)), secrets)
