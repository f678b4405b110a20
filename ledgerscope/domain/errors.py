"""What the definitions refuse.

DomainError
├── CurrencyMismatch   two amounts of different currencies in one sum
├── UnknownCurrency    a code without a known exponent
├── InexactAmount      more decimal places than the currency has
└── BadPeriod          an end before its start, or an instant without a time zone
"""

from __future__ import annotations


class DomainError(ValueError):
    """A value that no definition covers."""


class CurrencyMismatch(DomainError):
    """Amounts of different currencies are never summed without a rate."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"cannot combine {left} with {right}; convert at a rate first")


class UnknownCurrency(DomainError):
    """Without an exponent a minor unit has no meaning."""

    def __init__(self, code: object) -> None:
        super().__init__(f"{code!r} is not a currency we know; expected an ISO 4217 code such as EUR")


class InexactAmount(DomainError):
    """A major amount that its currency's minor unit cannot express."""

    def __init__(self, amount: object, currency: str, places: int) -> None:
        super().__init__(f"{amount} {currency} is not exact; {currency} has {places} decimal places")


class BadPeriod(DomainError):
    """Periods run forwards, between instants that know their zone."""
