"""Customers held until a transaction ends: operations on one customer take turns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

    from ledgerscope.store.records import Id

__all__ = ["customer_exists", "hold_customer", "hold_owner", "is_id", "no_customer", "plain_id"]

_ID: Final = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def hold_customer(connection: Connection, tenant_id: str, customer_id: Id) -> Row[Any] | Refused:
    """The customer's row, deleted or not; rows that belong to it can still be written by others."""
    if not is_id(customer_id):
        return no_customer(customer_id)
    c = t.customer.c
    query = select(t.customer).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    found = connection.execute(query.with_for_update(key_share=True)).one_or_none()
    return no_customer(customer_id) if found is None else found


def hold_owner(connection: Connection, tenant_id: str, table: Table, row_id: Id) -> Row[Any] | Refused:
    """The customer to whom a row of `table` belongs, held as `hold_customer` does.

    The table's key is the tenant and an identifier of its own.
    """
    key = [*table.primary_key.columns][-1]
    missing = Refused(f"there is no {table.name} {row_id!r} in this company", Fault.NOT_FOUND, key.name)
    if not is_id(row_id):
        return missing
    c = t.customer.c
    query = (
        select(t.customer)
        .join(table, (table.c.tenant_id == c.tenant_id) & (table.c.customer_id == c.customer_id))
        .where(c.tenant_id == tenant_id, key == row_id)
    )
    found = connection.execute(query.with_for_update(of=t.customer, key_share=True)).one_or_none()
    return missing if found is None else found


def customer_exists(connection: Connection, tenant_id: str, customer_id: Id) -> bool:
    """Whether the company has the customer, deleted or not."""
    c = t.customer.c
    query = select(c.customer_id).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    return is_id(customer_id) and connection.execute(query).one_or_none() is not None


def no_customer(customer_id: str) -> Refused:
    """What is said where the company has no such customer."""
    return Refused(f"there is no customer {customer_id!r} in this company", Fault.NOT_FOUND, "customer_id")


def is_id(value: str) -> bool:
    """Whether a text can be an identifier, which PostgreSQL would otherwise refuse with an error."""
    return _ID.fullmatch(value) is not None


def plain_id(value: str) -> Id:
    """An identifier as decisions write it, from either of its two forms; what is none comes back as it is."""
    return value.replace("-", "").lower() if is_id(value) else value
