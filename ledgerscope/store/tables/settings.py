"""What is set for single customers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB

from ledgerscope.store.tables.base import check, instant, key, of_customer, table, tenant_key

customer_setting: Final = table(
    "customer_setting",
    tenant_key(),
    key("customer_id"),
    Column("setting_key", Text, primary_key=True),
    Column("value", JSONB, comment="null: the default holds"),
    instant("changed_at"),
    of_customer(),
    check("setting_key", "length(setting_key) between 1 and 100"),
    comment="A setting of a customer that differs, or once differed, from its default. One row per customer "
    "and key. Written by the operations, which know the keys and their types.",
)
