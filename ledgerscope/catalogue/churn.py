"""Churn: which customers and how much of their revenue were lost."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, WINDOW
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import FINANCE

__all__ = ["BASE", "CHURNED", "CHURNED_CUSTOMERS", "METRICS", "NEW", "RATIO", "RETENTION"]

RATIO = Metric(
    name="chom_churn_ratio",
    kind=Kind.GAUGE,
    help="Share lost within the window: of the customers (logo), or of the recurring revenue at its start by "
    "churn and contraction (revenue_gross), less expansion and reactivation (revenue_net). Several "
    "currencies are converted at the rates of the window's start. Absent where nothing was there to lose.",
    unit=Unit.RATIO,
    labels=(
        COMPANY,
        Label(name="kind", help="What is counted.", values=("logo", "revenue_gross", "revenue_net")),
        WINDOW,
    ),
    owner=FINANCE,
    source="S1 chom_churn_rate_monthly, corrected (A0, A9.22)",
)
RETENTION = Metric(
    name="chom_revenue_retention_ratio",
    kind=Kind.GAUGE,
    help="Recurring revenue kept from the customers present at the start of the window, without (gross) and "
    "with (net) what they bought in addition.",
    unit=Unit.RATIO,
    labels=(COMPANY, Label(name="kind", help="What is counted.", values=("gross", "net")), WINDOW),
    owner=FINANCE,
    source="definitions: GRR, NRR",
)
BASE = Metric(
    name="chom_churn_base_customers",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue at the start of the window: what logo churn is measured against.",
    unit=Unit.COUNT,
    labels=(COMPANY, WINDOW),
    owner=FINANCE,
    source="definitions: logo churn",
)
CHURNED_CUSTOMERS = Metric(
    name="chom_churn_lost_customers",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue at the start of the window and without at the end.",
    unit=Unit.COUNT,
    labels=(COMPANY, WINDOW),
    owner=FINANCE,
    source="definitions: logo churn",
)
NEW = Metric(
    name="chom_customers_new_total",
    kind=Kind.COUNTER,
    help="Customers that began to pay for the first time.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
    source="S1, corrected (A9.25)",
)
CHURNED = Metric(
    name="chom_customers_churned_total",
    kind=Kind.COUNTER,
    help="Times that a customer's last subscription ended.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
    source="S1",
)

METRICS = (RATIO, RETENTION, BASE, CHURNED_CUSTOMERS, NEW, CHURNED)
