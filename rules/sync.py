"""Synchronisation: customers that are overdue, and those that keep failing."""

from __future__ import annotations

from ledgerscope.catalogue import Unit, sync
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import PLATFORM
from rules import limits
from rules.expr import once
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA", "IN_ERROR", "MANY_IN_ERROR", "MANY_OVERDUE", "OVERDUE"]

OVERDUE = Recording(
    name="company:customer_sync_overdue_customers:max",
    expr=once(sync.OVERDUE),
    help="Customers whose last success began more than two of their intervals ago.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
IN_ERROR = Recording(
    name="company:customer_sync_customers:error",
    expr=once(sync.CUSTOMERS.where(status="error")),
    help="Customers whose synchronisation failed too many times in a row.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)

MANY_OVERDUE = Alert(
    name="CustomerSyncOverdue",
    signal=str(OVERDUE),
    comparison=">",
    limits=(limits.SYNC_OVERDUE,),
    unit=OVERDUE.unit,
    owner=PLATFORM,
    summary="Customers are not synchronised in time.",
    description=(
        "Customers of company {{ $labels.company_id }} whose last success is more than two intervals ago: "
        "{{ $value | humanize }} (limit <limit>)."
    ),
    panel="Overdue customers",
)
MANY_IN_ERROR = Alert(
    name="CustomerSyncFailing",
    signal=str(IN_ERROR),
    comparison=">",
    limits=(limits.SYNC_IN_ERROR,),
    unit=IN_ERROR.unit,
    owner=PLATFORM,
    summary="The synchronisation of customers keeps failing.",
    description=(
        "Customers of company {{ $labels.company_id }} whose synchronisation is in error: "
        "{{ $value | humanize }} (limit <limit>)."
    ),
    panel="Customers by status",
)

AREA = RuleArea(
    name="sync",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(sync.METRICS), OVERDUE, IN_ERROR),
    alerts=(MANY_OVERDUE, MANY_IN_ERROR),
)
