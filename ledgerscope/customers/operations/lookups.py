"""What many operations look up: a customer, held until the transaction ends, and the currencies there are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Table

    from ledgerscope.store.records import Id

__all__ = [
    "as_id",
    "currencies_of",
    "customer_exists",
    "hold_customer",
    "hold_owner",
    "identify",
    "no_row",
    "owner_of",
    "plain_id",
]

_ID: Final = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def as_id(value: str) -> Id | None:
    """An identifier as records hold it; None for a text that is none, which PostgreSQL would not accept."""
    return None if _ID.fullmatch(value) is None else value.replace("-", "").lower()


def no_row(table: str, value: str) -> Refused:
    """There is no such row in the company."""
    noun = table.replace("_", " ")
    return Refused(f"there is no {noun} {value!r} in this company", Fault.NOT_FOUND, f"{table}_id")


def identify(
    connection: Connection, tenant_id: str, table: Table, number: str, reference: str
) -> Id | Refused:
    """The identifier of the row with this identifier, or else with this text in the column `number`.

    The column holds each text once in a company.
    """
    c, key = table.c, table.c[f"{table.name}_id"]
    own, by_id = select(key).where(c.tenant_id == tenant_id), as_id(reference)
    found = None if by_id is None else connection.execute(own.where(key == by_id)).scalar_one_or_none()
    if found is None:
        found = connection.execute(own.where(c[number] == reference)).scalar_one_or_none()
    return no_row(table.name, reference) if found is None else str(found.hex)


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


def hold_owner(connection: Connection, tenant_id: str, table: Table, row_id: Id) -> Row[Any] | Refused:
    """The customer to whom a row of `table` belongs, held as `hold_customer` does.

    The table's key is the tenant and an identifier of its own.
    """
    key = [*table.primary_key.columns][-1]
    missing = no_row(table.name, row_id)
    if as_id(row_id) is None:
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
    return as_id(customer_id) is not None and connection.execute(query).one_or_none() is not None


def currencies_of(connection: Connection) -> frozenset[str]:
    """The codes of all currencies of the database."""
    return frozenset(connection.execute(select(t.currencies.c.code)).scalars())


def plain_id(value: str) -> Id:
    """An identifier as decisions write it, from either of its two forms; what is none comes back as it is."""
    return as_id(value) or value
