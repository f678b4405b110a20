"""Recurring revenue: the price of a version a month, when it recurs, who pays, who is paused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.integration.oracle.company import Company
    from tests.integration.oracle.values import Row

MONTHLY: Final = {
    "day": Fraction(365, 12), "week": Fraction(52, 12), "month": Fraction(1),
    "quarter": Fraction(1, 3), "half_year": Fraction(1, 6), "year": Fraction(1, 12),
}  # fmt: skip


@dataclass(frozen=True)
class Recurrence:
    """A version while it recurs: [start, end), with its price per month in minor units."""

    subscription: Row
    tier: str
    currency: str
    minor: Fraction
    start: datetime
    end: datetime | None

    def at(self, t: datetime) -> bool:
        return self.start <= t and (self.end is None or t < self.end)


def recurrence(version: Row, plan: Row, subscription: Row, customer: Row) -> Recurrence | None:
    price = Fraction(plan.amount_minor) * version.quantity * (1 - Fraction(version.discount))
    price = price / plan.interval_count * MONTHLY[plan.interval_unit]
    stored = Fraction(version.mrr)
    off = abs(stored - with_six_decimals(price))
    agreed = stored if version.currency == plan.currency and off < version.quantity else price
    start = max(at for at in (version.valid.lower, subscription.trial_end) if at is not None)
    ends = [at for at in (version.valid.upper, subscription.ended_at, customer.deleted_at) if at is not None]
    end = min(ends, default=None)
    if agreed <= 0 or plan.metered or subscription.status == "trialing" or (end is not None and end <= start):
        return None
    return Recurrence(subscription, plan.tier, plan.currency, agreed, start, end)


def with_six_decimals(amount: Fraction) -> Fraction:
    """As it is stored; a half is rounded up."""
    return Fraction(int(amount * 10**6 + Fraction(1, 2)), 10**6)


@dataclass(frozen=True)
class Payer:
    """What one customer pays at an instant, and whether it is paused."""

    company: Company
    customer: Row
    recurrences: list[Recurrence]

    def at(self, t: datetime) -> list[Recurrence]:
        return [one for one in self.recurrences if one.at(t)]

    def pays(self, t: datetime) -> bool:
        return bool(self.at(t))

    def mrr(self, t: datetime) -> dict[str, Fraction]:
        found: dict[str, Fraction] = defaultdict(Fraction)
        for one in self.at(t):
            found[one.currency] += one.minor
        return found

    def paused(self, t: datetime) -> bool:
        before = {
            one.subscription.subscription_id: one.subscription for one in self.recurrences if one.start < t
        }
        deleted = self.customer.deleted_at is not None and self.customer.deleted_at <= t
        return not self.pays(t) and not deleted and any(self._is_pause(row, t) for row in before.values())

    def _is_pause(self, row: Row, t: datetime) -> bool:
        if row.ended_at is not None and row.ended_at <= t:
            return False
        if row.cancel_requested_at is not None and row.cancel_requested_at <= t:
            return False
        later = any(one.valid.lower > t for one in self.company.versions[row.subscription_id])
        return bool(row.status == "paused" or later or row.ended_at is not None)

    def kind(self, before: datetime, after: datetime, change: Fraction) -> str:
        """The kind of the customer's movement from the one instant to the other."""
        if self.pays(before) and self.pays(after):
            return "expansion" if change > 0 else "contraction"
        if self.pays(before):
            return "paused" if self.paused(after) else "churn"
        if self.paused(before):
            return "resumed"
        return "reactivation" if any(one.start <= before for one in self.recurrences) else "new"

    def changes(self, before: datetime, after: datetime) -> Iterator[tuple[str, str, Fraction]]:
        """Kind, currency and amount of what changed from the one instant to the other."""
        old, new = self.mrr(before), self.mrr(after)
        for currency in {*old, *new}:
            if change := new[currency] - old[currency]:
                yield self.kind(before, after, change), currency, change
