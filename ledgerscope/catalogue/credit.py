"""Credit: how far the limits are used, how often they are changed and broken."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CREDIT_CONTROL

__all__ = [
    "BREACH",
    "EXPOSURE",
    "HELD",
    "LIMIT",
    "LIMIT_ADJUSTED",
    "METRICS",
    "UNLIMITED",
    "UTILIZATION",
    "UTILIZATION_CUSTOMERS",
]

UTILIZATION_BUCKETS = ("0-25%", "25-50%", "50-75%", "75-100%", "100%+")

UTILIZATION_CUSTOMERS = Metric(
    name="customer_credit_utilization_customers",
    kind=Kind.GAUGE,
    help="Customers with a credit limit, by the share of it that is used; a bucket includes its lower bound "
    "only, and a limit of zero counts as 100%+.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="utilization_bucket", help="Share of the limit in use.", values=UTILIZATION_BUCKETS),
    ),
    owner=CREDIT_CONTROL,
    source="S0 customer_credit_utilization_histogram, corrected (A0, A9.14)",
)
UNLIMITED = Metric(
    name="customer_credit_unlimited_customers",
    kind=Kind.GAUGE,
    help="Customers without a credit limit, who are in no utilisation bucket.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
    source="definitions: credit utilisation",
)
HELD = Metric(
    name="customer_credit_held_customers",
    kind=Kind.GAUGE,
    help="Customers on credit hold.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
    source="A9.3",
)
EXPOSURE = Metric(
    name="customer_credit_exposure_amount",
    kind=Kind.GAUGE,
    help="Open receivables less unallocated credits of the customers that have a limit in the currency.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
    source="definitions: credit utilisation",
)
LIMIT = Metric(
    name="customer_credit_limit_amount",
    kind=Kind.GAUGE,
    help="Approved credit limits in force.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
    source="definitions: credit utilisation",
)
UTILIZATION = Metric(
    name="customer_credit_utilization_ratio",
    kind=Kind.GAUGE,
    help="Exposure divided by limits over all customers that have a limit; absent where limits sum to zero.",
    unit=Unit.RATIO,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
    source="A1 S0",
)
LIMIT_ADJUSTED = Metric(
    name="customer_credit_limit_adjusted_total",
    kind=Kind.COUNTER,
    help="Adjustments of credit limits, by direction and by what became of the request.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="adjustment_type", help="Direction.", values=("increase", "decrease")),
        Label(name="status", help="Step of the request.", values=("requested", "approved", "rejected")),
    ),
    owner=CREDIT_CONTROL,
    source="S0",
)
BREACH = Metric(
    name="customer_credit_breach_total",
    kind=Kind.COUNTER,
    help="Invoices that took a customer over the credit limit: a warning up to 110 % of the limit, "
    "critical above.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="severity", help="How far over the limit.", values=("warning", "critical")),
        Label(name="override_used", help="Whether somebody allowed it.", values=("true", "false")),
    ),
    owner=CREDIT_CONTROL,
    source="S0",
)

METRICS = (
    UTILIZATION_CUSTOMERS,
    UNLIMITED,
    HELD,
    EXPOSURE,
    LIMIT,
    UTILIZATION,
    LIMIT_ADJUSTED,
    BREACH,
)
