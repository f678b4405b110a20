"""Customers: how many there are, and what happens to their records."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.palette import STATUSES
from dashboards.panels import bars, lines, stat
from dashboards.query import chosen, counts, now, per_hour
from ledgerscope.catalogue import Unit, lifecycle
from ledgerscope.catalogue.labels import COMPANY
from rules import lifecycle as rules

__all__ = ["BOARD"]

_STATUS = lifecycle.ACCOUNTS.label("status")
_SOURCE = lifecycle.CREATED.label("source")
_REASON = lifecycle.DELETED.label("reason")
_FIELD = lifecycle.UPDATED.label("field_changed")
_FROM, _TO = lifecycle.STATUS_CHANGED.label("from_status"), lifecycle.STATUS_CHANGED.label("to_status")

BOARD = Board(
    area="lifecycle",
    title="Customers",
    question="How many customers are there, and do unintended changes happen to them?",
    variables=(Variable("company_id", "Company", lifecycle.ACCOUNTS),),
    rows=(
        Row(
            "How many",
            (
                stat(
                    "Customers",
                    Query(str(chosen(rules.ACCOUNTS)), "{{company_id}}"),
                    about="Customers that are not deleted.",
                    unit=Unit.COUNT,
                    width=6,
                ),
                stat(
                    "Active",
                    Query(now(lifecycle.ACCOUNTS, status="active"), "{{company_id}}"),
                    about="Customers that may order.",
                    unit=Unit.COUNT,
                    width=6,
                ),
                stat(
                    "New within seven days",
                    Query(str(chosen(rules.CREATED_7D)), "{{company_id}}"),
                    about="Customers created within seven days, from all sources.",
                    unit=Unit.COUNT,
                    width=6,
                    decimals=0,
                ),
                stat(
                    "Blocked",
                    Query(now(lifecycle.ACCOUNTS, status="blocked"), "{{company_id}}"),
                    about="Customers that may not order.",
                    unit=Unit.COUNT,
                    width=6,
                ),
            ),
        ),
        Row(
            "By status",
            (
                lines(
                    "Customers by status",
                    *counts(lifecycle.ACCOUNTS, _STATUS, STATUSES),
                    about="Every customer has exactly one status.",
                    unit=Unit.COUNT,
                    stacked=True,
                ),
                lines(
                    "Blocked share",
                    Query(str(chosen(rules.BLOCKED_SHARE)), "{{company_id}}"),
                    about="A sudden step points to a job or a script, a slow rise to collection.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_BLOCKED,),
                ),
            ),
        ),
        Row(
            "What happens to records",
            (
                lines(
                    "Created per hour",
                    Query(per_hour(lifecycle.CREATED, COMPANY, _SOURCE), "{{company_id}} {{source}}"),
                    about="New customers by source.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Deleted within an hour",
                    Query(str(chosen(rules.DELETED_1H)), "{{company_id}}"),
                    about="Soft and hard deletions of the last hour, at every instant.",
                    unit=Unit.COUNT,
                    draws=(rules.DELETIONS,),
                ),
                lines(
                    "Changes of status per hour",
                    Query(
                        per_hour(lifecycle.STATUS_CHANGED, COMPANY, _FROM, _TO),
                        "{{company_id}} {{from_status}} to {{to_status}}",
                    ),
                    about="Changes between active, inactive and blocked.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Deleted per hour, by reason",
                    Query(per_hour(lifecycle.DELETED, COMPANY, _REASON), "{{company_id}} {{reason}}"),
                    about="Why customers were deleted.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Fields changed per hour",
                    Query(per_hour(lifecycle.UPDATED, COMPANY, _FIELD), "{{company_id}} {{field_changed}}"),
                    about="Which fields of customer records are edited.",
                    unit=Unit.COUNT,
                ),
                bars(
                    "Customers by status, now",
                    *counts(lifecycle.ACCOUNTS, _STATUS, STATUSES),
                    about="All chosen companies together.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
    ),
)
