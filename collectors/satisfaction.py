"""Satisfaction: what customers answer when they are asked.

Counting is done in the database, the scores are computed by the domain's own functions. Without answers there
is a count of zero and no score, because a score of zero would be a statement.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import instant
from ledgerscope.catalogue import satisfaction as catalogue
from ledgerscope.domain import nps
from ledgerscope.domain.csat import SATISFIED_FROM, SCALE_MAX
from ledgerscope.store.tables import survey_response as response

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["SatisfactionCollector"]

NPS_WINDOW: Final = timedelta(days=90)
CSAT_WINDOW: Final = timedelta(days=30)


class SatisfactionCollector(AreaCollector):
    """Reads the answers to surveys."""

    name = "satisfaction"
    metrics = catalogue.METRICS
    reads = (response,)

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.NPS_RESPONSES, companies.tenants)
        samples.expect_closed(catalogue.CSAT_RESPONSES, companies.tenants)
        for tenant_id, promoters, passives, detractors in connection.execute(respondents(as_of)):
            _put_nps(tenant_id, nps.Tally(promoters, passives, detractors), samples)
        for tenant_id, answers, satisfied in connection.execute(satisfied_answers(as_of)):
            samples.put(catalogue.CSAT_RESPONSES, (tenant_id,), answers)
            samples.put(catalogue.CSAT, (tenant_id,), 100 * satisfied / answers)


def _put_nps(tenant_id: str, tally: nps.Tally, samples: SampleBuilder) -> None:
    categories = {
        "promoter": tally.promoters,
        "passive": tally.passives,
        "detractor": tally.detractors,
    }
    for category, n in categories.items():
        samples.put(catalogue.NPS_RESPONSES, (tenant_id, category), n)
    if tally.score is not None and tally.adjusted_margin is not None:
        samples.put(catalogue.NPS, (tenant_id,), tally.score)
        # The plain interval is of no width when all agree; the adjusted one is honest for few answers too.
        samples.put(catalogue.NPS_MARGIN, (tenant_id,), tally.adjusted_margin)


def respondents(as_of: datetime) -> Select[Any]:
    """Per company: promoters, passives and detractors, each person with the latest answer of the window."""
    latest = (
        select(response.c.tenant_id, response.c.score)
        .ext(distinct_on(response.c.tenant_id, response.c.respondent_hash))
        .where(response.c.kind == "nps", *_within(as_of, NPS_WINDOW))
        .order_by(
            response.c.tenant_id,
            response.c.respondent_hash,
            response.c.at.desc(),
            response.c.response_id.desc(),
        )
        .subquery("latest")
    )
    score = latest.c.score
    categories = (
        score >= nps.PROMOTER_FROM,
        score.between(nps.DETRACTOR_UP_TO + 1, nps.PROMOTER_FROM - 1),
        score <= nps.DETRACTOR_UP_TO,
    )
    return select(latest.c.tenant_id, *(func.count().filter(category) for category in categories)).group_by(
        latest.c.tenant_id
    )


def satisfied_answers(as_of: datetime) -> Select[Any]:
    """Per company: all answers on the scale of five, and those of four or five."""
    return (
        select(
            response.c.tenant_id,
            func.count(),
            func.count().filter(response.c.score >= SATISFIED_FROM),
        )
        .where(
            response.c.kind == "csat",
            response.c.scale_max == SCALE_MAX,
            *_within(as_of, CSAT_WINDOW),
        )
        .group_by(response.c.tenant_id)
    )


def _within(as_of: datetime, window: timedelta) -> tuple[ColumnElement[bool], ...]:
    return response.c.at > instant(as_of - window), response.c.at <= instant(as_of)
