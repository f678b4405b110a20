"""Money: an integer of minor units that never parts from its currency, and the one rounding there is.

Guards that amounts of two currencies are never summed, and that nothing is rounded but by
`round_half_away`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final, Self

from ledgerscope.domain.errors import CurrencyMismatch, InexactAmount, UnknownCurrency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["EXPONENTS", "Money", "round_half_away", "total"]

_BY_EXPONENT: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS: Final[Mapping[str, int]] = {
    code: exponent for exponent, codes in _BY_EXPONENT.items() for code in codes.split()
}
"""Decimal places of the minor unit. Source: ISO 4217."""


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` minor units of `currency`; may be negative. Raises `UnknownCurrency`."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in EXPONENTS:
            raise UnknownCurrency(self.currency)

    @classmethod
    def of(cls, major: Decimal | int | str, currency: str) -> Self:
        """Money from major units (euros, not cents); raises `InexactAmount` rather than round."""
        if currency not in EXPONENTS:
            raise UnknownCurrency(currency)
        scaled = Fraction(Decimal(major)) * 10 ** EXPONENTS[currency]
        if scaled.denominator != 1:
            raise InexactAmount(major, currency, EXPONENTS[currency])
        return cls(scaled.numerator, currency)

    @property
    def major(self) -> Decimal:
        """The exact amount in major units."""
        return Decimal(self.amount_minor).scaleb(-EXPONENTS[self.currency])

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, zero of `currency` for none; raises `CurrencyMismatch`."""
    return sum(amounts, start=Money(0, currency))


def round_half_away(minor: Fraction | Decimal | int) -> int:
    """Whole minor units, halves away from zero, as PostgreSQL rounds NUMERIC. Round once, after the sum."""
    exact = Fraction(minor)
    whole = floor(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole
