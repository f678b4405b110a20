"""Credit: limits over time and the invoices that broke them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Text

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    currency,
    instant,
    key,
    minor,
    no_overlap,
    of_customer,
    reference,
    table,
    tenant_key,
    valid,
    within_tenant,
)

credit_limit: Final = table(
    "credit_limit",
    tenant_key(),
    key("credit_limit_id"),
    reference("customer_id"),
    currency(),
    minor("limit_minor", nullable=True, comment="null: unlimited; zero: every exposure is a breach"),
    valid("while the limit holds, once approved"),
    Column("status", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    instant("requested_at"),
    Column("approved_by", Text),
    instant("decided_at", nullable=True),
    Column("reason", Text),
    of_customer(),
    closed("status", values.CREDIT_LIMIT_STATUSES),
    check("limit_minor", "limit_minor >= 0"),
    check("valid", "not isempty(valid)"),
    check("approval", "status <> 'approved' or (approved_by is not null and decided_at is not null)"),
    no_overlap("credit_limit", "customer_id", "currency", where="status = 'approved'"),
    Index("credit_limit_customer_idx", "tenant_id", "customer_id"),
    comment="What a customer may owe per currency. One row per requested limit; approved ones never "
    "overlap, and a customer without an approved row has no limit. Written by the credit "
    "operations.",
)

credit_breach: Final = table(
    "credit_breach",
    tenant_key(),
    key("credit_breach_id"),
    reference("customer_id"),
    reference("invoice_id"),
    currency(),
    minor("exposure_minor", comment="what the customer would owe with this invoice"),
    minor("limit_minor"),
    Column("severity", Text, nullable=False),
    Column("override_by", Text, comment="who let the invoice through; null: nobody"),
    instant("at"),
    of_customer(),
    within_tenant("invoice", "invoice_id"),
    closed("severity", values.BREACH_SEVERITIES),
    check("exposure", "exposure_minor > limit_minor and limit_minor >= 0"),
    Index("credit_breach_at_idx", "tenant_id", "at"),
    Index("credit_breach_invoice_idx", "tenant_id", "invoice_id"),
    comment="An invoice that took its customer over the limit. One row per breach. Written when the invoice"
    " is checked.",
)
