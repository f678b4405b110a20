"""What the operations keep for themselves: requests that may come twice, and numbers given in order."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from ledgerscope.store.tables.base import check, instant, of_tenant, table, tenant_key

operation_request: Final = table(
    "operation_request",
    tenant_key(),
    Column("idempotency_key", Text, primary_key=True),
    Column("action", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False, comment="sha256 of the action and its content"),
    Column("result", JSONB, nullable=False, comment="what the first call returned: identifiers, no names"),
    instant("at"),
    of_tenant(),
    check("idempotency_key", "length(idempotency_key) between 1 and 200"),
    Index("operation_request_at_idx", "tenant_id", "at"),
    comment="A request that carried an idempotency key. One row per key; the same key again returns the "
    "result and changes nothing. Written with what the request changed.",
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
