"""The credential of a customer as decisions meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from ledgerscope.customers.credentials.versions import CustomerCredential, Version
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = ["load_credential"]


def load_credential(connection: Connection, tenant_id: str, customer: Row[Any]) -> CustomerCredential:
    """The version in use and the number of the latest; `customer` is the customer's row."""
    c = t.credential.c
    own = c.tenant_id == tenant_id, c.customer_id == customer.customer_id
    past = select(func.max(c.version), func.max(func.upper(c.valid))).where(*own)
    last, ended_at = connection.execute(past).one()
    row = connection.execute(
        select(c.version, func.lower(c.valid), c.key_id, c.ciphertext, c.fingerprint).where(
            *own, func.upper_inf(c.valid)
        )
    ).one_or_none()
    current = None if row is None else Version(row[0], row[1], row[2], bytes(row[3]), row[4])
    return CustomerCredential(
        customer.customer_id.hex, last or 0, current, ended_at, deleted=customer.deleted_at is not None
    )
