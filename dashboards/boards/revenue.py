"""Revenue: what recurs each month, and what moves it."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import bars, lines, stat
from dashboards.query import chosen, now, total
from ledgerscope.catalogue import Unit, revenue
from rules import revenue as rules

__all__ = ["BOARD"]

_TIER = revenue.CUSTOMERS.label("tier")

BOARD = Board(
    area="revenue",
    title="Revenue",
    question="How much revenue recurs each month, where is it going, and what is a customer worth?",
    variables=(Variable("company_id", "Company", revenue.CUSTOMERS),),
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
                    about="Gross margin of a customer until it leaves; absent where too few left to tell.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
            ),
        ),
        Row(
            "What moves it",
            (
                lines(
                    "Movements of 30 days",
                    Query(
                        now(revenue.MRR_MOVEMENT, window="30d"), "{{company_id}} {{currency}} {{movement}}"
                    ),
                    about="Customer by customer: new, expansion, contraction, churn, reactivation.",
                    unit=Unit.CURRENCY,
                ),
                lines(
                    "Net change within 30 days",
                    Query(str(chosen(rules.NET_CHANGE)), "{{company_id}} {{currency}}"),
                    about="Below zero, more is lost than won.",
                    unit=Unit.RATIO,
                    draws=(rules.SHRINKING,),
                ),
                lines(
                    "Movements of the month to date",
                    Query(
                        now(revenue.MRR_MOVEMENT, window="mtd"), "{{company_id}} {{currency}} {{movement}}"
                    ),
                    about="Since the first of the month in the company's time zone.",
                    unit=Unit.CURRENCY,
                ),
                lines(
                    "Won for each unit lost",
                    Query(str(chosen(rules.QUICK_RATIO)), "{{company_id}} {{currency}}"),
                    about="The quick ratio of 30 days: above 4 is healthy, below 1 the company shrinks.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
        Row(
            "Where it comes from",
            (
                lines(
                    "Recurring revenue by tier",
                    Query(now(revenue.MRR), "{{company_id}} {{currency}} {{tier}}"),
                    about="All tiers together are the recurring revenue.",
                    unit=Unit.CURRENCY,
                    stacked=True,
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
                    about="Each customer is in the tier of its greatest subscription.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Bridge against recurring revenue",
                    Query(str(chosen(rules.UNEXPLAINED)), "{{company_id}} {{currency}} {{window}}"),
                    about="What start and movements leave unexplained: this should be nothing but rounding.",
                    unit=Unit.CURRENCY,
                    draws=(rules.BRIDGE_GAP,),
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
