"""Closed lists of words that the schema, the events and the metrics share."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCOUNT_STATUSES",
    "AGING_TRIGGERS",
    "BREACH_SEVERITIES",
    "COMMUNICATION_CHANNELS",
    "CONTACT_TYPES",
    "CREDENTIAL_ACTIONS",
    "CREDENTIAL_AGES",
    "CREDENTIAL_OUTCOMES",
    "CREDIT_LIMIT_STATUSES",
    "DELETION_MODES",
    "DELETION_REASONS",
    "DELIVERY_METHODS",
    "DIRECTIONS",
    "EXPORT_FILTERS",
    "EXPORT_FORMATS",
    "IMPORT_FAILURES",
    "IMPORT_FORMATS",
    "IMPORT_OUTCOMES",
    "INTERACTION_STATUSES",
    "INTERACTION_TYPES",
    "OUTCOMES",
    "RECORD_OUTCOMES",
    "ROW_CLASSES",
    "SEGMENTS",
    "SOURCES",
    "STATEMENT_FAILURES",
    "STATEMENT_FORMATS",
    "STATEMENT_MONTHS",
    "SYNC_ERROR_CLASSES",
    "SYNC_OUTCOMES",
    "SYNC_STATUSES",
    "TICKET_PRIORITIES",
]

ACCOUNT_STATUSES: Final = ("active", "inactive", "blocked")
SOURCES: Final = ("ui", "cli", "api", "import")
DELETION_MODES: Final = ("soft", "hard")
DELETION_REASONS: Final = ("requested", "duplicate", "closed", "erasure", "other")
CREDIT_LIMIT_STATUSES: Final = ("requested", "approved", "rejected")
BREACH_SEVERITIES: Final = ("warning", "critical")
AGING_TRIGGERS: Final = ("scheduled", "on_demand")
CREDENTIAL_ACTIONS: Final = ("sync", "validate", "support")
"""What the secret of a customer is taken out for."""
CONTACT_TYPES: Final = ("general", "billing", "technical", "sales", "executive")
COMMUNICATION_CHANNELS: Final = ("email", "phone", "meeting", "note")
DIRECTIONS: Final = ("inbound", "outbound")
INTERACTION_TYPES: Final = ("call", "email", "meeting", "support_ticket", "complaint", "feedback")
INTERACTION_STATUSES: Final = ("pending", "in_progress", "completed", "cancelled")
SEGMENTS: Final = ("vip", "premium", "regular", "new", "high_value", "at_risk")
SYNC_STATUSES: Final = ("active", "paused", "error")
SYNC_OUTCOMES: Final = ("success", "failure")
CREDENTIAL_OUTCOMES: Final = ("success", "failure")
CREDENTIAL_AGES: Final = (("0-89", 90), ("90-179", 180), ("180-364", 365), ("365+", None))
"""Name of each band of ages, and the number of full days with which the next one begins."""
OUTCOMES: Final = ("success", "failure")
STATEMENT_FORMATS: Final = ("pdf", "csv")
DELIVERY_METHODS: Final = ("email", "download", "post", "api", "file")
STATEMENT_FAILURES: Final = ("glyphs", "renderer", "delivery", "timeout")
STATEMENT_MONTHS: Final = (("1", 1), ("2-3", 3), ("4-12", 12), ("13+", None))
"""Name and greatest number of months of each size of period."""
SYNC_ERROR_CLASSES: Final = (
    "configuration",
    "credential_missing",
    "credential_unreadable",
    "unauthorized",
    "forbidden",
    "rate_limited",
    "server_error",
    "timeout",
    "unreachable",
    "cut_off",
    "malformed",
    "too_large",
    "redirected",
    "rejected",
    "internal",
    "abandoned",
    "stopped",
)
"""Why an outside system could not be used: before it is asked, as it answers, and afterwards in our own.

`abandoned`: the process that asked gave no sign of life; `stopped`: it was told to end. Both say nothing of
the outside system.
"""
TICKET_PRIORITIES: Final = ("critical", "high", "medium", "low")
IMPORT_FORMATS: Final = ("csv", "json", "xlsx")
IMPORT_OUTCOMES: Final = ("success", "failure", "partial")
IMPORT_FAILURES: Final = ("unreadable", "rows", "all_or_nothing")
RECORD_OUTCOMES: Final = ("created", "updated", "unchanged", "skipped", "failed")
"""What becomes of a row of an import."""
EXPORT_FORMATS: Final = ("csv", "json")
EXPORT_FILTERS: Final = ("all", "status", "source", "text", "deleted", "several")
ROW_CLASSES: Final = ("0-99", "100-999", "1000-9999", "10000-99999", "100000+")
"""How many rows a file has, by order of magnitude."""
