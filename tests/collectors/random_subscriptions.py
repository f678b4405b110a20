"""Random subscribers, written down twice: as rows, and as the definitions see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ledgerscope.domain.money import EXPONENTS
from ledgerscope.domain.mrr import Version
from ledgerscope.domain.periods import Period, month_to_date, trailing
from tests.collectors.books import NOON, Books, at

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy import Engine

    from collectors.base import Collector

ZONES = ("UTC", "Asia/Kolkata", "America/New_York")
CURRENCIES = ("EUR", "JPY", "USD")
TIERS = ("starter", "professional", "enterprise")
RATES = {"EUR": Decimal(1), "JPY": Decimal("0.00625"), "USD": Decimal("0.92")}


@dataclass
class Subscribers:
    """A company's customers: every paid version, with the tier it belongs to."""

    zone: ZoneInfo
    versions: list[Version] = field(default_factory=list)
    tiers: list[str] = field(default_factory=list)

    def windows(self, as_of: datetime) -> dict[str, Period]:
        return {"30d": trailing(as_of, 30), "mtd": month_to_date(as_of, self.zone)}


Found = dict[str, dict[tuple[str, ...], Any]]
"""What a collector served: a value by metric and labels."""


def compare_random_companies(
    engine: Engine,
    collector: Collector,
    seed: int,
    compare: Callable[[Found, str, Subscribers, datetime], None],
) -> None:
    """Thirty companies, read now and half days earlier; each company of each reading is compared."""
    random = Random(seed)
    with engine.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        made = {
            f"t{number}": subscribers(books, f"t{number}", random, currencies_each=3) for number in range(30)
        }
        for as_of in (NOON, at(-random.randint(1, 40) / 2)):
            found = books.read(collector, as_of)
            for tenant_id, company in made.items():
                compare(found, tenant_id, company, as_of)
        transaction.rollback()


def rates(base: str = "EUR") -> dict[str, Fraction]:
    """What a minor unit of each currency is worth in minor units of the base."""
    return {
        currency: Fraction(rate) * Fraction(10) ** (EXPONENTS[base] - EXPONENTS[currency])
        for currency, rate in RATES.items()
    }


def subscribers(books: Books, tenant_id: str, random: Random, *, currencies_each: int = 1) -> Subscribers:
    """Up to five customers, each paying in up to so many currencies, with changes at coarse instants."""
    made = Subscribers(ZoneInfo(random.choice(ZONES)))
    books.tenant(tenant_id, timezone=str(made.zone))
    plans = {
        (tier, currency): books.plan(tier, tenant_id=tenant_id, currency=currency)
        for tier in TIERS
        for currency in CURRENCIES
    }
    for currency in ("JPY", "USD"):
        books.rate(str(RATES[currency]), at(-400).date(), tenant_id=tenant_id, currency=currency)
        books.rate("5", at(1).date(), tenant_id=tenant_id, currency=currency)
    for _ in range(random.randint(0, 5)):
        customer = books.customer(tenant_id)
        paid_in = random.sample(CURRENCIES, k=random.randint(1, currencies_each))
        for _ in range(random.randint(0, 2)):
            _subscription(books, tenant_id, customer, random.choice(paid_in), plans, made, random)
    return made


def _subscription(
    books: Books,
    tenant_id: str,
    customer: UUID,
    currency: str,
    plans: dict[tuple[str, str], UUID],
    made: Subscribers,
    random: Random,
) -> None:
    """Priced stretches that touch, or leave a pause between them; a few are free and so no MRR at all."""
    tier = random.choice(TIERS)
    begin = _instant(random, -100, 0, made.zone)
    stretches: list[tuple[Decimal, datetime, datetime | None]] = []
    for _ in range(random.randint(1, 4)):
        end = begin + timedelta(hours=12 * random.randint(1, 60)) if random.random() < 0.8 else None
        mrr = Decimal(random.choice((0, 1000, 1000, 1500, 2500))) / random.choice((1, 1, 12, 7))
        stretches.append((mrr.quantize(Decimal("0.000001")), begin, end))
        if end is None:
            break
        begin = end + timedelta(hours=12 * random.choice((0, 0, 0, 5)))
    books.subscription(customer, plans[tier, currency], *stretches, tenant_id=tenant_id, currency=currency)
    for price, start, stop in stretches:
        if price:
            made.versions.append(Version(str(customer), currency, Fraction(price), start, stop))
            made.tiers.append(tier)


def _instant(random: Random, first: int, last: int, zone: ZoneInfo) -> datetime:
    """Half days from noon, and now and then the very midnight with which a month begins."""
    if random.random() < 0.1:
        return datetime(2026, random.choice((3, 4, 5, 6)), 1, tzinfo=zone)
    return at(random.randint(2 * first, 2 * last) / 2)
