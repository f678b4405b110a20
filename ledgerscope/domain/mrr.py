"""MRR: monthly-normalised recurring price, and the movements that lead from one instant to another.

Guards the bridge: MRR(end) = MRR(start) + the sum of all movements in (start, end], per currency. Movements
follow the path: each instant at which a customer's MRR changes is one movement, so up and down again is an
expansion and a contraction. Their kind is told by the whole customer: a switch of currency is a contraction
in one and an expansion in the other, never a loss and a return.
Source: definitions.md, MRR, new, expansion / contraction, churn MRR, reactivation (Stripe, ChartMogul,
Lago).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

K = TypeVar("K")

__all__ = [
    "INTERVALS_PER_MONTH",
    "Kind",
    "Movement",
    "Version",
    "bridge",
    "customer_mrr",
    "monthly",
    "movements",
    "mrr",
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


class Kind(StrEnum):
    """What a movement of MRR is called."""

    NEW = "new"
    EXPANSION = "expansion"
    CONTRACTION = "contraction"
    CHURN = "churn"
    REACTIVATION = "reactivation"


@dataclass(frozen=True, slots=True)
class Version:
    """An unbroken price of one subscription: `mrr` minor units per month in [start, end), None: no end yet.

    There is no version while a subscription is in trial, paused or ended, nor for free plans and metered use.
    """

    customer: str
    currency: str
    mrr: Fraction
    start: datetime
    end: datetime | None = None

    def covers(self, instant: datetime) -> bool:
        """Whether it is in force at the instant."""
        return self.start <= instant and (self.end is None or instant < self.end)

    def covers_just_before(self, instant: datetime) -> bool:
        """Whether it was in force up to the instant."""
        return self.start < instant and (self.end is None or instant <= self.end)


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of one customer's MRR in one currency at one instant; `amount` is signed."""

    kind: Kind
    customer: str
    currency: str
    at: datetime
    amount: Fraction


def monthly(
    amount_minor: int, unit: str, count: int = 1, quantity: int = 1, discount: Fraction = Fraction(0)
) -> Fraction:
    """Minor units per month of a price due every `count` intervals; exact, to be rounded after the sum.

    `discount` is the share taken off for ever; coupons that end do not reduce MRR (Stripe).
    """
    return amount_minor * quantity * (1 - discount) * INTERVALS_PER_MONTH[unit] / count


def mrr(versions: Iterable[Version], at: datetime) -> Mapping[str, Fraction]:
    """MRR by currency at the instant."""
    return _sum((version.currency, version.mrr) for version in versions if version.covers(at))


def customer_mrr(versions: Iterable[Version], at: datetime) -> Mapping[tuple[str, str], Fraction]:
    """MRR by (customer, currency) at the instant; those without any are left out."""
    return _sum(
        ((version.customer, version.currency), version.mrr) for version in versions if version.covers(at)
    )


def movements(versions: Sequence[Version], start: datetime, end: datetime) -> list[Movement]:
    """Every movement in (start, end], by time, then customer and currency."""
    found = (
        movement
        for customer in {version.customer for version in versions}
        for movement in _path([version for version in versions if version.customer == customer])
    )
    within = (movement for movement in found if start < movement.at <= end)
    return sorted(within, key=lambda movement: (movement.at, movement.customer, movement.currency))


def bridge(
    versions: Sequence[Version], start: datetime, end: datetime
) -> Mapping[tuple[str, Kind], Fraction]:
    """Movements summed by (currency, kind): what leads from MRR(start) to MRR(end)."""
    return _sum(((m.currency, m.kind), m.amount) for m in movements(versions, start, end))


def _path(versions: Sequence[Version]) -> list[Movement]:
    """All movements of one customer, ever."""
    paid = [version for version in versions if version.mrr]
    instants = sorted({v.start for v in paid} | {v.end for v in paid if v.end is not None})
    return [change for at in instants for change in _changes(paid, at, first=at == instants[0])]


def _changes(paid: Sequence[Version], at: datetime, *, first: bool) -> Iterator[Movement]:
    """One movement in each currency in which MRR just before and just after an instant differ."""
    before = _sum((version.currency, version.mrr) for version in paid if version.covers_just_before(at))
    after = mrr(paid, at)
    for currency in sorted({*before, *after}):
        amount = after.get(currency, Fraction()) - before.get(currency, Fraction())
        if amount:
            kind = _kind(amount, had=bool(before), has=bool(after), first=first)
            yield Movement(kind, paid[0].customer, currency, at, amount)


def _kind(amount: Fraction, *, had: bool, has: bool, first: bool) -> Kind:
    """By the whole customer, whatever the currency: whether it paid anything just before, and just after."""
    if not had:
        return Kind.NEW if first else Kind.REACTIVATION
    if not has:
        return Kind.CHURN
    return Kind.EXPANSION if amount > 0 else Kind.CONTRACTION


def _sum(amounts: Iterable[tuple[K, Fraction]]) -> Mapping[K, Fraction]:
    sums: defaultdict[K, Fraction] = defaultdict(Fraction)
    for place, amount in amounts:
        sums[place] += amount
    return {place: amount for place, amount in sums.items() if amount}
