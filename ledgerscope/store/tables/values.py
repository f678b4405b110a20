"""The closed values of the schema: CHECKs on words take their lists from here; writers and readers too.

Lists that metrics use as label values as well are those of the domain.
"""

from __future__ import annotations

from typing import Final

from ledgerscope.domain import values as shared

ACCOUNT_STATUSES: Final = shared.ACCOUNT_STATUSES
BREACH_SEVERITIES: Final = shared.BREACH_SEVERITIES
CREDIT_LIMIT_STATUSES: Final = shared.CREDIT_LIMIT_STATUSES
DELETION_MODES: Final = shared.DELETION_MODES
DELETION_REASONS: Final = shared.DELETION_REASONS
SOURCES: Final = shared.SOURCES
TICKET_PRIORITIES: Final = shared.TICKET_PRIORITIES

SIGNUP_CHANNELS: Final = ("organic", "paid", "referral", "direct", "social")
CONTACT_TYPES: Final = shared.CONTACT_TYPES
COMMUNICATION_CHANNELS: Final = shared.COMMUNICATION_CHANNELS
DIRECTIONS: Final = shared.DIRECTIONS
INTERACTION_TYPES: Final = shared.INTERACTION_TYPES
INTERACTION_STATUSES: Final = shared.INTERACTION_STATUSES
SEGMENTS: Final = shared.SEGMENTS
MILESTONES: Final = ("signed_up", "activated", "trial_started", "first_value", "paid")


INTERVAL_UNITS: Final = ("day", "week", "month", "quarter", "half_year", "year")
TIERS: Final = ("free", "starter", "professional", "enterprise")
SUBSCRIPTION_STATUSES: Final = ("trialing", "active", "past_due", "paused", "ended")
END_REASONS: Final = ("voluntary", "involuntary")

INVOICE_STATUSES: Final = ("draft", "open", "paid", "void", "uncollectible")
INVOICE_KINDS: Final = ("subscription", "usage", "addon", "one_time")
PAYMENT_METHODS: Final = ("card", "bank_transfer", "direct_debit", "cash", "cheque", "other")
GATEWAYS: Final = ("razorpay", "stripe", "manual")
ATTEMPT_OUTCOMES: Final = ("succeeded", "failed")
DECLINE_REASONS: Final = (
    "insufficient_funds",
    "card_declined",
    "expired_card",
    "authentication_required",
    "suspected_fraud",
    "gateway_error",
    "other",
)
PAYMENT_REVERSALS: Final = ("bounced", "charged_back", "refunded")
PAYMENT_REVERSAL_KINDS: Final = ("bounced", "charged_back")
WRITE_OFF_REVERSAL_REASONS: Final = ("error", "recovered")
ALLOCATION_KINDS: Final = ("payment", "credit_note", "write_off")

STATEMENT_FORMATS: Final = shared.STATEMENT_FORMATS
DELIVERY_METHODS: Final = shared.DELIVERY_METHODS
STATEMENT_FAILURES: Final = shared.STATEMENT_FAILURES
AGING_TRIGGERS: Final = shared.AGING_TRIGGERS
AGING_COLUMNS: Final = (
    "current_minor",
    "days_1_30_minor",
    "days_31_60_minor",
    "days_61_90_minor",
    "days_over_90_minor",
    "unallocated_minor",
)
"""Columns of the buckets of `domain.aging`, in their order, unallocated credits last."""
OUTCOMES: Final = shared.OUTCOMES
IMPORT_OUTCOMES: Final = shared.IMPORT_OUTCOMES
IMPORT_FORMATS: Final = shared.IMPORT_FORMATS
IMPORT_CHANGES: Final = ("created", "updated")
PROBLEM_SEVERITIES: Final = ("error", "warning")
TRANSFER_FORMATS: Final = shared.EXPORT_FORMATS

SYNC_FREQUENCIES: Final = ("hourly", "daily", "weekly")
SYNC_STATUSES: Final = shared.SYNC_STATUSES
SYNC_TRIGGERS: Final = ("initial", "scheduled", "bulk", "manual")

SURVEY_KINDS: Final = ("nps", "csat")
TICKET_STATUSES: Final = ("open", "pending", "resolved", "closed")
TICKET_EVENTS: Final = ("opened", "assigned", "replied", "resolved", "reopened", "closed")

JOB_STATES: Final = ("queued", "running", "succeeded", "failed", "cancelled")
