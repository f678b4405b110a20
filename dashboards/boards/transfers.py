"""Imports and exports of customers: whether files come in, and what is given out."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, per_hour
from ledgerscope.catalogue import Unit, transfers
from ledgerscope.catalogue.labels import COMPANY
from rules import transfers as rules

__all__ = ["BOARD"]

_STATUS = transfers.IMPORTED.label("status")
_REASON = transfers.IMPORT_FAILED.label("reason")
_ROW = transfers.RECORDS.label("outcome")
_FILTER = transfers.EXPORTED.label("filter_type")
_OUTCOME = transfers.EXPORTED.label("outcome")

BOARD = Board(
    area="transfers",
    title="Imports and exports",
    question="Do imports of customers succeed, and what is exported?",
    variables=(Variable("company_id", "Company", transfers.IMPORTED),),
    rows=(
        Row(
            "Within an hour",
            (
                stat(
                    "Imports",
                    Query(str(chosen(rules.IMPORTS)), "{{company_id}}"),
                    about="Imports that ended within an hour.",
                    unit=Unit.COUNT,
                    width=8,
                    decimals=0,
                ),
                stat(
                    "Failed imports",
                    Query(str(chosen(rules.SHARE)), "{{company_id}}"),
                    about="Share of the imports of an hour that took in nothing.",
                    unit=Unit.RATIO,
                    draws=(rules.FAILURE_RATE_HIGH,),
                    width=8,
                ),
                stat(
                    "Time to import",
                    Query(str(chosen(rules.DURATION_P95)), "{{company_id}} {{size_class}} rows"),
                    about="Time within which 95 % of the imports of an hour ended, by their rows.",
                    unit=Unit.SECONDS,
                    width=8,
                ),
            ),
        ),
        Row(
            "Imports",
            (
                lines(
                    "Failure share of imports",
                    Query(str(chosen(rules.SHARE)), "{{company_id}}"),
                    about="Share of the imports of an hour that took in nothing.",
                    unit=Unit.RATIO,
                    draws=(rules.FAILURE_RATE_HIGH,),
                ),
                lines(
                    "Failures per hour, by reason",
                    Query(per_hour(transfers.IMPORT_FAILED, COMPANY, _REASON), "{{company_id}} {{reason}}"),
                    about="Imports that took in nothing, by reason.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Imports per hour",
                    Query(per_hour(transfers.IMPORTED, COMPANY, _STATUS), "{{company_id}} {{status}}"),
                    about="Imports that ended, by outcome.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Rows per hour",
                    Query(per_hour(transfers.RECORDS, COMPANY, _ROW), "{{company_id}} {{outcome}}"),
                    about="Rows of the imports that ended, by what became of them.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Duration of imports, 95th percentile",
                    Query(str(chosen(rules.DURATION_P95)), "{{company_id}} {{size_class}} rows"),
                    about="95 % of the imports of the last hour took at most this long.",
                    unit=Unit.SECONDS,
                    width=24,
                ),
            ),
        ),
        Row(
            "Exports",
            (
                lines(
                    "Exports per hour",
                    Query(
                        per_hour(transfers.EXPORTED, COMPANY, _FILTER, _OUTCOME),
                        "{{company_id}} {{filter_type}} {{outcome}}",
                    ),
                    about="Exports of customers, by filter and outcome.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Size of exports, 95th percentile",
                    Query(str(chosen(rules.SIZE_P95)), "{{company_id}} {{format}}"),
                    about="95 % of the exports of the last hour are at most this large.",
                    unit=Unit.BYTES,
                ),
            ),
        ),
    ),
)
