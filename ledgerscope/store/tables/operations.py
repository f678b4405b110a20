"""What the operations keep for themselves: requests that may come twice, numbers in order, and grants."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from ledgerscope.store.tables.base import (
    check,
    instant,
    key,
    of_customer,
    of_tenant,
    reference,
    table,
    tenant_key,
)

operation_request: Final = table(
    "operation_request",
    tenant_key(),
    Column("idempotency_key", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column(
        "content_hash",
        LargeBinary,
        nullable=False,
        comment="sha256 of the company's secret and the sha256 of the action and its content",
    ),
    Column("result", JSONB, nullable=False, comment="what the first call returned: identifiers, no names"),
    instant("at"),
    of_tenant(),
    check("idempotency_key", "length(idempotency_key) between 1 and 200"),
    Index("operation_request_at_idx", "tenant_id", "at"),
    comment="A request that carried an idempotency key. One row per key; the same key again returns the "
    "result and changes nothing. Written with what the request changed.",
)

request_secret: Final = table(
    "request_secret",
    tenant_key(),
    Column("secret", LargeBinary, nullable=False),
    ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], ondelete="CASCADE"),
    check("secret", "length(secret) = 32"),
    comment="Keys the hashes of requests. One row per company, written with it; read by the operations only.",
)

number_series: Final = table(
    "number_series",
    tenant_key(),
    Column("series", Text, primary_key=True, comment="customer, invoice ..."),
    Column("last", BigInteger, nullable=False, comment="the number given last"),
    of_tenant(),
    check("last", "last >= 0"),
    comment="Numbers given without gaps. One row per company and series, locked by whoever takes the next.",
)

customer_grant: Final = table(
    "customer_grant",
    tenant_key(),
    key("grant_id"),
    reference("customer_id"),
    Column("actor", Text, nullable=False, comment="who may see the customer"),
    Column("granted_by", Text, nullable=False),
    instant("granted_at"),
    instant("revoked_at", nullable=True, comment="null: it holds"),
    of_customer(),
    check("revoked_at", "revoked_at >= granted_at"),
    Index(
        "customer_grant_key",
        "tenant_id",
        "customer_id",
        "actor",
        unique=True,
        postgresql_where=text("revoked_at is null"),
    ),
    comment="Lets an actor without the permission to see every customer see one. One row per grant; at most "
    "one holds for an actor and a customer. Written by the operations.",
)
