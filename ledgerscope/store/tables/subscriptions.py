"""Plans, subscriptions and their versions: the only basis of MRR."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Numeric, Text, UniqueConstraint, false, text

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    currency,
    instant,
    key,
    minor,
    monthly,
    no_overlap,
    of_customer,
    of_tenant,
    reference,
    table,
    tenant_key,
    valid,
    within_tenant,
)

plan: Final = table(
    "plan",
    tenant_key(),
    key("plan_id"),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("tier", Text, nullable=False),
    minor(comment="recurring price of one unit per interval, without tax"),
    currency(),
    Column("interval_unit", Text, nullable=False),
    Column("interval_count", Integer, nullable=False, server_default=text("1")),
    Column("trial_days", Integer, nullable=False, server_default=text("0")),
    Column(
        "metered", Boolean, nullable=False, server_default=false(), comment="billed by use: never part of MRR"
    ),
    instant("created_at"),
    instant("retired_at", nullable=True),
    of_tenant(),
    UniqueConstraint("tenant_id", "code"),
    closed("tier", values.TIERS),
    closed("interval_unit", values.INTERVAL_UNITS),
    check("amount_minor", "amount_minor >= 0"),
    check("interval_count", "interval_count > 0"),
    check("trial_days", "trial_days >= 0"),
    comment="What can be subscribed to. One row per plan and price; a price change is a new plan. Written "
    "by provisioning.",
)

subscription: Final = table(
    "subscription",
    tenant_key(),
    key("subscription_id"),
    reference("customer_id"),
    reference("plan_id"),
    Column("status", Text, nullable=False),
    instant("started_at"),
    instant("trial_end", nullable=True),
    instant("cancel_requested_at", nullable=True),
    instant("ended_at", nullable=True),
    Column("end_reason", Text),
    of_customer(),
    within_tenant("plan", "plan_id"),
    UniqueConstraint("tenant_id", "subscription_id", "customer_id"),
    closed("status", values.SUBSCRIPTION_STATUSES),
    closed("end_reason", values.END_REASONS),
    check(
        "ended", "(status = 'ended') = (ended_at is not null) and (ended_at is null) = (end_reason is null)"
    ),
    check(
        "order", "ended_at >= started_at and cancel_requested_at >= started_at and trial_end >= started_at"
    ),
    Index("subscription_customer_idx", "tenant_id", "customer_id"),
    Index("subscription_status_idx", "tenant_id", "status"),
    comment="A customer's running agreement on a plan, as it stands now. One row per subscription. Written "
    "by billing.",
)

subscription_version: Final = table(
    "subscription_version",
    tenant_key(),
    key("version_id"),
    reference("subscription_id"),
    reference("customer_id"),
    reference("plan_id"),
    Column("quantity", Integer, nullable=False, server_default=text("1")),
    Column(
        "discount",
        Numeric(7, 6),
        nullable=False,
        server_default=text("0"),
        comment="share taken off by coupons that never end, 0..1; others do not reduce MRR",
    ),
    currency(),
    monthly("mrr"),
    valid("while this price is active or past due"),
    within_tenant("subscription", "subscription_id", "customer_id"),
    within_tenant("plan", "plan_id"),
    check("quantity", "quantity > 0"),
    check("discount", "discount between 0 and 1"),
    check("mrr", "mrr >= 0"),
    check("valid", "not isempty(valid) and not lower_inf(valid)"),
    no_overlap("subscription_version", "subscription_id"),
    Index("subscription_version_valid_idx", "tenant_id", "valid", postgresql_using="gist"),
    Index("subscription_version_customer_idx", "tenant_id", "customer_id"),
    comment="Recurring price of a subscription over time, normalised to a month; no row while trialing, "
    "paused or ended, so MRR at t is the sum over rows with valid @> t. One row per subscription "
    "and unbroken price. Written by billing.",
)
