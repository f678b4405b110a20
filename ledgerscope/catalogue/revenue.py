"""Revenue: monthly recurring revenue, what moved it, and what a customer brings."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, CURRENCY, TIER, WINDOW
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import FINANCE

__all__ = ["ARPA", "CUSTOMERS", "METRICS", "MOVEMENTS", "MRR", "MRR_MOVEMENT", "MRR_START", "PAYING"]

MOVEMENTS = ("new", "expansion", "contraction", "churn", "reactivation")

MRR = Metric(
    name="chom_revenue_mrr",
    kind=Kind.GAUGE,
    help="Monthly recurring revenue: monthly-normalised price of active and past-due subscriptions, without "
    "trials, tax and metered parts.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, TIER, CURRENCY),
    owner=FINANCE,
    source="S1",
)
MRR_START = Metric(
    name="chom_revenue_mrr_start",
    kind=Kind.GAUGE,
    help="Monthly recurring revenue at the start of the window.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY, WINDOW),
    owner=FINANCE,
    source="definitions: MRR is not invoices (starting + movements = ending)",
)
MRR_MOVEMENT = Metric(
    name="chom_revenue_mrr_movement",
    kind=Kind.GAUGE,
    help="Signed change of monthly recurring revenue within the window, customer by customer; start plus all "
    "movements is the present value.",
    unit=Unit.CURRENCY,
    labels=(
        COMPANY,
        Label(name="movement", help="Kind of change.", values=MOVEMENTS),
        CURRENCY,
        WINDOW,
    ),
    owner=FINANCE,
    source="definitions: new, expansion, contraction, churn, reactivation; A9.28",
)
PAYING = Metric(
    name="chom_customers_paying",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue in the currency.",
    unit=Unit.COUNT,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
    source="definitions: ARPA",
)
CUSTOMERS = Metric(
    name="chom_customers",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue, each in the tier of its greatest subscription.",
    unit=Unit.COUNT,
    labels=(COMPANY, TIER),
    owner=FINANCE,
    source="S1 chom_customers_total, corrected (A0)",
)
ARPA = Metric(
    name="chom_revenue_arpa",
    kind=Kind.GAUGE,
    help="Monthly recurring revenue per paying customer; absent where nobody pays.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
    source="definitions: ARPA",
)

METRICS = (MRR, MRR_START, MRR_MOVEMENT, PAYING, CUSTOMERS, ARPA)
