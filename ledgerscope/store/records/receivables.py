"""Records of invoices, money received, credit given and limits."""

# ruff: noqa: D101 -- what a row means is said where the table is defined

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledgerscope.store.records.base import Id

__all__ = [
    "Allocation",
    "CreditBreach",
    "CreditLimit",
    "CreditNote",
    "Invoice",
    "InvoiceDue",
    "Payment",
    "PaymentAttempt",
    "PaymentReversal",
    "Refund",
    "WriteOff",
    "WriteOffReversal",
]


class Invoice(NamedTuple):
    tenant_id: str
    invoice_id: Id
    customer_id: Id
    subscription_id: Id | None
    number: str
    status: str
    kind: str
    issued_on: date | None
    finalised_at: datetime | None
    voided_on: date | None
    currency: str
    total_minor: int
    tax_minor: int
    service_period: str | None
    missing_minor: int | None = None


class InvoiceDue(NamedTuple):
    tenant_id: str
    invoice_id: Id
    seq: int
    due_on: date
    amount_minor: int
    allocated_minor: int = 0
    settled_on: date | None = None
    changed_on: date | None = None
    customer_id: Id | None = None
    currency: str | None = None
    owed_from: date | None = None
    owed_until: date | None = None


class Payment(NamedTuple):
    tenant_id: str
    payment_id: Id
    customer_id: Id
    amount_minor: int
    currency: str
    method: str
    gateway: str
    received_on: date
    received_at: datetime
    reversed_on: date | None = None
    reversal: str | None = None
    allocated_minor: int = 0
    used_up_on: date | None = None
    changed_on: date | None = None


class PaymentReversal(NamedTuple):
    tenant_id: str
    payment_reversal_id: Id
    payment_id: Id
    kind: str
    amount_minor: int
    reversed_on: date
    recorded_at: datetime


class Refund(NamedTuple):
    tenant_id: str
    refund_id: Id
    customer_id: Id
    payment_id: Id | None
    credit_note_id: Id | None
    amount_minor: int
    currency: str
    refunded_on: date
    recorded_at: datetime


class PaymentAttempt(NamedTuple):
    tenant_id: str
    attempt_id: Id
    invoice_id: Id
    payment_id: Id | None
    gateway: str
    attempt_no: int
    outcome: str
    reason_class: str | None
    at: datetime


class CreditNote(NamedTuple):
    tenant_id: str
    credit_note_id: Id
    customer_id: Id
    number: str
    amount_minor: int
    currency: str
    reason: str
    issued_on: date
    allocated_minor: int = 0
    used_up_on: date | None = None
    changed_on: date | None = None
    voided_on: date | None = None


class WriteOff(NamedTuple):
    tenant_id: str
    write_off_id: Id
    customer_id: Id
    amount_minor: int
    currency: str
    reason: str
    approved_by: str
    written_off_on: date
    allocated_minor: int = 0
    used_up_on: date | None = None
    changed_on: date | None = None


class WriteOffReversal(NamedTuple):
    tenant_id: str
    write_off_reversal_id: Id
    write_off_id: Id
    amount_minor: int
    reversed_on: date
    reason: str
    recorded_at: datetime


class Allocation(NamedTuple):
    tenant_id: str
    allocation_id: Id
    from_kind: str
    from_id: Id
    invoice_id: Id
    due_seq: int
    amount_minor: int
    effective_on: date
    recorded_at: datetime
    reverses_id: Id | None = None


class CreditLimit(NamedTuple):
    tenant_id: str
    credit_limit_id: Id
    customer_id: Id
    currency: str
    limit_minor: int | None
    valid: str
    status: str
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    decided_at: datetime | None
    reason: str | None


class CreditBreach(NamedTuple):
    tenant_id: str
    credit_breach_id: Id
    customer_id: Id
    invoice_id: Id
    currency: str
    exposure_minor: int
    limit_minor: int
    severity: str
    override_by: str | None
    at: datetime
