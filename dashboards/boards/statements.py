"""Statements of account: whether customers get them, and how fast."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, per_hour
from ledgerscope.catalogue import Unit, statements
from ledgerscope.catalogue.labels import COMPANY
from rules import statements as rules

__all__ = ["BOARD"]

_DELIVERY = statements.GENERATED.label("delivery_method")
_OUTCOME = statements.GENERATED.label("outcome")
_REASON = statements.FAILED.label("reason_class")

BOARD = Board(
    area="statements",
    title="Statements",
    question="Do customers get the statements that are asked for?",
    variables=(Variable("company_id", "Company", statements.GENERATED),),
    rows=(
        Row(
            "Within an hour",
            (
                stat(
                    "Statements",
                    Query(str(chosen(rules.REQUESTED)), "{{company_id}}"),
                    about="Statements that were asked for within an hour.",
                    unit=Unit.COUNT,
                    width=8,
                    decimals=0,
                ),
                stat(
                    "Failed statements",
                    Query(str(chosen(rules.SHARE)), "{{company_id}}"),
                    about="Share of the statements of an hour that failed; absent where none was asked for.",
                    unit=Unit.RATIO,
                    draws=(rules.FAILING,),
                    width=8,
                ),
                stat(
                    "Time to deliver",
                    Query(str(chosen(rules.DURATION_P95)), "{{company_id}} {{format}}"),
                    about="Time within which 95 % of the statements of an hour were delivered.",
                    unit=Unit.SECONDS,
                    width=8,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Failure share",
                    Query(str(chosen(rules.SHARE)), "{{company_id}}"),
                    about="Share of the statements of an hour that failed.",
                    unit=Unit.RATIO,
                    draws=(rules.FAILING,),
                ),
                lines(
                    "Failures per hour, by reason",
                    Query(per_hour(statements.FAILED, COMPANY, _REASON), "{{company_id}} {{reason_class}}"),
                    about="Statements that failed, by what failed.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Statements per hour",
                    Query(
                        per_hour(statements.GENERATED, COMPANY, _DELIVERY, _OUTCOME),
                        "{{company_id}} {{delivery_method}} {{outcome}}",
                    ),
                    about="Statements that were asked for, by delivery method and outcome.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Duration, 95th percentile",
                    Query(str(chosen(rules.DURATION_P95)), "{{company_id}} {{format}}"),
                    about="95 % of the statements of the last hour took at most this long.",
                    unit=Unit.SECONDS,
                ),
            ),
        ),
    ),
)
