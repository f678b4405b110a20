"""Closed lists of words that the schema, the events and the metrics share."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCOUNT_STATUSES",
    "AGING_TRIGGERS",
    "BREACH_SEVERITIES",
    "CREDIT_LIMIT_STATUSES",
    "DELETION_MODES",
    "DELETION_REASONS",
    "SOURCES",
    "STATEMENT_FAILURES",
    "STATEMENT_MONTHS",
    "TICKET_PRIORITIES",
]

ACCOUNT_STATUSES: Final = ("active", "inactive", "blocked")
SOURCES: Final = ("ui", "cli", "api", "import")
DELETION_MODES: Final = ("soft", "hard")
DELETION_REASONS: Final = ("requested", "duplicate", "closed", "erasure", "other")
CREDIT_LIMIT_STATUSES: Final = ("requested", "approved", "rejected")
BREACH_SEVERITIES: Final = ("warning", "critical")
AGING_TRIGGERS: Final = ("scheduled", "on_demand")
STATEMENT_FAILURES: Final = ("glyphs", "renderer", "delivery", "timeout")
STATEMENT_MONTHS: Final = (("1", 1), ("2-3", 3), ("4-12", 12), ("13+", None))
"""Name and greatest number of months of each size of period."""
TICKET_PRIORITIES: Final = ("critical", "high", "medium", "low")
