"""Records of plans, subscriptions and the prices that make MRR."""

# ruff: noqa: D101 -- what a row means is said where the table is defined

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from ledgerscope.store.records.base import Id

__all__ = ["PlanRow", "Subscription", "SubscriptionVersion"]


class PlanRow(NamedTuple):
    tenant_id: str
    plan_id: Id
    code: str
    name: str
    tier: str
    amount_minor: int
    currency: str
    interval_unit: str
    interval_count: int
    trial_days: int
    metered: bool
    created_at: datetime


class Subscription(NamedTuple):
    tenant_id: str
    subscription_id: Id
    customer_id: Id
    plan_id: Id
    status: str
    started_at: datetime
    trial_end: datetime | None = None
    cancel_requested_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None


class SubscriptionVersion(NamedTuple):
    tenant_id: str
    version_id: Id
    subscription_id: Id
    customer_id: Id
    plan_id: Id
    quantity: int
    discount: Decimal
    currency: str
    mrr: Decimal
    valid: str
