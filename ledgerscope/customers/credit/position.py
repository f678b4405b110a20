"""What a customer owes, set against its limits in force.

Exposure in a currency without a limit counts against the customer's reference limit, at the rate of the day;
without a rate it counts nowhere, and without any limit nothing is checked. `customer_credit_exposure_amount`
follows that rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from ledgerscope.domain import rates
from ledgerscope.domain.credit import measure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from fractions import Fraction

    from ledgerscope.customers.credit.limits import LimitInForce
    from ledgerscope.store.records import Id

__all__ = ["Exposure", "Position", "Quotes", "Used"]


@dataclass(frozen=True, slots=True)
class Exposure:
    """In minor units of a currency: what is open of invoices, and money and credit not yet allocated."""

    customer_id: Id
    currency: str
    open_minor: int = 0
    unallocated_minor: int = 0

    @property
    def minor(self) -> int:
        """What the customer owes; below zero where more is unallocated than open."""
        return self.open_minor - self.unallocated_minor


@dataclass(frozen=True, slots=True)
class Quotes:
    """The exchange rates that lead between the currencies of a customer, on the company's day."""

    day: date
    base_currency: str
    quotes: tuple[rates.Quote, ...] = ()
    max_age_days: int = rates.MAX_AGE_DAYS

    def rate(self, source: str, target: str) -> Fraction | None:
        """One unit of a currency in another; None where no quotes lead there."""
        return rates.rate(
            self.quotes, source, target, self.day, base=self.base_currency, max_age_days=self.max_age_days
        )


@dataclass(frozen=True, slots=True)
class Used:
    """A limit in force and what stands against it, in minor units of its currency.

    What is owed in other currencies is converted and not rounded: `exposure` is compared and divided.
    `uncovered` is the currency asked about where no rate leads from it to the limit: what is owed in it is
    left out, so that nobody knows whether more of it fits.
    """

    currency: str
    limit_minor: int | None
    exposure: Fraction | int
    uncovered: str | None = None

    @property
    def exposure_minor(self) -> int:
        """What is shown and kept: whole minor units, a part of one taken for a whole one."""
        return ceil(self.exposure)


@dataclass(frozen=True, slots=True)
class Position:
    """A customer's limits in force and what it owes, each by currency."""

    customer_id: Id
    own_currency: str
    limits: Mapping[str, LimitInForce]
    owed: Mapping[str, int]
    quotes: Quotes | None = field(default=None)

    def used(self, currency: str, more_minor: int = 0) -> Used | None:
        """The limit that an amount in a currency counts against, with `more_minor` on top of what is owed.

        None where the customer has no limit.
        """
        if not self.limits:
            return None
        target = currency if currency in self.limits else self._reference
        owed = {**self.owed, currency: self.owed.get(currency, 0) + more_minor}
        limit = self.limits[target].limit_minor
        finite = dict.fromkeys(self.limits, 0)  # what stands against an unlimited one is asked for as well
        measured = measure(owed, finite, self.own_currency, self._rate)
        is_unknown = limit is not None and currency in measured.uncovered
        return Used(target, limit, measured.against[target], currency if is_unknown else None)

    @property
    def _reference(self) -> str:
        return self.own_currency if self.own_currency in self.limits else min(self.limits)

    def _rate(self, source: str, target: str) -> Fraction | None:
        return None if self.quotes is None else self.quotes.rate(source, target)
