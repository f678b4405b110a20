"""Satisfaction: what customers answer when they are asked."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CUSTOMER_SUCCESS

__all__ = ["CSAT", "CSAT_RESPONSES", "METRICS", "NPS", "NPS_BOUND", "NPS_RESPONSES"]

NPS = Metric(
    name="chom_nps_score",
    kind=Kind.GAUGE,
    help="Net promoter score over 90 days, the latest answer of each respondent; absent without answers.",
    unit=Unit.POINTS,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)
NPS_BOUND = Metric(
    name="chom_nps_confidence_bound",
    kind=Kind.GAUGE,
    help="Ends of the 95 % confidence interval of the net promoter score; absent without answers.",
    unit=Unit.POINTS,
    labels=(COMPANY, Label(name="bound", help="End of the interval.", values=("lower", "upper"))),
    owner=CUSTOMER_SUCCESS,
)
NPS_RESPONSES = Metric(
    name="chom_nps_responses",
    kind=Kind.GAUGE,
    help="Respondents of the last 90 days by category: promoters answer 9 or 10, detractors 0 to 6.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="category", help="Category.", values=("promoter", "passive", "detractor")),
    ),
    owner=CUSTOMER_SUCCESS,
)
CSAT = Metric(
    name="chom_csat_score",
    kind=Kind.GAUGE,
    help="Customer satisfaction over 30 days, the latest answer of each respondent: percent in the top two "
    "fifths of the scale, as 4 and 5 of 5; absent without answers.",
    unit=Unit.PERCENT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)
CSAT_RESPONSES = Metric(
    name="chom_csat_responses",
    kind=Kind.GAUGE,
    help="Respondents of the last 30 days to the satisfaction question.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
)

METRICS = (NPS, NPS_BOUND, NPS_RESPONSES, CSAT, CSAT_RESPONSES)
