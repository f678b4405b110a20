"""Credit: how far the limits are used, how often they are changed and broken."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CREDIT_CONTROL
from ledgerscope.domain.credit import BUCKETS
from ledgerscope.domain.values import BREACH_SEVERITIES, CREDIT_LIMIT_STATUSES

__all__ = [
    "BREACH",
    "EXPIRED",
    "EXPOSURE",
    "HELD",
    "LIMIT",
    "LIMIT_ADJUSTED",
    "METRICS",
    "UNCOVERED",
    "UNLIMITED",
    "UTILIZATION",
    "UTILIZATION_CUSTOMERS",
]

UTILIZATION_BUCKETS = tuple(name for name, _ in BUCKETS)

UTILIZATION_CUSTOMERS = Metric(
    name="customer_credit_utilization_customers",
    kind=Kind.GAUGE,
    help="Customers with a finite credit limit, by the share of it that is used, taking the limit that is "
    "used most. A bucket includes its lower bound only; a limit of zero counts as 100%+.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="utilization_bucket", help="Share of the limit in use.", values=UTILIZATION_BUCKETS),
    ),
    owner=CREDIT_CONTROL,
)
UNLIMITED = Metric(
    name="customer_credit_unlimited_customers",
    kind=Kind.GAUGE,
    help="Customers without a finite credit limit, leaving out those whose limit has expired. They are in no "
    "utilization bucket.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
EXPIRED = Metric(
    name="customer_credit_expired_limit_customers",
    kind=Kind.GAUGE,
    help="Customers whose approved credit limit has expired and who have no other limit in force. They are "
    "in no utilization bucket and are not counted as unlimited.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
HELD = Metric(
    name="customer_credit_held_customers",
    kind=Kind.GAUGE,
    help="Customers on credit hold.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
EXPOSURE = Metric(
    name="customer_credit_exposure_amount",
    kind=Kind.GAUGE,
    help="Open receivables less unallocated credits, measured against the finite credit limits in this "
    "currency. Receivables in a currency without a limit are converted at the rate of the day into the "
    "currency of the customer's reference limit.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
UNCOVERED = Metric(
    name="customer_credit_uncovered_amount",
    kind=Kind.GAUGE,
    help="Exposure of customers with a finite credit limit in a currency without a limit, where no exchange "
    "rate leads to the currency of their limit. It is part of no other credit metric.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
LIMIT = Metric(
    name="customer_credit_limit_amount",
    kind=Kind.GAUGE,
    help="Sum of the approved finite credit limits in force.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
UTILIZATION = Metric(
    name="customer_credit_utilization_ratio",
    kind=Kind.GAUGE,
    help="Exposure divided by the sum of the finite credit limits in this currency; absent where that sum "
    "is zero.",
    unit=Unit.RATIO,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
LIMIT_ADJUSTED = Metric(
    name="customer_credit_limit_adjusted_total",
    kind=Kind.COUNTER,
    help="Adjustments of credit limits, by direction and by what became of the request.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="adjustment_type", help="Direction.", values=("increase", "decrease")),
        Label(name="status", help="Step of the request.", values=CREDIT_LIMIT_STATUSES),
    ),
    owner=CREDIT_CONTROL,
)
BREACH = Metric(
    name="customer_credit_breach_total",
    kind=Kind.COUNTER,
    help="Invoices that took a customer over the credit limit: a warning up to 110 % of the limit, "
    "critical above.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="severity", help="How far over the limit.", values=BREACH_SEVERITIES),
        Label(name="override_used", help="Whether somebody allowed it.", values=("true", "false")),
    ),
    owner=CREDIT_CONTROL,
)

METRICS = (
    UTILIZATION_CUSTOMERS,
    UNLIMITED,
    EXPIRED,
    HELD,
    EXPOSURE,
    UNCOVERED,
    LIMIT,
    UTILIZATION,
    LIMIT_ADJUSTED,
    BREACH,
)
