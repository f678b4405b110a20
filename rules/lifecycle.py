"""Customers: how many there are, and unintended mass deletion or mass blocking."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import Unit, lifecycle
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import SALES_OPERATIONS
from rules import limits
from rules.expr import at_least, once, per, rise, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["ACCOUNTS", "AREA", "BLOCKED_SHARE", "CREATED_7D", "DELETED_1H", "DELETIONS", "MANY_BLOCKED"]

ACCOUNTS = Recording(
    name="company:customer_accounts:sum",
    expr=sum_by(once(lifecycle.ACCOUNTS), COMPANY),
    help="Customers that are not deleted.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=SALES_OPERATIONS,
)
BLOCKED_SHARE = Recording(
    name="company:customer_accounts:blocked_ratio",
    expr=per(once(lifecycle.ACCOUNTS.where(status="blocked")), ACCOUNTS),
    help="Share of the customers that are blocked; absent where there are none.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=SALES_OPERATIONS,
)
CREATED_7D = Recording(
    name="company:customer_created:increase7d",
    expr=sum_by(rise(lifecycle.CREATED, timedelta(days=7)), COMPANY),
    help="Customers created within seven days.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=SALES_OPERATIONS,
)
DELETED_1H = Recording(
    name="company:customer_deleted:increase1h",
    expr=sum_by(rise(lifecycle.DELETED, timedelta(hours=1)), COMPANY),
    help="Customers deleted within an hour, softly or hard.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=SALES_OPERATIONS,
)

DELETIONS = Alert(
    name="CustomerDeletionsSurge",
    signal=str(DELETED_1H),
    comparison=">",
    limits=(limits.DELETIONS,),
    unit=DELETED_1H.unit,
    owner=SALES_OPERATIONS,
    summary="Many customers were deleted within an hour.",
    description=(
        "{{ $value | humanize }} customers of company {{ $labels.company_id }} were deleted within an hour "
        "(limit <limit>)."
    ),
    panel="Deleted within an hour",
)
MANY_BLOCKED = Alert(
    name="CustomerBlockedShareHigh",
    signal=str(BLOCKED_SHARE),
    comparison=">",
    limits=(limits.BLOCKED_SHARE,),
    given=at_least(ACCOUNTS, limits.MIN_CUSTOMERS, COMPANY),
    settings=(("customers", limits.MIN_CUSTOMERS),),
    unit=BLOCKED_SHARE.unit,
    owner=SALES_OPERATIONS,
    summary="A large share of the customers is blocked.",
    description=(
        "{{ $value | humanizePercentage }} of the customers of company {{ $labels.company_id }} are blocked "
        "(limit <limit>)."
    ),
    panel="Blocked share",
)

AREA = RuleArea(
    name="lifecycle",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(lifecycle.METRICS), ACCOUNTS, BLOCKED_SHARE, CREATED_7D, DELETED_1H),
    alerts=(DELETIONS, MANY_BLOCKED),
)
