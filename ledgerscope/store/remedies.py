"""What to run where a database lacks a part of the contract: SQL that a person completes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledgerscope.store.contract import Column, Relation

__all__ = ["EXAMPLE_COMPANY", "EXAMPLE_SCHEMA", "example_view", "grant", "is_kept", "view_column"]

EXAMPLE_SCHEMA: Final = "app"
EXAMPLE_COMPANY: Final = "acme"
_KEPT: Final = "kept by trigger"


def grant(relation: str, role: str) -> str:
    """The right to read a relation."""
    return f'GRANT SELECT ON {relation} TO "{role}";'


def example_view(relation: Relation) -> str:
    """A view of the contract's form over a table of the same columns in another schema."""
    columns = ",\n".join(f"    {view_column(column)}" for column in relation.columns)
    return (
        f"CREATE VIEW {relation.name} AS SELECT\n{columns}\nFROM {EXAMPLE_SCHEMA}.{relation.name} AS source;"
    )


def is_kept(meaning: str) -> bool:
    """Whether triggers of our own tables fill the column; a view may leave it null."""
    return _KEPT in meaning


def view_column(column: Column) -> str:
    """One column of such a view."""
    kind = column.type.lower()
    if column.name == "tenant_id":
        return f"'{EXAMPLE_COMPANY}'::text AS tenant_id"
    if is_kept(column.meaning):
        return f"NULL::{kind} AS {column.name}"
    return f"source.{column.name}::{kind} AS {column.name}"
