"""Former names: names that cannot be served themselves, recorded so that old queries still work."""

from __future__ import annotations

from ledgerscope.catalogue import Unit, aging, credit, revenue
from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.owners import CREDIT_CONTROL, FINANCE
from rules import churn
from rules.expr import once, sum_by
from rules.model import Recording, RuleArea
from rules.revenue import LIFETIME_VALUE
from rules.timing import BUSINESS_INTERVAL

__all__ = ["AREA"]

AREA = RuleArea(
    name="compat",
    interval=BUSINESS_INTERVAL,
    recordings=(
        Recording(
            name="customer_credit_utilization_histogram",
            expr=once(credit.UTILIZATION_CUSTOMERS),
            help="Former name of customer_credit_utilization_customers.",
            unit=Unit.COUNT,
            labels=credit.UTILIZATION_CUSTOMERS.labels,
            owner=CREDIT_CONTROL,
            compat=True,
        ),
        Recording(
            name="customer_aging_bucket_distribution",
            expr=once(aging.OPEN_INVOICES),
            help="Former name of customer_aging_open_invoices.",
            unit=Unit.COUNT,
            labels=aging.OPEN_INVOICES.labels,
            owner=CREDIT_CONTROL,
            compat=True,
        ),
        Recording(
            name="chom_customers_total",
            expr=sum_by(once(revenue.CUSTOMERS), COMPANY),
            help="Former name of the sum of chom_customers over its tiers.",
            unit=Unit.COUNT,
            labels=(COMPANY,),
            owner=FINANCE,
            compat=True,
        ),
        Recording(
            name="chom_churn_rate_monthly",
            expr=f"100 * {churn.LOGO}",
            help="Former name of the logo churn of 30 days, in percent.",
            unit=Unit.PERCENT,
            labels=(COMPANY,),
            owner=FINANCE,
            compat=True,
        ),
        Recording(
            name="chom:ltv",
            expr=str(LIFETIME_VALUE),
            help="Former name of the customer lifetime value.",
            unit=Unit.CURRENCY,
            labels=(COMPANY, CURRENCY),
            owner=FINANCE,
            compat=True,
        ),
    ),
)
