"""Synchronisation: whether it is in time."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, now, per_hour
from ledgerscope.catalogue import Unit, sync
from ledgerscope.catalogue.labels import COMPANY
from rules import sync as rules

__all__ = ["BOARD"]

_OUTCOME = sync.RUNS.label("outcome")

BOARD = Board(
    area="sync",
    title="Synchronisation",
    question="Are customers synchronised in time?",
    variables=(Variable("company_id", "Company", sync.CUSTOMERS),),
    rows=(
        Row(
            "In time",
            (
                stat(
                    "Overdue, now",
                    Query(str(chosen(rules.OVERDUE_SHARE)), "{{company_id}}"),
                    about="Share of the customers, paused ones left out, whose last success began more "
                    "than two of their intervals ago.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_OVERDUE,),
                    width=8,
                ),
                stat(
                    "In error, now",
                    Query(str(chosen(rules.ERROR_SHARE)), "{{company_id}}"),
                    about="Share of the customers, paused ones left out, that are in error: they failed too "
                    "many times in a row.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_IN_ERROR,),
                    width=8,
                ),
                stat(
                    "Last success",
                    Query(f"{now(sync.LAST_SUCCESS)} * 1000", "{{company_id}}"),
                    about="When the latest run that succeeded began, of any customer.",
                    unit=Unit.TIMESTAMP,
                    width=8,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Share overdue",
                    Query(str(chosen(rules.OVERDUE_SHARE)), "{{company_id}}"),
                    about="Share of the customers, paused ones left out, whose last success began more "
                    "than two of their intervals ago.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_OVERDUE,),
                ),
                lines(
                    "Share in error",
                    Query(str(chosen(rules.ERROR_SHARE)), "{{company_id}}"),
                    about="Share of the customers, paused ones left out, that are in error: they failed too "
                    "many times in a row.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_IN_ERROR,),
                ),
                lines(
                    "Customers overdue",
                    Query(now(sync.OVERDUE), "{{company_id}}"),
                    about="Customers, not paused, whose last success began more than two of their intervals "
                    "ago.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Customers by status",
                    Query(now(sync.CUSTOMERS), "{{company_id}} {{status}}"),
                    about="Customers that are synchronised, by status.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Runs per hour",
                    Query(per_hour(sync.RUNS, COMPANY, _OUTCOME), "{{company_id}} {{outcome}}"),
                    about="Runs that ended, by outcome; abandoned and stopped ones are failures.",
                    unit=Unit.COUNT,
                    width=24,
                ),
            ),
        ),
    ),
)
