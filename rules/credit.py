"""Credit: limits that are nearly used up, and invoices that break them.

The alert compares breaches per limited customer within an hour, with a minimum volume: a fixed rate would
mean something else for each size of business.
"""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import Unit, credit
from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.owners import CREDIT_CONTROL
from rules import limits
from rules.expr import at_least, once, per, rise, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = [
    "AREA",
    "BREACHES_1H",
    "BREACH_RATE",
    "BREACH_RATE_HIGH",
    "LIMITED",
    "MANY_OVER_LIMIT",
    "OVER_LIMIT_SHARE",
    "UTILIZATION",
    "UTILIZATION_HIGH",
]

LIMITED = Recording(
    name="company:customer_credit_utilization_customers:sum",
    expr=sum_by(once(credit.UTILIZATION_CUSTOMERS), COMPANY),
    help="Customers that have a credit limit.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
OVER_LIMIT_SHARE = Recording(
    name="company:customer_credit_utilization_customers:over_limit_ratio",
    expr=per(once(credit.UTILIZATION_CUSTOMERS.where(utilization_bucket="100%+")), LIMITED),
    help="Share of the limited customers that are at or over their limit; absent where nobody has one.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
UTILIZATION = Recording(
    name="company_currency:customer_credit_utilization_ratio:max",
    expr=once(credit.UTILIZATION),
    help="Share of all credit limits that is used.",
    unit=Unit.RATIO,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
BREACHES_1H = Recording(
    name="company:customer_credit_breach:increase1h",
    expr=sum_by(rise(credit.BREACH, timedelta(hours=1)), COMPANY),
    help="Invoices that broke a credit limit within an hour.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
BREACH_RATE = Recording(
    name="company:customer_credit_breach:per_limited1h",
    expr=per(BREACHES_1H, LIMITED),
    help="Invoices that broke a credit limit within an hour, per customer that has a limit.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)

BREACH_RATE_HIGH = Alert(
    name="CustomerCreditBreachRateHigh",
    signal=str(BREACH_RATE),
    comparison=">",
    limits=(limits.BREACH_RATE, limits.BREACH_RATE_CRITICAL),
    given=at_least(BREACHES_1H, limits.MIN_BREACHES, COMPANY),
    settings=(("breaches within an hour", limits.MIN_BREACHES),),
    unit=BREACH_RATE.unit,
    owner=CREDIT_CONTROL,
    summary="Many invoices break credit limits.",
    description=(
        "Within an hour, invoices broke the limits of {{ $value | humanizePercentage }} of the limited "
        "customers of company {{ $labels.company_id }} (limit <limit>)."
    ),
    panel="Breaches per limited customer",
)
UTILIZATION_HIGH = Alert(
    name="CustomerCreditUtilizationHigh",
    signal=str(UTILIZATION),
    comparison=">",
    limits=(limits.UTILIZATION,),
    unit=UTILIZATION.unit,
    owner=CREDIT_CONTROL,
    summary="Most of the credit that was granted is used.",
    description=(
        "Company {{ $labels.company_id }} has {{ $value | humanizePercentage }} of its credit limits in "
        "{{ $labels.currency }} in use (limit <limit>)."
    ),
    panel="Utilisation of limits",
)
MANY_OVER_LIMIT = Alert(
    name="CustomerCreditOverLimitShareHigh",
    signal=str(OVER_LIMIT_SHARE),
    comparison=">",
    limits=(limits.OVER_LIMIT_SHARE,),
    given=at_least(LIMITED, limits.MIN_CUSTOMERS, COMPANY),
    settings=(("customers with a limit", limits.MIN_CUSTOMERS),),
    unit=OVER_LIMIT_SHARE.unit,
    owner=CREDIT_CONTROL,
    summary="Many customers are over their credit limit.",
    description=(
        "{{ $value | humanizePercentage }} of the limited customers of company {{ $labels.company_id }} are "
        "at or over their limit (limit <limit>)."
    ),
    panel="Customers over their limit",
)

AREA = RuleArea(
    name="credit",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(
        *joined_counters(credit.METRICS),
        LIMITED,
        OVER_LIMIT_SHARE,
        UTILIZATION,
        BREACHES_1H,
        BREACH_RATE,
    ),
    alerts=(BREACH_RATE_HIGH, UTILIZATION_HIGH, MANY_OVER_LIMIT),
)
