"""Aging: what customers owe, by how long it is overdue."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CREDIT_CONTROL
from ledgerscope.domain.aging import BUCKETS, UNALLOCATED

__all__ = [
    "DUE_BUCKETS",
    "METRICS",
    "OPEN_AMOUNT",
    "OPEN_INVOICES",
    "RECEIVABLE",
    "REFRESHED",
    "UNALLOCATED",
]

DUE_BUCKETS = tuple(name for name, _ in BUCKETS)

_DAYS = "Days past the due date of the instalment, in the company's time zone; 90+ begins with day 91"

OPEN_AMOUNT = Metric(
    name="customer_aging_open_amount",
    kind=Kind.GAUGE,
    help="Open amount of instalments by days past due. The bucket unallocated holds what is left of "
    "payments and credit notes, as a negative amount. The six buckets add up to customer_receivable_amount.",
    unit=Unit.CURRENCY,
    labels=(
        COMPANY,
        Label(name="bucket", help=f"{_DAYS}.", values=(*DUE_BUCKETS, UNALLOCATED)),
        CURRENCY,
    ),
    owner=CREDIT_CONTROL,
)
OPEN_INVOICES = Metric(
    name="customer_aging_open_invoices",
    kind=Kind.GAUGE,
    help="Invoices with an open amount, each in the bucket of its oldest open instalment.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="bucket", help=f"{_DAYS}.", values=DUE_BUCKETS)),
    owner=CREDIT_CONTROL,
)
RECEIVABLE = Metric(
    name="customer_receivable_amount",
    kind=Kind.GAUGE,
    help="Invoices less payments, credit notes and write-offs, each at its value on the day.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
REFRESHED = Metric(
    name="customer_aging_updated_total",
    kind=Kind.COUNTER,
    help="Aging snapshots made.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="trigger", help="What asked for it.", values=("scheduled", "on_demand"))),
    owner=CREDIT_CONTROL,
)

METRICS = (OPEN_AMOUNT, OPEN_INVOICES, RECEIVABLE, REFRESHED)
