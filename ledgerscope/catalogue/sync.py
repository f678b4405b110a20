"""Synchronisation: whether what is known of customers' outside systems is still true."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM
from ledgerscope.domain.values import SYNC_OUTCOMES, SYNC_STATUSES

__all__ = ["CUSTOMERS", "LAST_SUCCESS", "METRICS", "OVERDUE", "RUNS"]

RUNS = Metric(
    name="customer_sync_runs_total",
    kind=Kind.COUNTER,
    help="Runs that ended; abandoned and stopped ones are failures.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="outcome", help="How it ended.", values=SYNC_OUTCOMES)),
    owner=PLATFORM,
)
LAST_SUCCESS = Metric(
    name="customer_sync_last_success_timestamp_seconds",
    kind=Kind.GAUGE,
    help="When the latest run that succeeded began, of any customer; absent before the first.",
    unit=Unit.TIMESTAMP,
    labels=(COMPANY,),
    owner=PLATFORM,
)
OVERDUE = Metric(
    name="customer_sync_overdue_customers",
    kind=Kind.GAUGE,
    help="Customers, not paused, whose last success began more than two of their intervals ago.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
CUSTOMERS = Metric(
    name="customer_sync_customers",
    kind=Kind.GAUGE,
    help="Customers that are synchronised, by status, deleted customers left out.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="status", help="Status of the schedule.", values=SYNC_STATUSES)),
    owner=PLATFORM,
)

METRICS = (RUNS, LAST_SUCCESS, OVERDUE, CUSTOMERS)
