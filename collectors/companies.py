"""The companies a run is about, and the one place where minor units become major ones.

Read first by every collector: whoever is listed here has all its known series, also without a single row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from collectors.errors import UnknownCurrency, UnknownZone
from collectors.local_time import Calendar, Start, calendar, find_zone
from ledgerscope.store.tables import currencies, tenant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

__all__ = ["Companies", "Company", "Start", "read_companies"]


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant at an instant: the currency it reports in, its date, and where its windows began."""

    tenant_id: str
    base_currency: str
    day: date
    starts: Mapping[str, Start]


@dataclass(frozen=True, slots=True)
class Companies:
    """The companies that a run reads, with the decimal places of every currency.

    `unusable` are those of the connection that it cannot read, each with the reason. `partial`: some of the
    others were left out since.
    """

    listed: tuple[Company, ...]
    exponents: Mapping[str, int]
    unusable: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False

    def __iter__(self) -> Iterator[Company]:
        return iter(self.listed)

    @property
    def tenants(self) -> tuple[str, ...]:
        """The keys of all companies."""
        return tuple(company.tenant_id for company in self.listed)

    @property
    def whole(self) -> bool:
        """Whether these are all companies of the connection, so that a query need not leave any out."""
        return not self.partial and not self.unusable

    def without(self, tenants: Collection[str]) -> Companies:
        """All companies but these."""
        left = tuple(one for one in self.listed if one.tenant_id not in tenants)
        return replace(self, listed=left, partial=self.partial or left != self.listed)

    def alone(self, tenants: Collection[str]) -> Iterator[Companies]:
        """Each of these companies by itself."""
        return (replace(self, listed=(one,), partial=True) for one in self.listed if one.tenant_id in tenants)

    def halves(self) -> Iterator[Companies]:
        """The first and the second half of the companies."""
        middle = len(self.listed) // 2
        return (
            replace(self, listed=part, partial=True) for part in (self.listed[:middle], self.listed[middle:])
        )

    def major(self, minor: Decimal | int, currency: str) -> float:
        """An exact sum of minor units in units of the currency: scaled in decimal, made a float once."""
        if currency not in self.exponents:
            raise UnknownCurrency(currency)
        return float(Decimal(minor).scaleb(-self.exponents[currency]))

    def currencies_in_use(self, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """(tenant_id, currency) of every company's own currency and of each pair seen in its data, once."""
        own = ((company.tenant_id, company.base_currency) for company in self.listed)
        yield from dict.fromkeys((*own, *pairs))


def read_companies(connection: Connection, as_of: datetime) -> Companies:
    """Every tenant in the order of its key, with its calendar at the instant."""
    places = connection.execute(select(currencies.c.code, currencies.c.exponent))
    listed_as: defaultdict[str, set[int | None]] = defaultdict(set)
    for code, exponent in places:
        listed_as[code].add(exponent)
    exponents = {code: one for code, (one, *more) in listed_as.items() if one is not None and not more}
    rows = connection.execute(
        select(tenant.c.tenant_id, tenant.c.base_currency, tenant.c.timezone)
        .where(tenant.c.tenant_id.is_not(None))
        .order_by(tenant.c.tenant_id)
    ).all()
    times = Counter(row.tenant_id for row in rows)
    unusable = {tenant_id: f"is listed {n} times in tenant" for tenant_id, n in times.items() if n > 1}
    calendars: dict[str | None, Calendar | UnknownZone] = {}
    listed = []
    for tenant_id, base_currency, timezone in rows:
        if timezone not in calendars:
            calendars[timezone] = _calendar(as_of, timezone)
        found = calendars[timezone]
        if isinstance(found, UnknownZone):
            unusable.setdefault(tenant_id, str(found))
        elif base_currency not in exponents:
            unusable.setdefault(tenant_id, str(UnknownCurrency(base_currency)))
        elif tenant_id not in unusable:
            listed.append(Company(tenant_id, base_currency, found.day, found.starts))
    return Companies(tuple(listed), exponents, unusable)


def _calendar(as_of: datetime, timezone: str | None) -> Calendar | UnknownZone:
    try:
        return calendar(as_of, find_zone(timezone))
    except UnknownZone as unknown:
        return unknown
