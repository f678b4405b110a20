"""Revenue: monthly recurring revenue, what moved it, and what a customer brings."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, CURRENCY, TIER, WINDOW
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import FINANCE
from ledgerscope.domain.movements import Kind as MovementKind

__all__ = [
    "ARPA",
    "CUSTOMERS",
    "METRICS",
    "MOVEMENTS",
    "MRR",
    "MRR_JOURNAL",
    "MRR_MOVEMENT",
    "MRR_START",
    "PAYING",
]

MOVEMENTS = tuple(kind.value for kind in MovementKind)

_MOVEMENT = Label(name="movement", help="Kind of change.", values=MOVEMENTS)

MRR = Metric(
    name="chom_revenue_mrr",
    kind=Kind.GAUGE,
    help="Monthly recurring revenue: the monthly price of active and past-due subscriptions, without trials, "
    "pauses, free and metered plans, taxes, ended subscriptions and deleted customers.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, TIER, CURRENCY),
    owner=FINANCE,
)
MRR_START = Metric(
    name="chom_revenue_mrr_start",
    kind=Kind.GAUGE,
    help="Monthly recurring revenue just before the window started.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY, WINDOW),
    owner=FINANCE,
)
MRR_MOVEMENT = Metric(
    name="chom_revenue_mrr_movement",
    kind=Kind.GAUGE,
    help="Change of monthly recurring revenue between the start of the window and now, customer by customer; "
    "losses are negative. A customer that comes and goes within the window is in none. The start plus all "
    "movements is the present revenue.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, _MOVEMENT, CURRENCY, WINDOW),
    owner=FINANCE,
)
MRR_JOURNAL = Metric(
    name="chom_revenue_mrr_journal",
    kind=Kind.GAUGE,
    help="Sum of every single change of monthly recurring revenue in the window, each classified at its own "
    "instant; losses are negative. A customer that comes and goes within the window is new and churn. The "
    "start plus all changes is the present revenue.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, _MOVEMENT, CURRENCY, WINDOW),
    owner=FINANCE,
)
PAYING = Metric(
    name="chom_customers_paying",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue in the currency.",
    unit=Unit.COUNT,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)
CUSTOMERS = Metric(
    name="chom_customers",
    kind=Kind.GAUGE,
    help="Customers with recurring revenue, each once, in the tier of its subscription with the greatest "
    "monthly price, converted to the currency of the company at the rate of the day.",
    unit=Unit.COUNT,
    labels=(COMPANY, TIER),
    owner=FINANCE,
)
ARPA = Metric(
    name="chom_revenue_arpa",
    kind=Kind.GAUGE,
    help="Monthly recurring revenue per paying customer; absent where nobody pays.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)

METRICS = (MRR, MRR_START, MRR_MOVEMENT, MRR_JOURNAL, PAYING, CUSTOMERS, ARPA)
