"""Cases of the satisfaction rules."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import satisfaction
from rules import satisfaction as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}


def _nps(score: float, upper: float, detractors: int) -> tuple[Given, ...]:
    return (
        given(satisfaction.NPS, steady(score), **_ACME),
        given(satisfaction.NPS_BOUND, steady(upper), **_ACME, bound="upper"),
        given(satisfaction.NPS_RESPONSES, steady(10), **_ACME, category="promoter"),
        given(satisfaction.NPS_RESPONSES, steady(detractors), **_ACME, category="detractor"),
    )


def _csat(score: float, answers: int = 30) -> tuple[Given, ...]:
    return (
        given(satisfaction.CSAT, steady(score), **_ACME),
        given(satisfaction.CSAT_RESPONSES, steady(answers), **_ACME),
    )


ALERTS = (
    AlertCase(
        alert=rules.NPS_LOW,
        labels=_ACME,
        beyond=_nps(-25, upper=-0.5, detractors=20),
        says={
            Severity.WARNING: (
                "The net promoter score of company acme is at most -0 even at the upper end of "
                "its interval (limit 0)."
            )
        },
        within=_nps(-25, upper=0, detractors=20),
        few=_nps(-90, upper=-65, detractors=19),
    ),
    AlertCase(
        alert=rules.CSAT_LOW,
        labels=_ACME,
        beyond=_csat(69),
        says={
            Severity.WARNING: (
                "69 % of the answers to company acme within 30 days were in the top two fifths of the scale "
                "(limit 70 %)."
            )
        },
        within=_csat(70),
        few=_csat(20, answers=29),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="answers are counted over all categories",
        expr=str(rules.NPS_RESPONSES),
        series=_nps(-25, upper=0, detractors=20)[2:],
        at=timedelta(minutes=5),
        yields=((_ACME, 30),),
    ),
    RecordingCase(
        title="the score is judged by the upper end of its interval",
        expr=str(rules.NPS_UPPER),
        series=(
            given(satisfaction.NPS_BOUND, steady(-5), **_ACME, bound="upper"),
            given(satisfaction.NPS_BOUND, steady(5), **_ACME, bound="lower"),
        ),
        at=timedelta(minutes=5),
        yields=((_ACME, -5),),
    ),
)
