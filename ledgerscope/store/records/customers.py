"""Records of companies, their customers and what is kept about them."""

# ruff: noqa: D101 -- what a row means is said where the table is defined

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from ledgerscope.store.records.base import Id

__all__ = [
    "Communication",
    "Contact",
    "Customer",
    "FxRate",
    "Interaction",
    "SegmentAssignment",
    "StatusChange",
    "Tenant",
]


class Tenant(NamedTuple):
    tenant_id: str
    name: str
    timezone: str
    base_currency: str
    settings: str
    created_at: datetime


class FxRate(NamedTuple):
    tenant_id: str
    day: date
    from_currency: str
    to_currency: str
    rate: Decimal


class Customer(NamedTuple):
    tenant_id: str
    customer_id: Id
    external_id: str
    name: str
    email: str | None
    status: str
    credit_hold: bool
    currency: str
    terms_days: int
    source: str
    signup_channel: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    deletion_mode: str | None = None
    deletion_reason: str | None = None
    erased_at: datetime | None = None
    customer_number: str | None = None
    phone: str | None = None
    address: str | None = None


class StatusChange(NamedTuple):
    tenant_id: str
    customer_id: Id
    from_status: str | None
    to_status: str
    reason: str
    actor: str
    at: datetime


class Contact(NamedTuple):
    tenant_id: str
    contact_id: Id
    customer_id: Id
    name: str
    email: str | None
    phone: str | None
    contact_type: str
    is_primary: bool
    created_at: datetime
    removed_at: datetime | None = None


class Communication(NamedTuple):
    tenant_id: str
    communication_id: Id
    customer_id: Id
    contact_id: Id | None
    channel: str
    direction: str
    subject: str | None
    actor: str
    at: datetime
    body: str | None = None


class Interaction(NamedTuple):
    tenant_id: str
    interaction_id: Id
    customer_id: Id
    type: str
    status: str
    subject: str | None
    actor: str
    at: datetime
    created_at: datetime
    updated_at: datetime
    description: str | None = None


class SegmentAssignment(NamedTuple):
    tenant_id: str
    assignment_id: Id
    customer_id: Id
    segment: str
    value: Decimal | None
    assigned_by: str
    valid: str
    description: str | None = None
