"""The shapes every table shares: one MetaData, tenant-first keys, money, instants and closed values.

Guards the rules of the canonical schema: `tenant_id` in every key and first in it, composite foreign keys,
instants always with a time zone, money as integer minor units beside its currency, words only from closed
lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    CHAR,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint
from sqlalchemy.types import UserDefinedType

if TYPE_CHECKING:
    from collections.abc import Sequence

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)

VERSION_TABLE: Final = "ledgerscope_version"
"""Where migrations keep their place; an application's own Alembic may share the database."""

NO_CURRENCY: Final = "XXX"
"""ISO 4217's own code for "no currency involved"; keeps the currency column of a key not null."""


class TransactionId(UserDefinedType[int]):
    """`xid8`: a transaction id that never wraps around."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class TransactionSnapshot(UserDefinedType[str]):
    """`pg_snapshot`: which transactions a reader could see."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_snapshot"


def tenant_key() -> Column[str]:
    """The first column of every key: which company the row belongs to."""
    return Column("tenant_id", Text, primary_key=True)


def key(name: str) -> Column[Any]:
    """The second column of a key: a UUID chosen by the writer."""
    return Column(name, Uuid, primary_key=True)


def reference(name: str, *, nullable: bool = False) -> Column[Any]:
    """A UUID that points into another table of the same tenant; pair it with `within_tenant`."""
    return Column(name, Uuid, nullable=nullable)


def within_tenant(target: str, *columns: str) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the tenant: (tenant_id, *columns) of the same names in `target`."""
    names = ("tenant_id", *columns)
    return ForeignKeyConstraint(names, [f"{target}.{name}" for name in names])


def of_tenant() -> ForeignKeyConstraint:
    """For tables without another foreign key: the tenant itself must exist."""
    return ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"])


def of_customer() -> ForeignKeyConstraint:
    """The row belongs to a customer of the same tenant."""
    return within_tenant("customer", "customer_id")


def instant(name: str, *, nullable: bool = False, comment: str | None = None) -> Column[Any]:
    """A moment, always with a time zone."""
    return Column(name, DateTime(timezone=True), nullable=nullable, comment=comment)


def minor(name: str = "amount_minor", *, nullable: bool = False, comment: str | None = None) -> Column[int]:
    """Money in minor units (cents, paise, yen) of the currency beside it."""
    return Column(name, BigInteger, nullable=nullable, comment=comment)


def currency(name: str = "currency", *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    """An ISO 4217 code with a known exponent."""
    return Column(name, CHAR(3), ForeignKey("currency.code"), nullable=nullable, primary_key=primary_key)


def monthly(name: str) -> Column[Any]:
    """Minor units per month, six decimals: a twelfth is not integral, so round once, after the sum."""
    return Column(name, Numeric(20, 6), nullable=False, comment="minor units of `currency` per month")


def valid(comment: str) -> Column[Any]:
    """A half-open validity range [from, to); an open end is still valid."""
    return Column("valid", TSTZRANGE, nullable=False, comment=comment)


def closed(column: str, values: Sequence[str]) -> CheckConstraint:
    """Refuse words outside `values`; null stays allowed where the column allows it."""
    return CheckConstraint(f"{column} in ({', '.join(map(repr, values))})", name=column)


def check(name: str, condition: str) -> CheckConstraint:
    """A named rule of one row."""
    return CheckConstraint(condition, name=name)


def no_overlap(table: str, *same: str, where: str | None = None) -> ExcludeConstraint:
    """At any instant at most one row per (tenant_id, *same) may be valid; such ranges cannot be empty."""
    return ExcludeConstraint(
        *((name, "=") for name in ("tenant_id", *same)),
        ("valid", "&&"),
        name=f"{table}_valid_excl",
        using="gist",
        where=text(where) if where else None,
    )


def table(name: str, *items: Any, comment: str) -> Table:
    """One table of the schema; `comment` says meaning, grain and writer, and is kept in the database too."""
    made = Table(name, metadata, *items, comment=comment)
    if finite := [condition for column in made.columns if (condition := _finite(column))]:
        made.append_constraint(check("finite", " and ".join(finite)))
    return made


def _finite(column: Column[Any]) -> str | None:
    """What refuses infinity and NaN; null, and an open end of a range, stay allowed."""
    if isinstance(column.type, (Date, DateTime)):
        return f"isfinite({column.name})"
    if isinstance(column.type, TSTZRANGE):
        return f"isfinite(lower({column.name})) and isfinite(upper({column.name}))"
    if isinstance(column.type, Numeric):
        return f"{column.name} <> 'NaN'"
    return None
