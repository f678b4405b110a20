"""The companies a run is about, and the one place where minor units become major ones.

Read first by every collector: whoever is listed here has all its known series, also without a single row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from ledgerscope.store.tables import currencies, tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

__all__ = ["Companies", "Company", "read_companies"]


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant, and the currency it reports in."""

    tenant_id: str
    base_currency: str


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


def read_companies(connection: Connection) -> Companies:
    """Every tenant in the order of its key."""
    columns = tenant.c.tenant_id, tenant.c.base_currency
    rows = connection.execute(select(*columns).order_by(tenant.c.tenant_id))
    listed = tuple(Company(*row) for row in rows)
    exponents = connection.execute(select(currencies.c.code, currencies.c.exponent))
    return Companies(listed, {row.code: row.exponent for row in exponents})
