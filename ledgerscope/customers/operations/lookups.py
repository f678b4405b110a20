"""What many operations look up: a customer, held until the transaction ends, and the currencies there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

    from ledgerscope.store.records import Id

__all__ = ["as_id", "currencies_of", "hold_customer", "no_row", "owner_of"]

_ID_DIGITS = 32


def as_id(value: str) -> Id | None:
    """An identifier as records hold it; None for a text that is none, which PostgreSQL would not accept."""
    digits = value.replace("-", "").lower()
    return digits if len(digits) == _ID_DIGITS and set(digits) <= set("0123456789abcdef") else None


def no_row(table: str, value: str) -> Refused:
    """There is no such row in the company."""
    noun = table.replace("_", " ")
    return Refused(f"there is no {noun} {value!r} in this company", Fault.NOT_FOUND, f"{table}_id")


def hold_customer(connection: Connection, tenant_id: str, customer_id: str) -> Row[Any] | Refused:
    """The customer's row, locked: operations on one customer take turns, documents can still refer to it."""
    wanted, c = as_id(customer_id), t.customer.c
    if wanted is None:
        return no_row("customer", customer_id)
    query = select(t.customer).where(c.tenant_id == tenant_id, c.customer_id == wanted)
    row = connection.execute(query.with_for_update(key_share=True)).one_or_none()
    return no_row("customer", customer_id) if row is None else row


def owner_of(connection: Connection, tenant_id: str, table: Table, value: str) -> Id | Refused:
    """The customer that a document or a limit belongs to, which never changes."""
    wanted = as_id(value)
    if wanted is None:
        return no_row(table.name, value)
    key = table.c[f"{table.name}_id"]
    query = select(table.c.customer_id).where(table.c.tenant_id == tenant_id, key == wanted)
    found = connection.execute(query).scalar_one_or_none()
    return no_row(table.name, value) if found is None else found.hex


def currencies_of(connection: Connection) -> frozenset[str]:
    """The codes of all currencies of the database."""
    return frozenset(connection.execute(select(t.currencies.c.code)).scalars())
