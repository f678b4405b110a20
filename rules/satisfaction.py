"""Satisfaction: a low score that enough customers gave.

The net promoter score is compared with its limit by the upper end of its 95 % interval, so that a handful of
bad answers is not taken for a bad score.
"""

from __future__ import annotations

from ledgerscope.catalogue import Unit, satisfaction
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import CUSTOMER_SUCCESS
from rules import limits
from rules.expr import at_least, once, sum_by
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA", "CSAT", "CSAT_LOW", "CSAT_RESPONSES", "NPS_LOW", "NPS_RESPONSES", "NPS_UPPER"]

NPS_UPPER = Recording(
    name="company:chom_nps_score:upper95",
    expr=once(satisfaction.NPS_BOUND.where(bound="upper")),
    help="Upper end of the 95 % interval of the net promoter score.",
    unit=Unit.POINTS,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)
NPS_RESPONSES = Recording(
    name="company:chom_nps_responses:sum",
    expr=sum_by(once(satisfaction.NPS_RESPONSES), COMPANY),
    help="Respondents to the recommendation question within 90 days.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)
CSAT = Recording(
    name="company:chom_csat_score:max",
    expr=once(satisfaction.CSAT),
    help="Respondents within 30 days in the top two fifths of the scale, in percent.",
    unit=Unit.PERCENT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)
CSAT_RESPONSES = Recording(
    name="company:chom_csat_responses:max",
    expr=once(satisfaction.CSAT_RESPONSES),
    help="Satisfaction answers within 30 days.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)

NPS_LOW = Alert(
    name="SatisfactionNpsLow",
    signal=str(NPS_UPPER),
    comparison="<",
    limits=(limits.NPS,),
    given=at_least(NPS_RESPONSES, limits.MIN_RESPONSES, COMPANY),
    settings=(("respondents within 90 days", limits.MIN_RESPONSES),),
    unit=NPS_UPPER.unit,
    owner=CUSTOMER_SUCCESS,
    summary="There are more detractors than promoters.",
    description=(
        'The net promoter score of company {{ $labels.company_id }} is at most {{ $value | printf "%.0f" }} '
        "even at the upper end of its interval (limit <limit>)."
    ),
    panel="Net promoter score",
)
CSAT_LOW = Alert(
    name="SatisfactionCsatLow",
    signal=str(CSAT),
    comparison="<",
    limits=(limits.CSAT,),
    given=at_least(CSAT_RESPONSES, limits.MIN_RESPONSES, COMPANY),
    settings=(("answers within 30 days", limits.MIN_RESPONSES),),
    unit=CSAT.unit,
    owner=CUSTOMER_SUCCESS,
    summary="Few customers are satisfied.",
    description=(
        '{{ $value | printf "%.0f" }} % of the answers to company {{ $labels.company_id }} within 30 days '
        "were in the top two fifths of the scale (limit <limit>)."
    ),
    panel="Customer satisfaction",
)

AREA = RuleArea(
    name="satisfaction",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(NPS_UPPER, NPS_RESPONSES, CSAT, CSAT_RESPONSES),
    alerts=(NPS_LOW, CSAT_LOW),
)
