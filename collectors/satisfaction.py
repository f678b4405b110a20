"""Satisfaction: what customers answer when they are asked.

Counting is done in the database, the scores are computed by the domain's own functions. Without answers there
is a count of zero and no score, because a score of zero would be a statement.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import clock, instant, of_companies, parameters
from ledgerscope.catalogue import satisfaction as catalogue
from ledgerscope.domain import nps
from ledgerscope.store.tables import survey_response

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select, Subquery

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["SatisfactionCollector"]

NPS_WINDOW: Final = timedelta(days=90)
CSAT_WINDOW: Final = timedelta(days=30)


class SatisfactionCollector(AreaCollector):
    """Reads the answers to surveys."""

    name = "satisfaction"
    metrics = catalogue.METRICS
    reads = (survey_response,)

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.NPS_RESPONSES, companies.tenants)
        samples.expect_closed(catalogue.CSAT_RESPONSES, companies.tenants)
        given = parameters(companies, as_of)
        given |= {"nps_since": as_of - NPS_WINDOW, "csat_since": as_of - CSAT_WINDOW}
        for tenant_id, promoters, passives, detractors in connection.execute(
            respondents(everybody=companies.whole), given
        ):
            _put_nps(tenant_id, nps.Tally(promoters, passives, detractors), samples)
        for tenant_id, answers, satisfied in connection.execute(
            satisfied_answers(everybody=companies.whole), given
        ):
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
    if tally.score is not None and tally.interval is not None:
        samples.put(catalogue.NPS, (tenant_id,), tally.score)
        for bound, value in zip(catalogue.NPS_BOUND.label("bound").values, tally.interval, strict=True):
            samples.put(catalogue.NPS_BOUND, (tenant_id, bound), value)


@cache
def respondents(*, everybody: bool) -> Select[Any]:
    """Per company: promoters, passives and detractors, each person with the latest answer of the window."""
    latest = _latest("nps", "nps_since", everybody=everybody)
    score = latest.c.score
    categories = (
        score >= nps.PROMOTER_FROM,
        score.between(nps.DETRACTOR_UP_TO + 1, nps.PROMOTER_FROM - 1),
        score <= nps.DETRACTOR_UP_TO,
    )
    return select(latest.c.tenant_id, *(func.count().filter(category) for category in categories)).group_by(
        latest.c.tenant_id
    )


@cache
def satisfied_answers(*, everybody: bool) -> Select[Any]:
    """Per company: persons who answered, and those whose latest answer of the window is a satisfied one."""
    latest = _latest("csat", "csat_since", everybody=everybody)
    satisfied = 5 * cast(latest.c.score, Integer) > 3 * cast(latest.c.scale_max, Integer)
    return select(latest.c.tenant_id, func.count(), func.count().filter(satisfied)).group_by(
        latest.c.tenant_id
    )


def _latest(kind: str, since: str, *, everybody: bool) -> Subquery:
    """The latest answer of each person in the window, the end included and the start not."""
    now, response = clock(), of_companies(survey_response, everybody=everybody)
    person = response.c.tenant_id, response.c.respondent_hash
    return (
        select(response.c.tenant_id, response.c.score, response.c.scale_max)
        .ext(distinct_on(*person))
        .join_from(now, response, response.c.tenant_id == now.c.tenant_id)
        .where(
            response.c.kind == kind,
            response.c.at > instant(since),
            response.c.at <= instant(),
        )
        .order_by(*person, response.c.at.desc(), response.c.response_id.desc())
        .subquery("latest")
    )
