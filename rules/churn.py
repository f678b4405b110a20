"""Churn: customers and recurring revenue lost within 30 days.

No alert speaks where so few customers pay that one of them is a large share.
"""

from __future__ import annotations

from ledgerscope.catalogue import Unit, churn
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import FINANCE
from rules import limits
from rules.expr import at_least, once
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = [
    "AREA",
    "BASE",
    "GROSS_REVENUE",
    "GROSS_REVENUE_HIGH",
    "LOGO",
    "LOGO_HIGH",
    "LOST",
    "NET_RETENTION",
    "NET_RETENTION_LOW",
]

LOGO = Recording(
    name="company:chom_churn_ratio:logo30d",
    expr=once(churn.RATIO.where(kind="logo", window="30d")),
    help="Share of the customers of 30 days ago that are lost.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=FINANCE,
)
GROSS_REVENUE = Recording(
    name="company:chom_churn_ratio:revenue_gross30d",
    expr=once(churn.RATIO.where(kind="revenue_gross", window="30d")),
    help="Share of the recurring revenue of 30 days ago lost by churn and contraction.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=FINANCE,
)
NET_RETENTION = Recording(
    name="company:chom_revenue_retention_ratio:net30d",
    expr=once(churn.RETENTION.where(kind="net", window="30d")),
    help="Recurring revenue from the customers of 30 days ago, compared with what it was then.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=FINANCE,
)
BASE = Recording(
    name="company:chom_churn_base_customers:max30d",
    expr=once(churn.BASE.where(window="30d")),
    help="Paying customers of 30 days ago.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
)
LOST = Recording(
    name="company:chom_churn_lost_customers:max30d",
    expr=once(churn.CHURNED_CUSTOMERS.where(window="30d")),
    help="Paying customers of 30 days ago that no longer pay.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
)

_ENOUGH_CUSTOMERS = at_least(BASE, limits.MIN_CHURN_BASE, COMPANY)
_SETTINGS = (("paying customers 30 days ago", limits.MIN_CHURN_BASE),)

LOGO_HIGH = Alert(
    name="ChurnLogoHigh",
    signal=str(LOGO),
    comparison=">",
    limits=(limits.LOGO_CHURN, limits.LOGO_CHURN_CRITICAL),
    given=_ENOUGH_CUSTOMERS,
    settings=_SETTINGS,
    unit=LOGO.unit,
    owner=FINANCE,
    summary="Customers are being lost faster than usual.",
    description=(
        "Company {{ $labels.company_id }} lost {{ $value | humanizePercentage }} of its customers within "
        "30 days (limit <limit>)."
    ),
    panel="Logo churn",
)
GROSS_REVENUE_HIGH = Alert(
    name="ChurnRevenueGrossHigh",
    signal=str(GROSS_REVENUE),
    comparison=">",
    limits=(limits.GROSS_REVENUE_CHURN,),
    given=_ENOUGH_CUSTOMERS,
    settings=_SETTINGS,
    unit=GROSS_REVENUE.unit,
    owner=FINANCE,
    summary="Recurring revenue is being lost faster than usual.",
    description=(
        "Company {{ $labels.company_id }} lost {{ $value | humanizePercentage }} of its recurring revenue "
        "within 30 days by churn and contraction (limit <limit>)."
    ),
    panel="Revenue churn",
)
NET_RETENTION_LOW = Alert(
    name="ChurnNetRetentionLow",
    signal=str(NET_RETENTION),
    comparison="<",
    limits=(limits.NET_RETENTION,),
    given=_ENOUGH_CUSTOMERS,
    settings=_SETTINGS,
    unit=NET_RETENTION.unit,
    owner=FINANCE,
    summary="Existing customers bring less revenue than a month ago.",
    description=(
        "Company {{ $labels.company_id }} kept {{ $value | humanizePercentage }} of the recurring revenue of "
        "the customers it had 30 days ago (limit <limit>)."
    ),
    panel="Revenue retention",
)

AREA = RuleArea(
    name="churn",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(churn.METRICS), LOGO, GROSS_REVENUE, NET_RETENTION, BASE, LOST),
    alerts=(LOGO_HIGH, GROSS_REVENUE_HIGH, NET_RETENTION_LOW),
)
