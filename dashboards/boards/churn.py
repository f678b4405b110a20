"""Churn: which customers and how much of their revenue were lost."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, now, per_hour
from ledgerscope.catalogue import Unit, churn
from ledgerscope.catalogue.labels import COMPANY
from rules import churn as rules

__all__ = ["BOARD"]

BOARD = Board(
    area="churn",
    title="Churn",
    question="Do customers stay, and do those who stay spend more?",
    variables=(Variable("company_id", "Company", churn.BASE),),
    rows=(
        Row(
            "Are they staying",
            (
                stat(
                    "Customers lost",
                    Query(str(chosen(rules.LOGO)), "{{company_id}}"),
                    about="Share of the customers of 30 days ago that no longer pay.",
                    unit=Unit.RATIO,
                    draws=(rules.LOGO_HIGH,),
                    width=6,
                    decimals=2,
                ),
                stat(
                    "Revenue lost",
                    Query(str(chosen(rules.GROSS_REVENUE)), "{{company_id}}"),
                    about="Share of the recurring revenue of 30 days ago lost by churn and contraction.",
                    unit=Unit.RATIO,
                    draws=(rules.GROSS_REVENUE_HIGH,),
                    width=6,
                    decimals=2,
                ),
                stat(
                    "Revenue kept",
                    Query(str(chosen(rules.NET_RETENTION)), "{{company_id}}"),
                    about="Revenue now from the customers of 30 days ago, expansion included.",
                    unit=Unit.RATIO,
                    draws=(rules.NET_RETENTION_LOW,),
                    width=6,
                    decimals=1,
                ),
                stat(
                    "Customers 30 days ago",
                    Query(str(chosen(rules.BASE)), "{{company_id}}"),
                    about="Number of customers that the shares are based on; with few, a share means little.",
                    unit=Unit.COUNT,
                    width=6,
                ),
            ),
        ),
        Row(
            "Rates of 30 days",
            (
                lines(
                    "Logo churn",
                    Query(str(chosen(rules.LOGO)), "{{company_id}}"),
                    about="Share of customers lost, regardless of what they paid.",
                    unit=Unit.RATIO,
                    draws=(rules.LOGO_HIGH,),
                ),
                lines(
                    "Revenue churn",
                    Query(str(chosen(rules.GROSS_REVENUE)), "{{company_id}}"),
                    about="Gross: lost by churn and contraction, expansion not counted.",
                    unit=Unit.RATIO,
                    draws=(rules.GROSS_REVENUE_HIGH,),
                ),
                lines(
                    "Revenue retention",
                    Query(str(chosen(rules.NET_RETENTION)), "{{company_id}}"),
                    about="Net: above 100 % the company grows without any new customer.",
                    unit=Unit.RATIO,
                    from_zero=False,
                    draws=(rules.NET_RETENTION_LOW,),
                ),
                lines(
                    "Gross and net retention",
                    Query(now(churn.RETENTION, window="30d"), "{{company_id}} {{kind}}"),
                    about="The gap between the two is the expansion of existing customers.",
                    unit=Unit.RATIO,
                    from_zero=False,
                ),
            ),
        ),
        Row(
            "Customers",
            (
                lines(
                    "Lost within 30 days",
                    Query(str(chosen(rules.LOST)), "{{company_id}}"),
                    about="Customers of 30 days ago that no longer pay.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Won and lost per hour",
                    Query(per_hour(churn.NEW, COMPANY), "{{company_id}} won"),
                    Query(per_hour(churn.CHURNED, COMPANY), "{{company_id}} lost"),
                    about="First payments, and last subscriptions that ended.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "All rates, month to date",
                    Query(now(churn.RATIO, window="mtd"), "{{company_id}} {{kind}}"),
                    about="Since the first of the month in the company's time zone.",
                    unit=Unit.RATIO,
                    width=24,
                ),
            ),
        ),
    ),
)
