"""Closed lists of words that the schema, the events and the metrics share."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCOUNT_STATUSES",
    "BREACH_SEVERITIES",
    "CREDIT_LIMIT_STATUSES",
    "DELETION_MODES",
    "DELETION_REASONS",
    "SOURCES",
    "TICKET_PRIORITIES",
]

ACCOUNT_STATUSES: Final = ("active", "inactive", "blocked")
SOURCES: Final = ("ui", "cli", "api", "import")
DELETION_MODES: Final = ("soft", "hard")
DELETION_REASONS: Final = ("requested", "duplicate", "closed", "erasure", "other")
CREDIT_LIMIT_STATUSES: Final = ("requested", "approved", "rejected")
BREACH_SEVERITIES: Final = ("warning", "critical")
TICKET_PRIORITIES: Final = ("critical", "high", "medium", "low")
