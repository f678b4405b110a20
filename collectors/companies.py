"""The companies a run is about, and the one place where minor units become major ones.

Read first by every collector: whoever is listed here has all its known series, also without a single row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from collectors.clock import STARTS, instant, local_day
from ledgerscope.store.tables import currencies, tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

__all__ = ["Companies", "Company", "Start", "read_companies"]


@dataclass(frozen=True, slots=True)
class Start:
    """Where a window began: the instant, and the company's date then."""

    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant at an instant: the currency it reports in, its date, and where its windows began."""

    tenant_id: str
    base_currency: str
    day: date
    starts: Mapping[str, Start]


@dataclass(frozen=True, slots=True)
class Companies:
    """All companies that the connection may see, with the decimal places of every currency."""

    listed: tuple[Company, ...]
    exponents: Mapping[str, int]

    def __iter__(self) -> Iterator[Company]:
        return iter(self.listed)

    @property
    def tenants(self) -> tuple[str, ...]:
        """The keys of all companies."""
        return tuple(company.tenant_id for company in self.listed)

    def major(self, minor: Decimal | int, currency: str) -> float:
        """An exact sum of minor units in units of the currency: scaled in decimal, made a float once."""
        return float(Decimal(minor).scaleb(-self.exponents[currency]))

    def currencies_in_use(self, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """(tenant_id, currency) of every company's own currency and of each pair seen in its data, once."""
        own = ((company.tenant_id, company.base_currency) for company in self.listed)
        yield from dict.fromkeys((*own, *pairs))


def read_companies(connection: Connection, as_of: datetime) -> Companies:
    """Every tenant in the order of its key, with its calendar at the instant."""
    places = connection.execute(select(currencies.c.code, currencies.c.exponent))
    return Companies(
        listed=tuple(_listed(connection, as_of)),
        exponents={row.code: row.exponent for row in places},
    )


def _listed(connection: Connection, as_of: datetime) -> Iterator[Company]:
    starts = {window: start(as_of) for window, start in STARTS.items()}
    query = select(
        tenant.c.tenant_id,
        tenant.c.base_currency,
        local_day(instant(as_of)).label("day"),
        *(start.label(f"at {window}") for window, start in starts.items()),
        *(local_day(start).label(f"day {window}") for window, start in starts.items()),
    ).order_by(tenant.c.tenant_id)
    for row in connection.execute(query).mappings():
        began = {window: Start(row[f"at {window}"], row[f"day {window}"]) for window in starts}
        yield Company(row["tenant_id"], row["base_currency"], row["day"], began)
