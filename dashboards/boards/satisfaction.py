"""Satisfaction: what customers answer when they are asked."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.palette import CATEGORIES
from dashboards.panels import bars, lines, stat
from dashboards.query import chosen, counts, now
from ledgerscope.catalogue import Unit, satisfaction
from rules import satisfaction as rules

__all__ = ["BOARD"]

_CATEGORY = satisfaction.NPS_RESPONSES.label("category")
_LOWER = now(satisfaction.NPS_BOUND, bound="lower")
_UPPER = now(satisfaction.NPS_BOUND, bound="upper")

BOARD = Board(
    area="satisfaction",
    title="Satisfaction",
    question="Would customers recommend the company, and did enough of them answer?",
    variables=(Variable("company_id", "Company", satisfaction.NPS_RESPONSES),),
    rows=(
        Row(
            "What they say",
            (
                stat(
                    "Recommendation",
                    Query(now(satisfaction.NPS), "{{company_id}}"),
                    about="Net promoter score of 90 days, from -100 to 100.",
                    unit=Unit.POINTS,
                    width=6,
                    decimals=0,
                ),
                stat(
                    "Interval",
                    Query(_LOWER, "{{company_id}} lower end"),
                    Query(_UPPER, "{{company_id}} upper end"),
                    about="The true score lies between these ends with 95 % confidence.",
                    unit=Unit.POINTS,
                    width=6,
                    decimals=0,
                ),
                stat(
                    "Satisfied",
                    Query(str(chosen(rules.CSAT)), "{{company_id}}"),
                    about="Respondents within 30 days in the top two fifths of the scale, in percent.",
                    unit=Unit.PERCENT,
                    draws=(rules.CSAT_LOW,),
                    width=6,
                    decimals=0,
                ),
                stat(
                    "Respondents",
                    Query(str(chosen(rules.NPS_RESPONSES)), "{{company_id}}"),
                    about="Respondents within 90 days; with few, the score means little.",
                    unit=Unit.COUNT,
                    width=6,
                ),
            ),
        ),
        Row(
            "Scores",
            (
                lines(
                    "Net promoter score",
                    Query(str(chosen(rules.NPS_UPPER)), "{{company_id}} upper end"),
                    Query(now(satisfaction.NPS), "{{company_id}}"),
                    Query(_LOWER, "{{company_id}} lower end"),
                    about="The score with its 95 % interval. The alert compares the upper end.",
                    unit=Unit.POINTS,
                    draws=(rules.NPS_LOW,),
                ),
                lines(
                    "Customer satisfaction",
                    Query(str(chosen(rules.CSAT)), "{{company_id}}"),
                    about="Respondents within 30 days in the top two fifths of the scale, in percent.",
                    unit=Unit.PERCENT,
                    draws=(rules.CSAT_LOW,),
                ),
            ),
        ),
        Row(
            "Answers",
            (
                lines(
                    "Respondents by category",
                    *counts(satisfaction.NPS_RESPONSES, _CATEGORY, CATEGORIES),
                    about="Promoters answer 9 or 10, detractors 0 to 6.",
                    unit=Unit.COUNT,
                    width=8,
                    stacked=True,
                ),
                lines(
                    "Satisfaction answers",
                    Query(str(chosen(rules.CSAT_RESPONSES)), "{{company_id}}"),
                    about="Answers of the last 30 days.",
                    unit=Unit.COUNT,
                    width=8,
                ),
                bars(
                    "Respondents by category, now",
                    *counts(satisfaction.NPS_RESPONSES, _CATEGORY, CATEGORIES),
                    about="All chosen companies together.",
                    unit=Unit.COUNT,
                    width=8,
                ),
            ),
        ),
    ),
)
