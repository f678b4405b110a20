"""The five addresses of the source document S3, answered by `ledgerscope.customers.analytics`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response  # noqa: TC002 - the web framework reads the annotations

from exporter.http.api import answers
from exporter.http.api.asked import Asked  # noqa: TC001 - the same
from exporter.http.api.parameters import (  # noqa: TC001 - the same
    CustomerAnalyticsQuery,
    CustomerId,
    DashboardQuery,
    OrganizationQuery,
    SegmentName,
    SegmentQuery,
)
from ledgerscope.customers.analytics import Analytics

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/analytics", tags=["analytics"])


@router.get(
    "/customers/{customer_id}/analytics",
    operation_id="customer_analytics",
    summary="How the company has dealt with one customer",
    response_model=answers.CustomerAnalytics,
)
async def customer_analytics(
    asked: Asked, customer_id: CustomerId, query: Annotated[CustomerAnalyticsQuery, Query()]
) -> Response:
    """Takes `customers:view`. Recent interactions go on with `recent_interactions_cursor`."""
    recent = query.recent_interactions_limit if query.include_recent_interactions else None
    return await asked.answer(
        query.organization_id,
        lambda operations: Analytics(operations).customer(
            customer_id, recent=recent, cursor=query.recent_interactions_cursor
        ),
        answers.CustomerAnalytics.of,
    )


@router.get(
    "/segments/{segment_name}/analytics",
    operation_id="segment_analytics",
    summary="The customers of a segment, and all interactions with them",
    response_model=answers.SegmentAnalytics,
)
async def segment_analytics(
    asked: Asked, segment_name: SegmentName, query: Annotated[SegmentQuery, Query()]
) -> Response:
    """Takes `customers:list`. The timeline has one entry for each calendar day of the company."""
    days = query.timeline_days if query.include_timeline else None
    return await asked.answer(
        query.organization_id,
        lambda operations: Analytics(operations).segment(segment_name, timeline_days=days),
        answers.SegmentAnalytics.of,
    )


@router.get(
    "/segments",
    operation_id="segments",
    summary="The names of all segments",
    response_model=answers.SegmentNames,
)
async def segments(asked: Asked, query: Annotated[OrganizationQuery, Query()]) -> Response:
    """They are the same for every company, whether anybody is in them or not."""
    return await asked.answer(
        query.organization_id,
        lambda operations: Analytics(operations).segments(),
        lambda names: answers.SegmentNames(list(names)),
    )


@router.get(
    "/dashboard/metrics",
    operation_id="dashboard_metrics",
    summary="The figures of a dashboard: customers, interactions, largest segments, latest activity",
    response_model=answers.DashboardMetrics,
)
async def dashboard_metrics(asked: Asked, query: Annotated[DashboardQuery, Query()]) -> Response:
    """Takes `customers:list`. The activity goes on with `recent_activity_cursor`."""
    return await asked.answer(
        query.organization_id,
        lambda operations: Analytics(operations).dashboard(
            recent=query.recent_activity_limit, cursor=query.recent_activity_cursor
        ),
        answers.DashboardMetrics.of,
    )


@router.get(
    "/organization/summary",
    operation_id="organization_summary",
    summary="All customers of the company and what was done with them",
    response_model=answers.OrganizationSummary,
)
async def organization_summary(asked: Asked, query: Annotated[OrganizationQuery, Query()]) -> Response:
    """Takes `customers:list`. Deleted customers and interactions with them are left out."""
    return await asked.answer(
        query.organization_id,
        lambda operations: Analytics(operations).summary(),
        answers.OrganizationSummary.of,
    )
