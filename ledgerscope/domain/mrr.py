"""MRR: the monthly price of each subscription version, and whether it recurs at an instant.

This is the definition of docs/definitions.md, "Recurring revenue", written out slowly: it looks at every
version for every question. The collectors compute the same in SQL and are tested against it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Final, TypeVar

from ledgerscope.domain.periods import first_of, is_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

K = TypeVar("K")

__all__ = [
    "INTERVALS_PER_MONTH",
    "Subscription",
    "Version",
    "agreed_price",
    "customer_mrr",
    "first_paid_at",
    "is_paused",
    "monthly",
    "mrr",
    "paying",
    "total",
]

INTERVALS_PER_MONTH: Final[Mapping[str, Fraction]] = {
    "day": Fraction(365, 12),
    "week": Fraction(52, 12),
    "month": Fraction(1),
    "quarter": Fraction(1, 3),
    "half_year": Fraction(1, 6),
    "year": Fraction(1, 12),
}
"""How often an interval's price is due in a month: 52 weeks and 365 days to the year."""
_STORED: Final = 10**6
"""A stored price has six decimals."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A customer's agreement as it stands now, and the instant at which its customer was deleted."""

    key: str
    customer: str
    status: str = "active"
    trial_end: datetime | None = None
    cancel_requested_at: datetime | None = None
    ended_at: datetime | None = None
    customer_deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """An unbroken price of a subscription: `price` minor units per month in [start, end); None: no end."""

    subscription: Subscription
    currency: str
    price: Fraction
    start: datetime
    end: datetime | None = None
    is_metered: bool = False

    @property
    def customer(self) -> str:
        """Who pays it."""
        return self.subscription.customer

    def recurs(self, at: datetime) -> bool:
        """Whether it is part of MRR at the instant."""
        agreement = self.subscription
        return (
            self.start <= at
            and is_before(at, self.end)
            and self.price > 0
            and not self.is_metered
            and agreement.status != "trialing"
            and (agreement.trial_end is None or agreement.trial_end <= at)
            and is_before(at, agreement.ended_at)
            and is_before(at, agreement.customer_deleted_at)
        )

    @property
    def first_recurs_at(self) -> datetime | None:
        """The first instant at which it is part of MRR; None: never."""
        trial_end = self.subscription.trial_end
        first = self.start if trial_end is None else max(self.start, trial_end)
        return first if self.recurs(first) else None


def monthly(
    amount_minor: int, unit: str, count: int = 1, quantity: int = 1, discount: Fraction = Fraction(0)
) -> Fraction:
    """Minor units per month of a price due every `count` intervals; exact, to be rounded after the sum.

    `discount` is the share taken off for as long as the price holds; coupons that end do not reduce MRR.
    """
    return amount_minor * quantity * (1 - discount) * INTERVALS_PER_MONTH[unit] / count


def agreed_price(stored: Fraction, of_plan: Fraction, quantity: int, *, same_currency: bool) -> Fraction:
    """The stored monthly price, or that of the plan where the two differ by more than rounding."""
    as_stored = Fraction(floor(of_plan * _STORED + Fraction(1, 2)), _STORED)
    return stored if same_currency and abs(stored - as_stored) < quantity else of_plan


def mrr(versions: Iterable[Version], at: datetime) -> Mapping[str, Fraction]:
    """MRR by currency at the instant."""
    return total((version.currency, version.price) for version in versions if version.recurs(at))


def customer_mrr(versions: Iterable[Version], at: datetime) -> Mapping[tuple[str, str], Fraction]:
    """MRR by (customer, currency) at the instant; those without any are left out."""
    return total(
        ((version.customer, version.currency), version.price) for version in versions if version.recurs(at)
    )


def paying(versions: Iterable[Version], at: datetime) -> frozenset[str]:
    """Customers with MRR at the instant, in any currency."""
    return frozenset(version.customer for version in versions if version.recurs(at))


def is_paused(versions: Sequence[Version], customer: str, at: datetime) -> bool:
    """Whether the customer pays nothing at the instant, but has a subscription that is to go on."""
    own = [version for version in versions if version.customer == customer]
    return not paying(own, at) and any(
        _is_to_go_on(agreement, [version for version in own if version.subscription == agreement], at)
        for agreement in {version.subscription for version in own}
    )


def _is_to_go_on(agreement: Subscription, versions: Sequence[Version], at: datetime) -> bool:
    firsts = [version.first_recurs_at for version in versions]
    has_recurred = any(first is not None and first < at for first in firsts)
    stands = all(
        is_before(at, end)
        for end in (agreement.ended_at, agreement.cancel_requested_at, agreement.customer_deleted_at)
    )
    goes_on = (
        agreement.status == "paused"
        or any(version.start > at for version in versions)
        or agreement.ended_at is not None
    )
    return has_recurred and stands and goes_on


def first_paid_at(versions: Iterable[Version], customer: str) -> datetime | None:
    """The first instant at which the customer had MRR."""
    return first_of(version.first_recurs_at for version in versions if version.customer == customer)


def total(amounts: Iterable[tuple[K, Fraction]]) -> Mapping[K, Fraction]:
    """The sum of the amounts by key; keys whose sum is zero are left out."""
    sums: defaultdict[K, Fraction] = defaultdict(Fraction)
    for key, amount in amounts:
        sums[key] += amount
    return {key: amount for key, amount in sums.items() if amount}
