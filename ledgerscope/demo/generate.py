"""Generates the demo business: three companies and all their customers, as rows.

Pure: the same seed, scale and `until` give the same rows, byte by byte, on every machine. The story covers
the 24 months before `until`; nothing in it lies after that instant.
"""

from __future__ import annotations

import json
from bisect import bisect
from datetime import time, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.book import Book
from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.dice import Dice
from ledgerscope.demo.life import live
from ledgerscope.demo.life.story import Era, Story
from ledgerscope.demo.operations import write_operations
from ledgerscope.demo.plans import make_plans
from ledgerscope.demo.records import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.plans import Plan

__all__ = ["MONTHS", "count_customers", "generate"]

MONTHS: Final = 24
_LEAST_CUSTOMERS: Final = 5
_OPENING_DAYS: Final = 28
_MIDNIGHT: Final = time()
_SATURDAY: Final = 5


def generate(seed: int, scale: float, until: datetime, on_customer: Callable[[], None] | None = None) -> Book:
    """The whole business up to `until`; `scale` multiplies customers, `on_customer` hears of each."""
    book = Book()
    for company in COMPANIES:
        _generate_company(seed, scale, company, book, until, on_customer or _ignore)
    book.in_order_of_time()
    return book


def count_customers(scale: float) -> int:
    """How many customers `generate` will make."""
    return sum(_customers(company, scale) for company in COMPANIES)


def _ignore() -> None:
    """Nobody listens."""


def _customers(company: Company, scale: float) -> int:
    return max(_LEAST_CUSTOMERS, round(company.customers * scale))


def _generate_company(
    seed: int, scale: float, company: Company, book: Book, until: datetime, on_customer: Callable[[], None]
) -> None:
    era = Era(company.calendar.months_later(until, -MONTHS), until)
    _write_tenant(company, book, era)
    plans = _write_plans(seed, company, book, era)
    count = _customers(company, scale)
    opening = round(count * company.opening_share)
    arrivals = _Arrivals(company, era)
    for number in range(1, count + 1):
        dice = Dice(seed, company.tenant_id, number)
        is_opening = number <= opening
        created_at = era.since + dice.days(0, _OPENING_DAYS) if is_opening else arrivals.draw(dice)
        story = Story(company, number, dice, book, era)
        live(story, plans[story.currency], created_at, opening=is_opening)
        on_customer()
    write_operations(seed, company, book, era)


def _write_tenant(company: Company, book: Book, era: Era) -> None:
    settings = json.dumps({"demo": True})
    book.add(
        Tenant(company.tenant_id, company.name, company.timezone, company.base_currency, settings, era.since)
    )


def _write_plans(
    seed: int, company: Company, book: Book, era: Era
) -> Mapping[str, Mapping[tuple[str, str], Plan]]:
    dice = Dice(seed, company.tenant_id, "plans")
    plans = {currency: make_plans(dice, company.price_level, currency) for currency in company.currencies}
    for by_key in plans.values():
        for plan in by_key.values():
            book.add(plan.row(company.tenant_id, era.since))
    return plans


class _Arrivals:
    """When new customers come: more from month to month, by season, in working hours."""

    def __init__(self, company: Company, era: Era) -> None:
        self._company = company
        self._days = [*company.calendar.days_between(era.since, era.until)][1:-1]
        self._weights = [*accumulate(self._weigh())]

    def draw(self, dice: Dice) -> datetime:
        """An instant to arrive at."""
        day = self._days[bisect(self._weights, dice.random() * self._weights[-1])]
        midnight = self._company.calendar.at(day, _MIDNIGHT)
        return midnight + timedelta(hours=8) + dice.seconds(0, 10 * 3600)

    def _weigh(self) -> Iterator[float]:
        for number, day in enumerate(self._days):
            workday = 1.0 if day.weekday() < _SATURDAY else 0.25
            growth = (1 + self._company.growth) ** (number / 30.4)
            yield growth * workday * self._company.season[day.month - 1]
