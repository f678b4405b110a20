"""Exchange rates: what one unit of a currency is in another on a day, as the quotes of a company say.

The latest quote of either direction counts, the direct one on equal days, none that is too old; where there
is none, the rate goes through the company's base currency.
Source: docs/definitions.md, exchange rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

__all__ = ["MAX_AGE_DAYS", "Quote", "rate"]

MAX_AGE_DAYS: Final = 366
"""Unless the company's `fx_max_age_days` says otherwise."""


@dataclass(frozen=True, slots=True)
class Quote:
    """On the day, one unit of `source` was `rate` units of `target`."""

    day: date
    source: str
    target: str
    rate: Decimal


def rate(
    quotes: Iterable[Quote],
    source: str,
    target: str,
    day: date,
    *,
    base: str,
    max_age_days: int = MAX_AGE_DAYS,
) -> Fraction | None:
    """One unit of `source` in `target` on the day; None where no quotes lead from one to the other."""
    known = [quote for quote in quotes if 0 <= (day - quote.day).days <= max_age_days]
    if (found := _quoted(known, source, target)) is not None:
        return found
    first, second = _quoted(known, source, base), _quoted(known, base, target)
    return None if first is None or second is None else first * second


def _quoted(quotes: Iterable[Quote], source: str, target: str) -> Fraction | None:
    if source == target:
        return Fraction(1)
    found = [
        (quote.day, direct, Fraction(quote.rate) if direct else 1 / Fraction(quote.rate))
        for quote in quotes
        for direct in (True, False)
        if (quote.source, quote.target) == ((source, target) if direct else (target, source))
    ]
    return max(found)[2] if found else None
