"""Churn: which customers and how much of their revenue were lost."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, WINDOW
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import FINANCE

__all__ = ["BASE", "CHURNED", "CHURNED_CUSTOMERS", "METRICS", "NEW", "RATIO", "RETENTION"]

RATIO = Metric(
    name="chom_churn_ratio",
    kind=Kind.GAUGE,
    help="Share lost of the customers paying at the start of the window (logo), or of their revenue: what "
    "they pay less now (revenue_gross), and the same less what others of them pay more (revenue_net). "
    "New and returning customers and pauses do not count. Revenue is converted at the rates of the window's "
    "start; absent where a rate is missing or nobody paid.",
    unit=Unit.RATIO,
    labels=(
        COMPANY,
        Label(name="kind", help="What is counted.", values=("logo", "revenue_gross", "revenue_net")),
        WINDOW,
    ),
    owner=FINANCE,
)
RETENTION = Metric(
    name="chom_revenue_retention_ratio",
    kind=Kind.GAUGE,
    help="Share of the recurring revenue at the start of the window that the same customers still pay, "
    "without (gross) and with (net) what they pay more; a paused customer counts as before. Absent where a "
    "rate is missing or nobody paid.",
    unit=Unit.RATIO,
    labels=(COMPANY, Label(name="kind", help="What is counted.", values=("gross", "net")), WINDOW),
    owner=FINANCE,
)
BASE = Metric(
    name="chom_churn_base_customers",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue just before the window started: what churn and retention look at.",
    unit=Unit.COUNT,
    labels=(COMPANY, WINDOW),
    owner=FINANCE,
)
CHURNED_CUSTOMERS = Metric(
    name="chom_churn_lost_customers",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue just before the window started that now have none and are not "
    "paused.",
    unit=Unit.COUNT,
    labels=(COMPANY, WINDOW),
    owner=FINANCE,
)
NEW = Metric(
    name="chom_customers_new_total",
    kind=Kind.COUNTER,
    help="Customers that began to pay for the first time; a resumed pause is none.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
)
CHURNED = Metric(
    name="chom_customers_churned_total",
    kind=Kind.COUNTER,
    help="Times that a customer's last subscription ended; a pause is none.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
)

METRICS = (RATIO, RETENTION, BASE, CHURNED_CUSTOMERS, NEW, CHURNED)
