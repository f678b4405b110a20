"""Random plans and subscriptions: trials, metered plans, pauses, overlaps, stored amounts that are off."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.dialects.postgresql import Range

from ledgerscope.store import tables as t
from ledgerscope.store.tables import values
from tests.collectors.books import LONG_AGO

if TYPE_CHECKING:
    from datetime import datetime

    from tests.integration.histories.company import Company, Person

MONTHS: Final = {
    "day": Fraction(12, 365), "week": Fraction(12, 52), "month": 1, "quarter": 3, "half_year": 6, "year": 12,
}  # fmt: skip
PRICES: Final = (0, 1, 999, 1000, 1000, 2500, 12000)
DISCOUNTS: Final = ("0", "0", "0", "0.1", "0.333333", "1")
OFF: Final = (0, 0, 0, 0, "0.5", "-0.5", "0.999999", "1", "-1", "1.000001", "-40")
"""By how many minor units per unit the stored amount is off."""


def random_agreements(company: Company, most: int) -> None:
    """Eight plans, and up to so many subscriptions of each customer."""
    plans = [_plan(company) for _ in range(8)]
    for person in company.people:
        for _ in range(company.random.randint(0, most)):
            _subscription(company, person, plans)


def _plan(company: Company) -> dict[str, Any]:
    plan = {
        "plan_id": company.key(),
        "tier": company.random.choice(values.TIERS),
        "amount_minor": company.random.choice(PRICES),
        "currency": company.random.choice(company.currencies),
        "interval_unit": company.random.choice(values.INTERVAL_UNITS),
        "interval_count": company.random.choice((1, 1, 1, 2, 3)),
        "metered": company.chance(0.1),
    }
    number = company.books.number()
    company.add(t.plan, code=number, name=number, created_at=LONG_AGO, **plan)
    return plan


def _subscription(company: Company, person: Person, plans: list[dict[str, Any]]) -> None:
    edges = company.instants(4) or [company.instant()]
    started = min(edges[0], company.instant())
    ended = company.instant(after=started) if company.chance(0.3) else None
    status = (
        "ended" if ended else company.random.choice(("active", "active", "past_due", "paused", "trialing"))
    )
    own = {"subscription_id": company.key(), "customer_id": person.customer_id}
    company.add(
        t.subscription,
        **own,
        plan_id=plans[0]["plan_id"],
        status=status,
        started_at=started,
        trial_end=company.instant(after=started) if company.chance(0.2) else None,
        cancel_requested_at=company.instant(after=started) if company.chance(0.2) else None,
        ended_at=ended,
        end_reason="voluntary" if ended else None,
    )
    ends: list[datetime | None] = [*edges[1:], None]
    for begin, end in zip(edges, ends, strict=True):
        if company.chance(0.8) and (end is not None or company.chance(0.5)):
            _version(company, own, company.random.choice(plans), Range(begin, end))


def _version(company: Company, own: dict[str, Any], plan: dict[str, Any], valid: Range[datetime]) -> None:
    quantity = company.random.choice((1, 1, 2, 7))
    discount = Decimal(company.random.choice(DISCOUNTS))
    exact = plan["amount_minor"] * quantity * (1 - Fraction(discount)) / plan["interval_count"]
    exact = exact / MONTHS[plan["interval_unit"]]
    rounded = round(Decimal(exact.numerator) / exact.denominator, 6)
    wrong = company.chance(0.05)
    company.add(
        t.subscription_version,
        **own,
        version_id=company.key(),
        plan_id=plan["plan_id"],
        quantity=quantity,
        discount=discount,
        currency=company.random.choice(company.currencies) if wrong else plan["currency"],
        mrr=max(Decimal(0), rounded + quantity * Decimal(company.random.choice(OFF))),
        valid=valid,
    )
