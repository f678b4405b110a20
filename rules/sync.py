"""Synchronisation: customers that are overdue, and those that keep failing.

The alerts compare shares of the customers that are not paused, without a minimum volume: where a company has
one customer that is synchronised and that one fails, everything fails.
"""

from __future__ import annotations

from ledgerscope.catalogue import Unit, sync
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import PLATFORM
from ledgerscope.catalogue.selector import excluding
from rules import limits
from rules.expr import once, per, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA", "ERROR_SHARE", "MANY_IN_ERROR", "MANY_OVERDUE", "NOT_PAUSED", "OVERDUE_SHARE"]

NOT_PAUSED = Recording(
    name="company:customer_sync_customers:not_paused",
    expr=sum_by(once(sync.CUSTOMERS.where(status=excluding("paused"))), COMPANY),
    help="Customers that are synchronised and not paused.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
OVERDUE_SHARE = Recording(
    name="company:customer_sync_overdue_customers:ratio",
    expr=per(once(sync.OVERDUE), NOT_PAUSED),
    help="Share of the customers, paused ones left out, whose last success began more than two of their "
    "intervals ago; absent where there are none.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=PLATFORM,
)
ERROR_SHARE = Recording(
    name="company:customer_sync_customers:error_ratio",
    expr=per(once(sync.CUSTOMERS.where(status="error")), NOT_PAUSED),
    help="Share of the customers, paused ones left out, whose synchronisation is in error; absent where "
    "there are none.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=PLATFORM,
)

MANY_OVERDUE = Alert(
    name="CustomerSyncOverdue",
    signal=str(OVERDUE_SHARE),
    comparison=">",
    limits=(limits.SYNC_OVERDUE,),
    unit=OVERDUE_SHARE.unit,
    owner=PLATFORM,
    summary="Customers are not synchronised in time.",
    description=(
        "{{ $value | humanizePercentage }} of the synchronised customers of company {{ $labels.company_id }} "
        "have had no success for more than two of their intervals (limit <limit>)."
    ),
    panel="Share overdue",
)
MANY_IN_ERROR = Alert(
    name="CustomerSyncFailing",
    signal=str(ERROR_SHARE),
    comparison=">",
    limits=(limits.SYNC_IN_ERROR,),
    unit=ERROR_SHARE.unit,
    owner=PLATFORM,
    summary="The synchronisation of customers keeps failing.",
    description=(
        "{{ $value | humanizePercentage }} of the synchronised customers of company {{ $labels.company_id }} "
        "are in error: they failed too many times in a row (limit <limit>)."
    ),
    panel="Share in error",
)

AREA = RuleArea(
    name="sync",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(sync.METRICS), NOT_PAUSED, OVERDUE_SHARE, ERROR_SHARE),
    alerts=(MANY_OVERDUE, MANY_IN_ERROR),
)
