"""The daily routine: marketing paid every day, exchange rates fixed."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.random_source import RandomSource
from ledgerscope.store.records import FxRate, MarketingSpend

if TYPE_CHECKING:
    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.store.changes_batch import Batch

__all__ = ["write_routine"]

_DAILY_SPEND: Final = {"paid": 180_00, "social": 60_00, "referral": 35_00, "organic": 20_00}
_USD_PER_EUR: Final = 1.09
_RATE_PLACES: Final = Decimal("0.0000000001")


def write_routine(seed: int, company: Company, batch: Batch, era: Era) -> None:
    """What happens once a day."""
    _write_marketing(RandomSource(seed, company.tenant_id, "marketing"), company, batch, era)
    if len(company.currencies) > 1:
        _write_rates(RandomSource(seed, company.tenant_id, "rates"), company, batch, era)


def _write_marketing(random: RandomSource, company: Company, batch: Batch, era: Era) -> None:
    size = company.customers / 1000
    for day in company.calendar.days_between(era.since, era.until):
        busy = company.season[day.month - 1]
        for channel, spend in _DAILY_SPEND.items():
            amount = int(spend * size * busy * random.uniform(0.7, 1.3))
            batch.add(MarketingSpend(company.tenant_id, day, channel, company.base_currency, amount))


def _write_rates(random: RandomSource, company: Company, batch: Batch, era: Era) -> None:
    """A slow random walk, each day in both directions."""
    level = 0.0
    for day in company.calendar.days_between(era.since, era.until):
        level = level * 0.995 + random.gauss(0, 0.003)
        for pair in permutations(company.currencies, 2):
            batch.add(FxRate(company.tenant_id, day, *pair, _rate(pair, _USD_PER_EUR * math.exp(level))))


def _rate(pair: tuple[str, ...], usd_per_eur: float) -> Decimal:
    rate = Decimal(usd_per_eur).quantize(Decimal("0.0001"))
    return rate if pair == ("EUR", "USD") else (1 / rate).quantize(_RATE_PLACES)
