"""Credit: how far limits are used, and how often they are broken."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.palette import USE
from dashboards.panels import bars, lines, stat
from dashboards.query import chosen, counts, now, per_hour
from ledgerscope.catalogue import Unit, credit
from ledgerscope.catalogue.labels import COMPANY
from rules import credit as rules

__all__ = ["BOARD"]

_BUCKET = credit.UTILIZATION_CUSTOMERS.label("utilization_bucket")
_SEVERITY, _OVERRIDE = credit.BREACH.label("severity"), credit.BREACH.label("override_used")
_TYPE, _STATUS = credit.LIMIT_ADJUSTED.label("adjustment_type"), credit.LIMIT_ADJUSTED.label("status")

BOARD = Board(
    area="credit",
    title="Credit",
    question="How much of the credit granted is used, and are limits broken?",
    variables=(Variable("company_id", "Company", credit.UNLIMITED),),
    rows=(
        Row(
            "How much is used",
            (
                stat(
                    "Utilisation",
                    Query(str(chosen(rules.UTILIZATION)), "{{company_id}} {{currency}}"),
                    about="Share of all limits of a currency that is used.",
                    unit=Unit.RATIO,
                    draws=(rules.UTILIZATION_HIGH,),
                    width=6,
                    decimals=1,
                ),
                stat(
                    "At or over the limit",
                    Query(str(chosen(rules.OVER_LIMIT_SHARE)), "{{company_id}}"),
                    about="Share of the limited customers that have used up their limit.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_OVER_LIMIT,),
                    width=6,
                    decimals=1,
                ),
                stat(
                    "Breaches within an hour",
                    Query(str(chosen(rules.BREACHES_1H)), "{{company_id}}"),
                    about="Invoices that took a customer over the limit.",
                    unit=Unit.COUNT,
                    width=4,
                    decimals=0,
                ),
                stat(
                    "Customers with a limit",
                    Query(str(chosen(rules.LIMITED)), "{{company_id}}"),
                    about="Number of customers that the shares on this page are based on.",
                    unit=Unit.COUNT,
                ),
                stat(
                    "On credit hold",
                    Query(now(credit.HELD), "{{company_id}}"),
                    about="Customers that cannot buy on credit.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
        Row(
            "Limits and exposure",
            (
                lines(
                    "Utilisation of limits",
                    Query(str(chosen(rules.UTILIZATION)), "{{company_id}} {{currency}}"),
                    about="Exposure divided by limits, over all customers that have one.",
                    unit=Unit.RATIO,
                    draws=(rules.UTILIZATION_HIGH,),
                ),
                lines(
                    "Customers over their limit",
                    Query(str(chosen(rules.OVER_LIMIT_SHARE)), "{{company_id}}"),
                    about="Share of the limited customers in the bucket 100 % and over.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_OVER_LIMIT,),
                ),
                lines(
                    "Exposure and limits",
                    Query(now(credit.EXPOSURE), "{{company_id}} {{currency}} exposure"),
                    Query(now(credit.LIMIT), "{{company_id}} {{currency}} limits"),
                    about="Open receivables less unallocated credits, and the limits they count against.",
                    unit=Unit.CURRENCY,
                ),
                bars(
                    "Customers by utilisation, now",
                    *counts(credit.UTILIZATION_CUSTOMERS, _BUCKET, USE),
                    about="Shows whether the use is spread over all customers or concentrated on a few.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
        Row(
            "Breaches and adjustments",
            (
                lines(
                    "Breaches per limited customer",
                    Query(str(chosen(rules.BREACH_RATE)), "{{company_id}}"),
                    about="Invoices of the last hour that broke a limit, per customer that has one.",
                    unit=Unit.RATIO,
                    draws=(rules.BREACH_RATE_HIGH,),
                ),
                lines(
                    "Breaches per hour",
                    Query(
                        per_hour(credit.BREACH, COMPANY, _SEVERITY, _OVERRIDE),
                        "{{company_id}} {{severity}}, override {{override_used}}",
                    ),
                    about="Critical is more than 110 % of the limit.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Adjustments of limits per hour",
                    Query(
                        per_hour(credit.LIMIT_ADJUSTED, COMPANY, _TYPE, _STATUS),
                        "{{company_id}} {{adjustment_type}} {{status}}",
                    ),
                    about="Requests, approvals and rejections.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Customers without a limit",
                    Query(now(credit.UNLIMITED), "{{company_id}}"),
                    about="They are in no bucket and cannot break a limit.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Customers whose limit has expired",
                    Query(now(credit.EXPIRED), "{{company_id}}"),
                    about="Their last limit has expired and no other is in force: renew it or let it go.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Exposure without a rate",
                    Query(now(credit.UNCOVERED), "{{company_id}} {{currency}}"),
                    about="Exposure in a currency that has neither a limit nor an exchange rate to one.",
                    unit=Unit.CURRENCY,
                ),
            ),
        ),
    ),
)
