"""The currencies that every database of ours knows."""

from __future__ import annotations

from typing import Final

from ledgerscope.domain.money import EXPONENTS

__all__ = ["CURRENCIES"]

CURRENCIES: Final = frozenset(EXPONENTS)
