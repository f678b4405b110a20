"""Generates the demo business: three companies and all their customers, as rows.

Pure: the same seed, scale and `until` give the same rows, byte by byte, on every machine. The agenda covers
the 24 months before `until`; nothing in it lies after that instant.
"""

from __future__ import annotations

from bisect import bisect
from datetime import time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.operations.numbers import number_at
from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.history import live
from ledgerscope.demo.history.agenda import Agenda, Era
from ledgerscope.demo.history.cases import write_cases
from ledgerscope.demo.operations import write_operations
from ledgerscope.demo.operations.outside import demo_keys
from ledgerscope.demo.plans import make_plans
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.records import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.plans import Plan

    _Plans = Mapping[str, Mapping[tuple[str, str], Plan]]

__all__ = ["MONTHS", "expected_rows", "generate"]

MONTHS: Final = 24
_LEAST_CUSTOMERS: Final = 5
_CHAPTER: Final = 250
_ROWS_PER_BUSINESS: Final = 23_500
_ROWS_PER_CUSTOMER: Final = 280
_OPENING_DAYS: Final = 28
_MIDNIGHT: Final = time()
_SATURDAY: Final = 5


def generate(seed: int, scale: float, until: datetime, mark: str = "{}") -> Iterator[Batch]:
    """The business up to `until`, chapter by chapter, each to be written after those before it.

    `scale` multiplies customers; `mark` is JSON for the settings of the companies.
    """
    for company in COMPANIES:
        era = Era(company.calendar.months_later(until, -MONTHS), until)
        yield from _Generator(seed, _customers(company, scale), company, era).chapters(mark)


def expected_rows(scale: float) -> int:
    """About how many rows `generate` makes."""
    customers = sum(_customers(company, scale) for company in COMPANIES)
    return _ROWS_PER_BUSINESS + _ROWS_PER_CUSTOMER * customers


def _customers(company: Company, scale: float) -> int:
    return max(_LEAST_CUSTOMERS, round(company.customers * scale))


class _Generator:
    """Everything of one company."""

    def __init__(self, seed: int, customers: int, company: Company, era: Era) -> None:
        self._seed = seed
        self._customers = customers
        self._opening = round(customers * company.opening_share)
        self._company = company
        self._era = era
        self._arrivals = _Arrivals(company, era)
        self._keys = demo_keys(seed)

    def chapters(self, mark: str) -> Iterator[Batch]:
        """The company itself with what it does, then its customers."""
        batch = Batch([self._tenant(mark)])
        plans = self._write_plans(batch)
        size = self._customers / self._company.customers
        write_operations(self._seed, self._company, batch, self._era, size)
        write_cases(self._seed, self._company, plans, batch, self._era, self._customers + 1)
        yield batch.in_order_of_time()
        for first in range(1, self._customers + 1, _CHAPTER):
            batch = Batch()
            for number in range(first, min(first + _CHAPTER, self._customers + 1)):
                self._write_customer(number, plans, batch)
            yield batch.in_order_of_time()

    def _write_customer(self, number: int, plans: _Plans, batch: Batch) -> None:
        random = RandomSource(self._seed, self._company.tenant_id, number)
        opening = number <= self._opening
        created_at = (
            self._era.since + random.days(0, _OPENING_DAYS) if opening else self._arrivals.draw(random)
        )
        agenda = Agenda(
            self._company, number, random, batch, self._era, created_at=created_at,
            customer_number=number_at("customer", number), keys=self._keys,
        )  # fmt: skip
        live(agenda, plans[agenda.currency], created_at, opening=opening)

    def _tenant(self, mark: str) -> Tenant:
        company = self._company
        return Tenant(
            company.tenant_id, company.name, company.timezone, company.base_currency, mark, self._era.since
        )

    def _write_plans(self, batch: Batch) -> _Plans:
        company = self._company
        random = RandomSource(self._seed, company.tenant_id, "plans")
        plans = {
            currency: make_plans(random, company.price_level, currency) for currency in company.currencies
        }
        for by_key in plans.values():
            for plan in by_key.values():
                batch.add(plan.row(company.tenant_id, self._era.since))
        return plans


class _Arrivals:
    """When new customers come: more from month to month, by season, in working hours."""

    def __init__(self, company: Company, era: Era) -> None:
        self._company = company
        self._days = [*company.calendar.days_between(era.since, era.until)][1:-1]
        self._weights = [*accumulate(self._weigh())]

    def draw(self, random: RandomSource) -> datetime:
        """An instant to arrive at."""
        day = self._days[bisect(self._weights, random.random() * self._weights[-1])]
        midnight = self._company.calendar.at(day, _MIDNIGHT)
        return midnight + timedelta(hours=8) + random.seconds(0, 10 * 3600)

    def _weigh(self) -> Iterator[float]:
        for number, day in enumerate(self._days):
            workday = 1.0 if day.weekday() < _SATURDAY else 0.25
            growth = (1 + self._company.growth) ** (number / 30.4)
            yield growth * workday * self._company.season[day.month - 1]
