"""Aging: what is overdue, for how long, and whether the buckets still add up to the ledger.

A fixed count of overdue invoices would fire permanently at a business of some size. Here the count is the
minimum volume, and what is compared is a share.
"""

from __future__ import annotations

from ledgerscope.catalogue import Unit, aging, excluding, matching
from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.owners import CREDIT_CONTROL, PLATFORM
from rules import limits
from rules.expr import at_least, by, once, per, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.target import INSTANCE
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = [
    "AREA",
    "CRITICALLY_OVERDUE",
    "INVOICES",
    "MANY_OVERDUE",
    "OPEN",
    "OVERDUE",
    "OVERDUE_30",
    "OVERDUE_30_INVOICES",
    "OVERDUE_30_SHARE",
    "OVERDUE_INVOICES",
    "OVERDUE_SHARE",
    "RECEIVABLE_GAP",
    "UNEXPLAINED",
]

_LATE = matching(*aging.DUE_BUCKETS[1:])
_LATE_30 = matching(*aging.DUE_BUCKETS[2:])

INVOICES = Recording(
    name="company:customer_aging_open_invoices:sum",
    expr=sum_by(once(aging.OPEN_INVOICES), COMPANY),
    help="Invoices with an open amount.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
OVERDUE_INVOICES = Recording(
    name="company:customer_aging_open_invoices:overdue",
    expr=sum_by(once(aging.OPEN_INVOICES.where(bucket=_LATE)), COMPANY),
    help="Invoices with an instalment past its due date.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
OVERDUE_SHARE = Recording(
    name="company:customer_aging_open_invoices:overdue_ratio",
    expr=per(OVERDUE_INVOICES, INVOICES),
    help="Share of the open invoices that are overdue; absent where nothing is open.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
OVERDUE_30_INVOICES = Recording(
    name="company:customer_aging_open_invoices:overdue30",
    expr=sum_by(once(aging.OPEN_INVOICES.where(bucket=_LATE_30)), COMPANY),
    help="Invoices with an instalment more than 30 days past its due date.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
OPEN = Recording(
    name="company_currency:customer_aging_open_amount:sum",
    expr=sum_by(once(aging.OPEN_AMOUNT.where(bucket=excluding(aging.UNALLOCATED))), COMPANY, CURRENCY),
    help="Open amount of all instalments, before payments and credit notes not yet allocated.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
OVERDUE = Recording(
    name="company_currency:customer_aging_open_amount:overdue",
    expr=sum_by(once(aging.OPEN_AMOUNT.where(bucket=_LATE)), COMPANY, CURRENCY),
    help="Open amount of instalments past their due date.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
OVERDUE_30 = Recording(
    name="company_currency:customer_aging_open_amount:overdue30",
    expr=sum_by(once(aging.OPEN_AMOUNT.where(bucket=_LATE_30)), COMPANY, CURRENCY),
    help="Open amount of instalments more than 30 days past their due date.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
OVERDUE_30_SHARE = Recording(
    name="company_currency:customer_aging_open_amount:overdue30_ratio",
    expr=per(OVERDUE_30, OPEN),
    help="Share of the open amount that is more than 30 days overdue; absent where nothing is open.",
    unit=Unit.RATIO,
    labels=(COMPANY, CURRENCY),
    owner=CREDIT_CONTROL,
)
UNEXPLAINED = Recording(
    name="company_currency:customer_receivable_amount:unexplained",
    # Each exporter against itself: replicas read the database at different instants.
    expr=by(
        "max",
        f"abs(\n{sum_by(aging.OPEN_AMOUNT, COMPANY, CURRENCY, INSTANCE)}\n"
        f"- {sum_by(aging.RECEIVABLE, COMPANY, CURRENCY, INSTANCE)}\n)",
        COMPANY,
        CURRENCY,
    ),
    help="Difference between the aging buckets and the receivables ledger, which should be nothing.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=PLATFORM,
)

MANY_OVERDUE = Alert(
    name="CustomerAgingOverdueShareHigh",
    signal=str(OVERDUE_SHARE),
    comparison=">",
    limits=(limits.OVERDUE_SHARE,),
    given=at_least(OVERDUE_INVOICES, limits.MIN_OVERDUE_INVOICES, COMPANY),
    settings=(("overdue invoices", limits.MIN_OVERDUE_INVOICES),),
    unit=OVERDUE_SHARE.unit,
    owner=CREDIT_CONTROL,
    summary="Many invoices are overdue.",
    description=(
        "{{ $value | humanizePercentage }} of the open invoices of company {{ $labels.company_id }} are "
        "overdue (limit <limit>)."
    ),
    panel="Overdue share of invoices",
)
CRITICALLY_OVERDUE = Alert(
    name="CustomerAgingCriticallyOverdue",
    signal=str(OVERDUE_30_SHARE),
    comparison=">",
    limits=(limits.OVERDUE_30_SHARE,),
    given=at_least(OVERDUE_30_INVOICES, limits.MIN_OVERDUE_30_INVOICES, COMPANY),
    settings=(("invoices overdue by more than 30 days", limits.MIN_OVERDUE_30_INVOICES),),
    unit=OVERDUE_30_SHARE.unit,
    owner=CREDIT_CONTROL,
    summary="Much of what customers owe is overdue by more than 30 days.",
    description=(
        "{{ $value | humanizePercentage }} of the open amount of company {{ $labels.company_id }} in "
        "{{ $labels.currency }} is more than 30 days overdue (limit <limit>)."
    ),
    panel="More than 30 days overdue",
)
RECEIVABLE_GAP = Alert(
    name="CustomerAgingDoesNotReconcile",
    signal=str(UNEXPLAINED),
    comparison=">",
    limits=(limits.RECEIVABLE_GAP,),
    unit=UNEXPLAINED.unit,
    owner=PLATFORM,
    summary="The aging buckets do not add up to the receivables ledger.",
    description=(
        'For company {{ $labels.company_id }}, aging and ledger differ by {{ $value | printf "%.4g" }} '
        "{{ $labels.currency }} (limit <limit>): the aging figures cannot be trusted."
    ),
    panel="Aging against ledger",
)

AREA = RuleArea(
    name="aging",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(
        *joined_counters(aging.METRICS),
        INVOICES,
        OVERDUE_INVOICES,
        OVERDUE_SHARE,
        OVERDUE_30_INVOICES,
        OPEN,
        OVERDUE,
        OVERDUE_30,
        OVERDUE_30_SHARE,
        UNEXPLAINED,
    ),
    alerts=(MANY_OVERDUE, CRITICALLY_OVERDUE, RECEIVABLE_GAP),
)
