"""MRR, revenue per customer, and customers by tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.oracle.values import Values, total

if TYPE_CHECKING:
    from tests.integration.oracle.moment import Moment


def mrr(now: Moment) -> Values:
    return total(
        ((one.tier, one.currency), now.company.major(one.minor, one.currency))
        for payer in now.company.payers
        for one in payer.at(now.t)
    )


def paying(now: Moment) -> Values:
    return total(((currency,), 1) for payer in now.company.payers for currency in payer.mrr(now.t))


def arpa(now: Moment) -> Values:
    sums, counts = total(((currency,), v) for (_, currency), v in mrr(now).items()), paying(now)
    return {labels: amount / counts[labels] for labels, amount in sums.items()}


def customers_by_tier(now: Moment) -> Values:
    found = []
    for payer in now.company.payers:
        places = []
        for one in payer.at(now.t):
            rate = now.company.rate(one.currency, now.company.tenant.base_currency, now.day)
            amount = now.company.major(one.minor, one.currency) * (rate or 0)
            places.append((rate is None, -amount, one.tier))
        if places:
            found.append(((min(places)[2],), 1))
    return total(found)
