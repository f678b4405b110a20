"""Companies and currencies: what every other table hangs on."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CHAR, Column, Date, Numeric, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from ledgerscope.store.tables.base import check, currency, instant, of_tenant, table, tenant_key

currencies: Final = table(
    "currency",
    Column("code", CHAR(3), primary_key=True, comment="ISO 4217"),
    Column(
        "exponent",
        SmallInteger,
        nullable=False,
        comment="decimal places of the minor unit: JPY 0, EUR 2, KWD 3",
    ),
    check("code", "code ~ '^[A-Z]{3}$'"),
    check("exponent", "exponent between 0 and 4"),
    comment="Decimal places of each currency. One row per currency, shared by all tenants. Written by "
    "migrations.",
)

tenant: Final = table(
    "tenant",
    Column("tenant_id", Text, primary_key=True, comment="served as label company_id"),
    Column("name", Text, nullable=False, comment="for people; never a label value"),
    Column(
        "timezone", Text, nullable=False, comment="IANA name; days and months of this company begin there"
    ),
    currency("base_currency"),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'")),
    instant("created_at"),
    check("tenant_id", "tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'"),
    comment="A company whose customers are counted. One row per company. Written by provisioning.",
)

fx_rate: Final = table(
    "fx_rate",
    tenant_key(),
    Column("day", Date, primary_key=True),
    Column("from_currency", CHAR(3), primary_key=True),
    Column("to_currency", CHAR(3), primary_key=True),
    Column("rate", Numeric(20, 10), nullable=False, comment="one major unit of from_currency in to_currency"),
    of_tenant(),
    check("rate", "rate > 0"),
    check("currencies", "from_currency <> to_currency"),
    comment="Exchange rates; without a row no sum crosses currencies. One row per tenant, day and pair. "
    "Written by finance.",
)
