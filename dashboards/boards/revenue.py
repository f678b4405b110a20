"""Revenue: what recurs each month, and what moves it."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.palette import MOVEMENTS
from dashboards.panels import bars, lines, parts, stat
from dashboards.query import EACH_CURRENCY, amounts, chosen, now, total
from ledgerscope.catalogue import Unit, revenue
from ledgerscope.catalogue.labels import CURRENCY
from rules import revenue as rules

__all__ = ["BOARD"]

_TIER = revenue.CUSTOMERS.label("tier")
_MOVEMENT = revenue.MRR_MOVEMENT.label("movement")
_EACH_CURRENCY = Variable("currency", "Currency", chosen(revenue.MRR), hidden=True)

BOARD = Board(
    area="revenue",
    title="Revenue",
    question="How much revenue recurs each month, how does it change, and what is a customer worth?",
    variables=(Variable("company_id", "Company", revenue.CUSTOMERS), _EACH_CURRENCY),
    rows=(
        Row(
            "How much",
            (
                stat(
                    "Recurring each month",
                    Query(str(chosen(rules.MRR)), "{{company_id}} {{currency}}"),
                    about="Monthly-normalised price of active and past-due subscriptions.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
                stat(
                    "Change within 30 days",
                    Query(str(chosen(rules.NET_CHANGE)), "{{company_id}} {{currency}}"),
                    about="All movements, compared with the revenue at their start.",
                    unit=Unit.RATIO,
                    draws=(rules.SHRINKING,),
                    width=6,
                    decimals=1,
                ),
                stat(
                    "Per paying customer",
                    Query(now(revenue.ARPA), "{{company_id}} {{currency}}"),
                    about="Recurring revenue divided by the customers that pay.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
                stat(
                    "Lifetime value",
                    Query(str(chosen(rules.LIFETIME_VALUE)), "{{company_id}} {{currency}}"),
                    about="Gross margin of a customer over its lifetime; absent where too few left.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
            ),
        ),
        Row(
            "What moves it",
            (
                parts(
                    "Movements of 30 days",
                    *amounts(revenue.MRR_MOVEMENT, _MOVEMENT, MOVEMENTS, window="30d"),
                    about="Gains above zero, losses below.",
                    repeat=_EACH_CURRENCY,
                ),
                lines(
                    "Net change within 30 days",
                    Query(str(chosen(rules.NET_CHANGE)), "{{company_id}} {{currency}}"),
                    about="Below zero, more revenue is lost than won.",
                    unit=Unit.RATIO,
                    draws=(rules.SHRINKING,),
                ),
                lines(
                    "Won for each unit lost",
                    Query(str(chosen(rules.QUICK_RATIO)), "{{company_id}} {{currency}}"),
                    about="The quick ratio of 30 days: above 4 is healthy, below 1 the company shrinks.",
                    unit=Unit.COUNT,
                ),
                parts(
                    "Movements of the month to date",
                    *amounts(revenue.MRR_MOVEMENT, _MOVEMENT, MOVEMENTS, window="mtd"),
                    about="Since the first of the month in the company's time zone.",
                    repeat=_EACH_CURRENCY,
                ),
            ),
        ),
        Row(
            "Every single change",
            (
                parts(
                    "Journal of 30 days",
                    *amounts(revenue.MRR_JOURNAL, _MOVEMENT, MOVEMENTS, window="30d"),
                    about="Every change, also of customers that came and left within the window.",
                    repeat=_EACH_CURRENCY,
                ),
                parts(
                    "Journal of the month to date",
                    *amounts(revenue.MRR_JOURNAL, _MOVEMENT, MOVEMENTS, window="mtd"),
                    about="Each change since the first of the month in the company's time zone.",
                    repeat=_EACH_CURRENCY,
                ),
            ),
        ),
        Row(
            "Where it comes from",
            (
                parts(
                    "Recurring revenue by tier",
                    Query(
                        total(revenue.MRR, CURRENCY, revenue.MRR.label("tier"), currency=EACH_CURRENCY),
                        "{{currency}} {{tier}}",
                    ),
                    about="All tiers together are the recurring revenue.",
                    repeat=_EACH_CURRENCY,
                ),
                lines(
                    "Paying customers",
                    Query(now(revenue.PAYING), "{{company_id}} {{currency}}"),
                    about="Customers with recurring revenue in the currency.",
                    unit=Unit.COUNT,
                ),
                bars(
                    "Customers by tier, now",
                    Query(total(revenue.CUSTOMERS, _TIER), "{{tier}}"),
                    about="Each customer is in the tier of its largest subscription.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Bridge against recurring revenue",
                    Query(str(chosen(rules.UNEXPLAINED)), "{{company_id}} {{currency}} {{window}}"),
                    about="Start plus movements, less the present revenue; should be rounding only.",
                    unit=Unit.CURRENCY,
                    draws=(rules.BRIDGE_GAP,),
                    decimals=2,
                ),
                lines(
                    "At the start of the window",
                    Query(now(revenue.MRR_START), "{{company_id}} {{currency}} {{window}}"),
                    about="Recurring revenue that movements are added to.",
                    unit=Unit.CURRENCY,
                ),
            ),
        ),
    ),
)
