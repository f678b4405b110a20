"""Aging snapshots: what each customer owed on a day, as it was known when the day was refreshed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CHAR, Column, Date, ForeignKeyConstraint, Index, Integer, Text

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    instant,
    key,
    minor,
    of_tenant,
    table,
    tenant_key,
)

aging_snapshot: Final = table(
    "aging_snapshot",
    tenant_key(),
    Column("as_of", Date, primary_key=True, comment="date in the tenant's zone that the figures describe"),
    Column("trigger", Text, nullable=False),
    instant("refreshed_at"),
    Column("accounts", Integer, nullable=False, comment="rows of aging_snapshot_account"),
    of_tenant(),
    closed("trigger", values.AGING_TRIGGERS),
    check("accounts", "accounts >= 0"),
    comment="That the aging of all customers was kept as it stood on a day. One row per company and day; a "
    "refresh of the same day replaces it. Written by the aging operation.",
)

aging_snapshot_account: Final = table(
    "aging_snapshot_account",
    tenant_key(),
    Column("as_of", Date, primary_key=True),
    key("customer_id"),
    Column("currency", CHAR(3), primary_key=True, comment="that of the documents"),
    *(minor(name) for name in values.AGING_COLUMNS[:-1]),
    minor(
        values.AGING_COLUMNS[-1],
        comment="payments and credit notes not set against an invoice: negative",
    ),
    ForeignKeyConstraint(
        ["tenant_id", "as_of"], ["aging_snapshot.tenant_id", "aging_snapshot.as_of"], ondelete="CASCADE"
    ),
    Index("aging_snapshot_account_customer_idx", "tenant_id", "customer_id", "as_of"),
    comment="What a customer owed in a currency on the day of a snapshot, by days past due. One row per "
    "snapshot, customer and currency in which anything was open or unallocated. Written with the snapshot.",
)
