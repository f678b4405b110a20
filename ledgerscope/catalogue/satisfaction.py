"""Satisfaction: what customers answer when they are asked."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CUSTOMER_SUCCESS

__all__ = ["CSAT", "CSAT_RESPONSES", "METRICS", "NPS", "NPS_MARGIN", "NPS_RESPONSES"]

NPS = Metric(
    name="chom_nps_score",
    kind=Kind.GAUGE,
    help="Net promoter score over 90 days, the latest answer of each respondent; absent without answers.",
    unit=Unit.POINTS,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
    source="S1",
)
NPS_MARGIN = Metric(
    name="chom_nps_margin",
    kind=Kind.GAUGE,
    help="Half width of the 95 % confidence interval of the net promoter score; absent without answers.",
    unit=Unit.POINTS,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
    source="definitions: NPS",
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
    source="S1",
)
CSAT = Metric(
    name="chom_csat_score",
    kind=Kind.GAUGE,
    help="Customer satisfaction over 30 days: percent of answers of 4 or 5 on a scale of 5; absent without "
    "answers.",
    unit=Unit.PERCENT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
    source="S1, corrected (A9.29)",
)
CSAT_RESPONSES = Metric(
    name="chom_csat_responses",
    kind=Kind.GAUGE,
    help="Satisfaction answers of the last 30 days.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CUSTOMER_SUCCESS,
    source="A9.29",
)

METRICS = (NPS, NPS_MARGIN, NPS_RESPONSES, CSAT, CSAT_RESPONSES)
