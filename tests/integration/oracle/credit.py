"""Credit: limits, and the exposure that is measured against them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from tests.integration.oracle.documents import Ledger
from tests.integration.oracle.values import Row, Values, contains, total


@dataclass(frozen=True)
class Exposure(Ledger):
    """What customers owe, and may owe."""

    @cached_property
    def limits(self) -> dict[Any, dict[str, int | None]]:
        """The limits in force, by customer and currency."""
        found: dict[Any, dict[str, int | None]] = defaultdict(dict)
        for row in self.company.of("credit_limit"):
            if row.status == "approved" and contains(row.valid, self.t):
                found[row.customer_id][row.currency] = row.limit_minor
        return found

    @cached_property
    def limited(self) -> list[Row]:
        """Existing customers with a finite limit in force."""
        return [
            row for row in self.existing if any(v is not None for v in self.limits[row.customer_id].values())
        ]

    @cached_property
    def exposures(self) -> dict[Any, dict[str, int]]:
        """What each customer owes, by customer and currency, in minor units."""
        found: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for one in self.instalments:
            found[one.invoice.customer_id][one.invoice.currency] += one.open_minor
        for customer_id, currency, left in self.unallocated:
            found[customer_id][currency] -= left
        return found

    @cached_property
    def measured(self) -> tuple[dict[tuple[Any, str], Fraction], dict[str, Fraction]]:
        """What is measured against each finite limit, in major units, and what no limit covers."""
        against: dict[tuple[Any, str], Fraction] = {}
        uncovered: dict[str, Fraction] = defaultdict(Fraction)
        for customer in self.limited:
            limits, key = self.limits[customer.customer_id], customer.customer_id
            against |= {(key, currency): Fraction(0) for currency in limits}
            reference = customer.currency if customer.currency in limits else min(limits)
            for currency, minor in self.exposures[key].items():
                amount = self.company.major(minor, currency)
                if currency in limits:
                    against[key, currency] += amount
                elif limits[reference] is not None:
                    rate = self.company.rate(currency, reference, self.day)
                    if rate is None:
                        uncovered[currency] += amount
                    else:
                        against[key, reference] += amount * rate
        return {key: v for key, v in against.items() if self.limits[key[0]][key[1]] is not None}, uncovered


def utilization_customers(now: Exposure) -> Values:
    found = []
    for customer in now.limited:
        key = customer.customer_id
        shares = [
            now.measured[0][key, currency] / now.company.major(limit, currency) if limit else Fraction(1)
            for currency, limit in now.limits[key].items()
            if limit is not None
        ]
        found.append(((utilization_bucket(max(shares)),), 1))
    return total(found)


def utilization_bucket(share: Fraction) -> str:
    for percent, name in ((25, "0-25%"), (50, "25-50%"), (75, "50-75%"), (100, "75-100%")):
        if share < Fraction(percent, 100):
            return name
    return "100%+"


def without_limit(now: Exposure) -> tuple[int, int]:
    """Customers with an expired limit, and unlimited ones."""
    ran_out = {
        row.customer_id
        for row in now.company.of("credit_limit")
        if row.status == "approved" and row.limit_minor is not None
        if row.valid.upper is not None and row.valid.upper <= now.t
    }
    limited = {row.customer_id for row in now.limited}
    others = [row.customer_id for row in now.existing if row.customer_id not in limited]
    expired = [key for key in others if not now.limits[key] and key in ran_out]
    return len(expired), len(others) - len(expired)


def limit_amount(now: Exposure) -> Values:
    return total(
        ((currency,), now.company.major(limit, currency))
        for customer in now.limited
        for currency, limit in now.limits[customer.customer_id].items()
        if limit is not None
    )


def exposure_amount(now: Exposure) -> Values:
    return total(((currency,), amount) for (_, currency), amount in now.measured[0].items())


def utilization_ratio(now: Exposure) -> Values:
    exposure = exposure_amount(now)
    return {labels: exposure[labels] / limit for labels, limit in limit_amount(now).items() if limit}
