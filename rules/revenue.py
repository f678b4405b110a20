"""Revenue: what recurs in each currency, what moved it, what a customer is worth, whether it adds up."""

from __future__ import annotations

from ledgerscope.catalogue import Unit, matching, revenue
from ledgerscope.catalogue.labels import COMPANY, CURRENCY, WINDOW
from ledgerscope.catalogue.owners import FINANCE, PLATFORM
from rules import churn, limits
from rules.expr import at_least, by, names, once, per, sum_by
from rules.model import Alert, Recording, RuleArea
from rules.target import INSTANCE
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = [
    "AREA",
    "BRIDGE_GAP",
    "LIFETIME_VALUE",
    "MRR",
    "NET_CHANGE",
    "QUICK_RATIO",
    "SHRINKING",
    "UNEXPLAINED",
]

_GAINED = matching("new", "expansion", "reactivation")
_LOST = matching("contraction", "churn")

MRR = Recording(
    name="company_currency:chom_revenue_mrr:sum",
    expr=sum_by(once(revenue.MRR), COMPANY, CURRENCY),
    help="Monthly recurring revenue of all tiers.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)
NET_CHANGE = Recording(
    name="company_currency:chom_revenue_mrr_movement:net_ratio30d",
    expr=per(
        sum_by(once(revenue.MRR_MOVEMENT.where(window="30d")), COMPANY, CURRENCY),
        once(revenue.MRR_START.where(window="30d")),
    ),
    help="All movements of 30 days, compared with the recurring revenue at their start.",
    unit=Unit.RATIO,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)
QUICK_RATIO = Recording(
    name="company_currency:chom_revenue_mrr_movement:quick_ratio30d",
    expr=per(
        sum_by(once(revenue.MRR_MOVEMENT.where(window="30d", movement=_GAINED)), COMPANY, CURRENCY),
        f"-{sum_by(once(revenue.MRR_MOVEMENT.where(window='30d', movement=_LOST)), COMPANY, CURRENCY)}",
    ),
    help="Recurring revenue won within 30 days for each unit lost; absent where nothing was lost.",
    unit=Unit.COUNT,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)
LIFETIME_VALUE = Recording(
    name="company_currency:chom_revenue_arpa:lifetime_value",
    expr=(
        f"{once(revenue.ARPA)} * {limits.GROSS_MARGIN}\n"
        f"/ on ({names(COMPANY)}) group_left ()\n"
        f"clamp_min({churn.LOGO}, 1 / {limits.LIFETIME_MONTHS})\n"
        f"and {at_least(churn.LOST, limits.MIN_LOST_CUSTOMERS, COMPANY)}"
    ),
    help="Gross margin that a customer brings before leaving, over at most the stated horizon; absent where "
    "too few customers left to estimate how long one stays.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)
UNEXPLAINED = Recording(
    name="company_currency_window:chom_revenue_mrr:unexplained",
    # Each exporter against itself: replicas read the database at different instants.
    expr=by(
        "max",
        f"abs(\n{sum_by(revenue.MRR_START, COMPANY, CURRENCY, WINDOW, INSTANCE)}\n"
        f"+ {sum_by(revenue.MRR_MOVEMENT, COMPANY, CURRENCY, WINDOW, INSTANCE)}\n"
        f"- on ({names(COMPANY, CURRENCY, INSTANCE)}) group_left ()\n"
        f"{sum_by(revenue.MRR, COMPANY, CURRENCY, INSTANCE)}\n)",
        COMPANY,
        CURRENCY,
        WINDOW,
    ),
    help="What start and movements of the window leave unexplained of the present recurring revenue.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY, WINDOW),
    owner=PLATFORM,
)

SHRINKING = Alert(
    name="RevenueRecurringShrinking",
    signal=str(NET_CHANGE),
    comparison="<",
    limits=(limits.MRR_CHANGE,),
    given=at_least(churn.BASE, limits.MIN_CHURN_BASE, COMPANY),
    settings=(("paying customers 30 days ago", limits.MIN_CHURN_BASE),),
    unit=NET_CHANGE.unit,
    owner=FINANCE,
    summary="Recurring revenue is shrinking.",
    description=(
        "Recurring revenue of company {{ $labels.company_id }} in {{ $labels.currency }} changed by "
        "{{ $value | humanizePercentage }} within 30 days (limit <limit>)."
    ),
    panel="Net change within 30 days",
)
BRIDGE_GAP = Alert(
    name="RevenueBridgeDoesNotClose",
    signal=str(UNEXPLAINED),
    comparison=">",
    limits=(limits.BRIDGE_GAP,),
    unit=UNEXPLAINED.unit,
    owner=PLATFORM,
    summary="Start and movements do not explain the recurring revenue.",
    description=(
        'For company {{ $labels.company_id }} and window {{ $labels.window }}, {{ $value | printf "%.4g" }} '
        "{{ $labels.currency }} of the recurring revenue are unexplained (limit <limit>): the movements "
        "cannot be trusted."
    ),
    panel="Bridge against recurring revenue",
)

AREA = RuleArea(
    name="revenue",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(MRR, NET_CHANGE, QUICK_RATIO, LIFETIME_VALUE, UNEXPLAINED),
    alerts=(SHRINKING, BRIDGE_GAP),
)
