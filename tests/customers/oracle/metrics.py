"""What the exporter must say of a world, computed from the oracle's books."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.customers.oracle.books import BUCKETS, DIGITS, bucket_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from tests.customers.oracle.world import World

__all__ = ["expected", "parsed"]

USED = ("0-25%", "25-50%", "50-75%", "75-100%", "100%+")


def parsed(exposition: str) -> dict[str, dict[tuple[str, str], float]]:
    """By company: the name with its other labels, to the value."""
    found: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for line in exposition.splitlines():
        if line.startswith("#") or "{" not in line:
            continue
        name, _, rest = line.partition("{")
        labels, _, value = rest.rpartition("} ")
        pairs = sorted(pair for pair in labels.split('",') if pair)
        company = next(
            (pair.split('="')[1].rstrip('"') for pair in pairs if pair.startswith("company_id=")), ""
        )
        others = ",".join(
            pair.rstrip('"').replace('="', "=") for pair in pairs if not pair.startswith("company_id=")
        )
        found[company][name, others] = float(value.split()[0])
    return found


def expected(world: World, at: datetime) -> dict[tuple[str, str], Fraction]:
    """Gauges of receivables, aging and credit that are not zero, and the closed ones at zero."""
    day, books = at.astimezone(world.zone).date(), world.books
    figures: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (_, currency, bucket), amount in books.aging(day).items():
        figures["customer_aging_open_amount", f"bucket={bucket},currency={currency}"] += Fraction(
            amount, 10 ** DIGITS[currency]
        )
    for bucket in BUCKETS:
        figures["customer_aging_open_amount", f"bucket={bucket},currency=EUR"] += 0
        if bucket != "unallocated":
            figures["customer_aging_open_invoices", f"bucket={bucket}"] += 0
    for who in world.own:
        for currency, digits in DIGITS.items():
            owed = books.receivable(day, who, currency)
            figures["customer_receivable_amount", f"currency={currency}"] += Fraction(owed, 10**digits)
    oldest: dict[str, date] = {}
    for invoice, due, amount in books.open_parts(day):
        if amount > 0:
            oldest[invoice.invoice_id] = min(due, oldest.get(invoice.invoice_id, due))
    for due in oldest.values():
        figures["customer_aging_open_invoices", f"bucket={bucket_of(day, due)}"] += 1
    _credit(world, at, figures)
    return figures


def _credit(world: World, at: datetime, figures: dict[tuple[str, str], Fraction]) -> None:
    day, books = at.astimezone(world.zone).date(), world.books
    for name in ("expired_limit", "unlimited", "held"):
        figures[f"customer_credit_{name}_customers", ""] += 0
    for bucket in USED:
        figures["customer_credit_utilization_customers", f"utilization_bucket={bucket}"] += 0
    for who, own in world.own.items():
        if who in world.held:
            figures["customer_credit_held_customers", ""] += 1
        limits = world.in_force(who, at)
        finite = [currency for currency, limit in limits.items() if limit is not None]
        if not finite:
            ran_out = any(until <= at for until in world.ran_out[who])
            name = "expired_limit" if ran_out and not limits else "unlimited"
            figures[f"customer_credit_{name}_customers", ""] += 1
            continue
        against, uncovered = books.measured(day, who, own, limits, {})
        for currency, amount in uncovered.items():
            key = "customer_credit_uncovered_amount", f"currency={currency}"
            figures[key] += Fraction(amount, 10 ** DIGITS[currency])
        most = Fraction(-1)
        for currency in finite:
            limit, scale = limits[currency] or 0, 10 ** DIGITS[currency]
            figures["customer_credit_limit_amount", f"currency={currency}"] += Fraction(limit, scale)
            figures["customer_credit_exposure_amount", f"currency={currency}"] += against[currency] / scale
            most = max(most, against[currency] / limit if limit else Fraction(9))
        used = USED[min(4, max(0, int(most * 4)))]
        figures["customer_credit_utilization_customers", f"utilization_bucket={used}"] += 1
