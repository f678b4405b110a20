"""Credentials: how old they are, how they are replaced, and who takes them out."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, now, per_hour, total
from ledgerscope.catalogue import Unit, credentials
from ledgerscope.catalogue.labels import COMPANY
from rules import credentials as rules

__all__ = ["BOARD"]

_ACTION = credentials.ACCESSED.label("action")
_OUTCOME = credentials.ROTATED.label("outcome")

BOARD = Board(
    area="credentials",
    title="Credentials",
    question="Are customers' credentials replaced in time, and what are they used for?",
    variables=(Variable("company_id", "Company", credentials.AGE),),
    rows=(
        Row(
            "In time",
            (
                stat(
                    "Oldest credential",
                    Query(str(chosen(rules.AGE)), "{{company_id}}"),
                    about="Time since the oldest credential in use was saved.",
                    unit=Unit.SECONDS,
                    width=8,
                ),
                stat(
                    "Credentials in use",
                    Query(total(credentials.AGE_CUSTOMERS, COMPANY), "{{company_id}}"),
                    about="Customers with a credential in use.",
                    unit=Unit.COUNT,
                    width=8,
                ),
                stat(
                    "Failed replacements, last hour",
                    Query(str(chosen(rules.FAILURES)), "{{company_id}}"),
                    about="Attempts within an hour to replace a credential, whose new one did not work.",
                    unit=Unit.COUNT,
                    draws=(rules.FAILING,),
                    width=8,
                    decimals=0,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Failed replacements",
                    Query(str(chosen(rules.FAILURES)), "{{company_id}}"),
                    about="Attempts within an hour to replace a credential, whose new one did not work.",
                    unit=Unit.COUNT,
                    draws=(rules.FAILING,),
                ),
                lines(
                    "Customers by age of credential",
                    Query(now(credentials.AGE_CUSTOMERS), "{{company_id}} {{age_days}} days"),
                    about="Customers by the days since their credential was saved.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Replacements per hour",
                    Query(per_hour(credentials.ROTATED, COMPANY, _OUTCOME), "{{company_id}} {{outcome}}"),
                    about="Attempts to replace a credential in use, by outcome.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Secrets decrypted per hour",
                    Query(per_hour(credentials.ACCESSED, COMPANY, _ACTION), "{{company_id}} {{action}}"),
                    about="Times that the secret of a customer was decrypted, by purpose.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
    ),
)
