"""A random company: its zone, instants worth a look, rates, customers and credit limits.

Days and instants are drawn from a short list of awkward ones more often than not, so that things coincide:
what happens at an instant that is looked at, at the start of its windows, or at local midnight of a 1st.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range

from ledgerscope.store import tables as t
from ledgerscope.store.tables import values
from tests.collectors.books import LONG_AGO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from tests.collectors.books import Books

ZONES: Final = ("Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "UTC")
CURRENCIES: Final = ("EUR", "USD", "JPY", "KWD", "GBP")  # without decimal places, with two and with three
FIRST, LAST = date(2026, 1, 20), date(2026, 5, 20)
CHANGES_OF_CLOCKS: Final = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5))
FIRSTS: Final = (date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
MONTH_ENDS: Final = (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Person:
    customer_id: UUID
    currency: str


@dataclass
class Company:
    """One company that is being made up; its rows wait in the books."""

    books: Books
    random: Random
    tenant_id: str
    people: list[Person] = field(default_factory=list)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.random.choice(ZONES))

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """The base currency and up to two others."""
        return tuple(self.random.sample(CURRENCIES, k=self.random.randint(1, 3)))

    @cached_property
    def looks(self) -> tuple[datetime, ...]:
        """The instants that are looked at."""
        first = self.midnight(self.random.choice(FIRSTS))
        shift = self.random.choice((-INSTANT, timedelta(0), INSTANT))
        changed = self.midnight(self.random.choice(CHANGES_OF_CLOCKS))
        return (
            first + shift,
            changed + timedelta(hours=self.random.randint(0, 24)),
            self.midnight(self.random.choice(MONTH_ENDS)) + timedelta(hours=12),
            self.midnight(self.random.choice((*FIRSTS, *CHANGES_OF_CLOCKS))) + timedelta(hours=12, days=3),
        )

    @cached_property
    def marks(self) -> tuple[datetime, ...]:
        """Instants at which something may well happen: those looked at, and what windows begin at."""
        before = [look - timedelta(days=days) for look in self.looks for days in (30, 90)]
        firsts = [self.midnight(day) for day in FIRSTS]
        return (*self.looks, *before, *firsts)

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def add(self, table: Any, **row: Any) -> None:
        self.books.add(table, tenant_id=self.tenant_id, **row)

    def key(self) -> UUID:
        """Not of uuid4: ties between rows are broken by their keys, and have to be the same in every run."""
        return UUID(int=self.random.getrandbits(128))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def day(self, *, after: date | None = None) -> date:
        """A day, often of one of the instants looked at; never before `after`."""
        if after is not None and self.chance(0.3):
            return after + timedelta(days=self.random.choice((0, 1, 14, 30, 31, 60, 61, 90, 91)))
        found = FIRST + timedelta(days=self.random.randint(0, (LAST - FIRST).days))
        if self.chance(0.5):
            look = self.random.choice(self.looks).astimezone(self.zone).date()
            found = look - timedelta(days=self.random.choice((-1, 0, 0, 1, 30, 31, 60, 61, 90, 91)))
        return found if after is None else max(found, after)

    def instant(self, *, after: datetime | None = None) -> datetime:
        """An instant, often one of the marks, or the least time before or after it."""
        if self.chance(0.6):
            found = self.random.choice(self.marks) + self.random.choice((-1, 0, 0, 0, 1)) * INSTANT
        else:
            found = self.midnight(self.day()) + timedelta(minutes=self.random.randint(0, 1439))
        return found if after is None or found > after else after + timedelta(days=self.random.randint(1, 30))

    def instants(self, most: int) -> list[datetime]:
        """Different instants in their order."""
        return sorted({self.instant() for _ in range(self.random.randint(0, most))})


def random_company(books: Books, random: Random, tenant_id: str, customers: int) -> Company:
    """A company with rates and customers, and nothing that they have done."""
    company = Company(books, random, tenant_id)
    books.add(
        t.tenant,
        tenant_id=tenant_id,
        name=tenant_id,
        timezone=company.zone.key,
        base_currency=company.currencies[0],
        settings=random.choice(({}, {}, {"fx_max_age_days": random.choice((0, 30, 90))})),
        created_at=LONG_AGO,
    )
    _rates(company)
    for _ in range(customers):
        _customer(company)
    return company


def _rates(company: Company) -> None:
    """Few enough that some are missing, too old, inverted, or only there through the base currency."""
    pairs = [(one, other) for one in company.currencies for other in company.currencies if one != other]
    found = {
        (company.day(), *company.random.choice(pairs))
        for _ in range(company.random.randint(0, 6) if pairs else 0)
    }
    for day, source, target in sorted(found):
        rate = Decimal(company.random.choice(("0.5", "0.92", "1.2345678901", "3", "161.7", "0.0061")))
        company.add(t.fx_rate, day=day, from_currency=source, to_currency=target, rate=rate)


def _customer(company: Company) -> None:
    random = company.random
    created = LONG_AGO if company.chance(0.7) else company.instant()
    deleted = company.instant(after=created) if company.chance(0.2) else None
    statuses = _statuses(company, created)
    person = Person(company.key(), random.choice((*company.currencies, random.choice(CURRENCIES))))
    company.people.append(person)
    company.add(
        t.customer,
        customer_id=person.customer_id,
        external_id=company.books.number(),
        name="Ada",
        status=statuses[-1][1],
        credit_hold=company.chance(0.3),
        currency=person.currency,
        terms_days=random.choice((0, 14, 30, 90)),
        source="api",
        created_at=created,
        updated_at=created,
        deleted_at=deleted,
        deletion_mode="soft" if deleted else None,
        deletion_reason="closed" if deleted else None,
    )
    before = None
    for at, status in statuses:
        row = {"customer_id": person.customer_id, "from_status": before, "to_status": status, "at": at}
        company.add(t.customer_status_history, **row)
        before = status


def _statuses(company: Company, created: datetime) -> list[tuple[datetime, str]]:
    """A status at the creation, and changes after it, also two at one instant."""
    found = [(created, company.random.choice(values.ACCOUNT_STATUSES))]
    for at in company.instants(3):
        if at >= created:
            for _ in range(company.random.choice((1, 1, 2))):
                others = [status for status in values.ACCOUNT_STATUSES if status != found[-1][1]]
                found.append((at, company.random.choice(others)))
    return found


def random_limits(company: Company) -> None:
    """Limits of every kind, one after the other in each currency, and some that were never approved."""
    for person in company.people:
        currencies = {person.currency, *company.random.sample(CURRENCIES, k=2)}
        for currency in sorted(currencies):
            if company.chance(0.5):
                _limits_in(company, person, currency)


def _limits_in(company: Company, person: Person, currency: str) -> None:
    edges: Sequence[datetime | None] = [LONG_AGO, *company.instants(3), None]
    for begin, end in pairwise(edges):
        status = company.random.choice(("approved", "approved", "approved", "requested", "rejected"))
        if begin is not None and company.chance(0.7):
            company.add(
                t.credit_limit,
                credit_limit_id=company.key(),
                customer_id=person.customer_id,
                currency=currency,
                limit_minor=company.random.choice((None, 0, 100, 400, 1000, 2500)),
                valid=Range(begin, end),
                status=status,
                requested_by="ada",
                requested_at=LONG_AGO,
                approved_by="bob" if status == "approved" else None,
                decided_at=LONG_AGO if status == "approved" else None,
            )
