"""Amounts as refusals and commands say them."""

from __future__ import annotations

from ledgerscope.domain.money import EXPONENTS, Money

__all__ = ["amount_number", "amount_words"]


def amount_words(minor: int, currency: str) -> str:
    """An amount of minor units with its currency, as `1,190.00 EUR`."""
    return f"{amount_number(minor, currency)} {currency}"


def amount_number(minor: int, currency: str) -> str:
    """Minor units without their currency, as `1,190.00`; as they are where ISO 4217 has no such currency."""
    return f"{Money(minor, currency).major:,}" if currency in EXPONENTS else f"{minor:,}"
