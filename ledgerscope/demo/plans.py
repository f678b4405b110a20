"""Plans of the demo companies: tiers times billing intervals, and how a price becomes MRR."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledgerscope.domain.mrr import monthly
from ledgerscope.store.records import PlanRow

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.dates import Calendar
    from ledgerscope.demo.random_source import RandomSource
    from ledgerscope.store.records import Id

__all__ = ["LADDER", "Plan", "Price", "make_plans"]

LADDER: Final = ("free", "starter", "professional", "enterprise")
_LIST_PRICES: Final = {"free": 0, "starter": 29_00, "professional": 99_00, "enterprise": 449_00}
_TRIAL_DAYS: Final = {"free": 0, "starter": 14, "professional": 30, "enterprise": 0}


@dataclass(frozen=True, slots=True)
class Interval:
    """How often a plan is billed: every `months`, or every `days` where months is zero."""

    unit: str
    months: int
    days: int
    factor: Fraction

    def later(self, calendar: Calendar, anchor: datetime, periods: int) -> datetime:
        """The start of a later period, counted from the anchor so that the 31st stays the 31st."""
        if self.months:
            return calendar.months_later(anchor, self.months * periods)
        return calendar.days_later(anchor, self.days * periods)


_INTERVALS: Final = (
    Interval("week", 0, 7, Fraction(24, 100)),
    Interval("month", 1, 0, Fraction(1)),
    Interval("quarter", 3, 0, Fraction(285, 100)),
    Interval("year", 12, 0, Fraction(10)),
)
"""`factor`: the price of an interval as a multiple of the monthly one; longer commitments are cheaper."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a subscription costs: units of a plan, less a discount that never ends."""

    plan: Plan
    quantity: int
    discount_percent: int

    @property
    def net_minor(self) -> int:
        """Price of one interval without tax, in minor units."""
        return self.plan.amount_minor * self.quantity * (100 - self.discount_percent) // 100

    @property
    def is_free(self) -> bool:
        """Whether it adds nothing to MRR."""
        return not self.net_minor

    @property
    def discount(self) -> Decimal:
        """Share taken off, 0..1."""
        return Decimal(self.discount_percent) / 100

    @property
    def mrr(self) -> Decimal:
        """Minor units per month, to six decimals (definitions: MRR, discount)."""
        plan, discount = self.plan, Fraction(self.discount_percent, 100)
        exact = monthly(plan.amount_minor, plan.interval.unit, 1, self.quantity, discount)
        return Decimal(round(exact * 1_000_000)) / 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan in one currency."""

    plan_id: Id
    tier: str
    interval: Interval
    currency: str
    amount_minor: int

    @property
    def rank(self) -> int:
        """Place of the tier on the ladder, from 0."""
        return LADDER.index(self.tier)

    @property
    def trial_days(self) -> int:
        return _TRIAL_DAYS[self.tier]

    def row(self, tenant_id: str, created_at: datetime) -> PlanRow:
        code = f"{self.tier}-{self.interval.unit}-{self.currency}".lower()
        name = f"{self.tier.title()}, by the {self.interval.unit}"
        return PlanRow(
            tenant_id, self.plan_id, code, name, self.tier, self.amount_minor, self.currency,
            self.interval.unit, 1, self.trial_days, False, created_at,
        )  # fmt: skip


def make_plans(random: RandomSource, price_level: Fraction, currency: str) -> dict[tuple[str, str], Plan]:
    """Every tier by every interval, keyed (tier, unit); the free tier only by the month."""
    return {
        (tier, interval.unit): Plan(
            random.id(), tier, interval, currency, int(list_price * price_level * interval.factor)
        )
        for tier, list_price in _LIST_PRICES.items()
        for interval in _INTERVALS
        if list_price or interval.unit == "month"
    }
