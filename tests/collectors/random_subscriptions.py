"""Random subscribers, written down twice: as rows, and as the definitions see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ledgerscope.domain.money import EXPONENTS
from ledgerscope.domain.mrr import Subscription, Version
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
    """A company's customers: every version ever, with the tier of its plan."""

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
    """Thirty companies, read now, half days earlier and at the very midnight of the 1st; all are compared."""
    random = Random(seed)
    with engine.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        made = {
            f"t{number}": subscribers(books, f"t{number}", random, currencies_each=3) for number in range(30)
        }
        for as_of in (NOON, at(-random.randint(1, 40) / 2), _first_of_june(random)):
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
        (tier, currency, metered): books.plan(tier, tenant_id=tenant_id, currency=currency, metered=metered)
        for tier in TIERS
        for currency in CURRENCIES
        for metered in (False, True)
    }
    for currency in ("JPY", "USD"):
        books.rate(str(RATES[currency]), at(-300).date(), tenant_id=tenant_id, currency=currency)
        books.rate("5", at(1).date(), tenant_id=tenant_id, currency=currency)
    for _ in range(random.randint(0, 5)):
        deleted_at = _instant(random, -60, 0, made.zone) if random.random() < 0.15 else None
        how = ("soft", "closed") if deleted_at else (None, None)
        customer = books.customer(
            tenant_id, deleted_at=deleted_at, deletion_mode=how[0], deletion_reason=how[1]
        )
        paid_in = random.sample(CURRENCIES, k=random.randint(1, currencies_each))
        for _ in range(random.randint(0, 2)):
            plan = plans[random.choice(TIERS), random.choice(paid_in), random.random() < 0.1]
            agreement = _agreement(random, made.zone)
            _subscription(books, tenant_id, customer, plan, agreement, deleted_at, made, random)
    return made


def _agreement(random: Random, zone: ZoneInfo) -> dict[str, Any]:
    """How a subscription stands now: mostly it just runs."""
    ended_at = _instant(random, -60, 5, zone) if random.random() < 0.2 else None
    running = random.choice(("active", "active", "active", "past_due", "paused", "trialing"))
    return {
        "status": "ended" if ended_at else running,
        "ended_at": ended_at,
        "trial_end": _instant(random, -90, 0, zone) if random.random() < 0.2 else None,
        "cancel_requested_at": _instant(random, -60, 0, zone) if random.random() < 0.2 else None,
    }


def _subscription(
    books: Books,
    tenant_id: str,
    customer: UUID,
    plan: UUID,
    agreement: dict[str, Any],
    deleted_at: datetime | None,
    made: Subscribers,
    random: Random,
) -> None:
    """Priced stretches that touch, or leave a pause between them; a few are free and so no MRR at all."""
    offer = books.plans[plan]
    stretches: list[tuple[Decimal, datetime, datetime | None]] = []
    begin = _instant(random, -100, 0, made.zone)
    for _ in range(random.randint(1, 4)):
        end = begin + timedelta(hours=12 * random.randint(1, 60)) if random.random() < 0.8 else None
        mrr = Decimal(random.choice((0, 1000, 1000, 1500, 2500))) / random.choice((1, 1, 12, 7))
        stretches.append((mrr.quantize(Decimal("0.000001")), begin, end))
        if end is None:
            break
        begin = end + timedelta(hours=12 * random.choice((0, 0, 0, 5)))
    currency = offer["currency"]
    key = books.subscription(customer, plan, *stretches, tenant_id=tenant_id, currency=currency, **agreement)
    stands = Subscription(str(key), str(customer), customer_deleted_at=deleted_at, **agreement)
    for price, start, stop in stretches:
        made.versions.append(Version(stands, currency, Fraction(price), start, stop, offer["metered"]))
        made.tiers.append(offer["tier"])


def _first_of_june(random: Random) -> datetime:
    """The midnight with which June begins in one of the zones."""
    return datetime(2026, 6, 1, tzinfo=ZoneInfo(random.choice(ZONES)))


def _instant(random: Random, first: int, last: int, zone: ZoneInfo) -> datetime:
    """Half days from noon, and now and then the very midnight with which a month begins."""
    if random.random() < 0.2:
        return datetime(2026, random.choice((3, 4, 5, 6)), 1, tzinfo=zone).astimezone(UTC)
    return at(random.randint(2 * first, 2 * last) / 2)
