"""What the API answers, with the names of the source document S3.

Each model is made from what the operations return; nothing is computed here. Amounts of time are ISO 8601 in
UTC. Names, addresses and subjects are personal data: answers are never stored by caches.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel

if TYPE_CHECKING:
    from ledgerscope.customers import analytics, lifecycle
    from ledgerscope.customers.segments import StayView

__all__ = [
    "CustomerAnalytics",
    "CustomerDetail",
    "CustomerList",
    "DashboardMetrics",
    "OrganizationSummary",
    "SegmentAnalytics",
    "SegmentNames",
]


class CustomerSegment(BaseModel):
    """A segment that the customer is in."""

    segment_name: str
    segment_value: float | None = Field(description="A number without a unit; null where none was given.")
    assigned_date: datetime
    description: str | None

    @classmethod
    def of(cls, stay: StayView) -> Self:
        """A stay that goes on."""
        return cls(
            segment_name=stay.segment,
            segment_value=None if stay.value is None else float(stay.value),
            assigned_date=stay.start,
            description=stay.description,
        )


class RecentInteraction(BaseModel):
    """An interaction, as it stands now."""

    interaction_id: str
    interaction_type: str
    subject: str | None = Field(description="null once the customer is erased.")
    status: str
    interaction_date: datetime


class CustomerAnalytics(BaseModel):
    """How the company has dealt with one customer, deleted or not."""

    customer_id: str
    customer_name: str
    total_interactions: int
    last_interaction_date: datetime | None
    interaction_types: dict[str, int] = Field(description="Every type; they add up to total_interactions.")
    interaction_status: dict[str, int] = Field(description="Every status; they add up to total_interactions.")
    segments: list[CustomerSegment]
    recent_interactions: list[RecentInteraction] | None = Field(
        description="The latest first; null where they were not asked for."
    )
    recent_interactions_next: str | None = Field(
        description="The cursor of those before them; null where there are none."
    )
    calculated_at: datetime

    @classmethod
    def of(cls, found: analytics.CustomerAnalytics) -> Self:
        """The analytics of a customer."""
        recent = found.recent
        return cls(
            customer_id=found.customer_id,
            customer_name=found.customer_name,
            total_interactions=found.total_interactions,
            last_interaction_date=found.last_interaction_at,
            interaction_types=dict(found.interactions_by_type),
            interaction_status=dict(found.interactions_by_status),
            segments=[CustomerSegment.of(each) for each in found.segments],
            recent_interactions=None if recent is None else [*map(_interaction, recent)],
            recent_interactions_next=found.recent_next,
            calculated_at=found.as_of,
        )


def _interaction(found: analytics.RecentInteraction) -> RecentInteraction:
    return RecentInteraction(
        interaction_id=found.interaction_id,
        interaction_type=found.type,
        subject=found.subject,
        status=found.status,
        interaction_date=found.at,
    )


class DayOfActivity(BaseModel):
    """A calendar day at the company."""

    date: date
    interactions: int
    customers: int = Field(description="With how many customers the interactions of the day were.")


class SegmentAnalytics(BaseModel):
    """The customers of a segment, and all interactions with them."""

    segment_name: str
    total_customers: int
    total_interactions: int
    avg_interactions_per_customer: float | None = Field(
        description="With two decimals; null where nobody is in the segment."
    )
    interaction_types: dict[str, int]
    interaction_status: dict[str, int]
    activity_timeline: list[DayOfActivity] | None = Field(
        description="Every day, the oldest first and today last; null where it was not asked for."
    )
    calculated_at: datetime

    @classmethod
    def of(cls, found: analytics.SegmentAnalytics) -> Self:
        """The analytics of a segment."""
        average, timeline = found.interactions_per_customer, found.timeline
        return cls(
            segment_name=found.segment,
            total_customers=found.total_customers,
            total_interactions=found.total_interactions,
            avg_interactions_per_customer=None if average is None else float(average),
            interaction_types=dict(found.interactions_by_type),
            interaction_status=dict(found.interactions_by_status),
            activity_timeline=None
            if timeline is None
            else [
                DayOfActivity(date=each.day, interactions=each.interactions, customers=each.customers)
                for each in timeline
            ],
            calculated_at=found.as_of,
        )


class SegmentNames(RootModel[list[str]]):
    """The names of all segments, whether anybody is in them or not."""


class SegmentSize(BaseModel):
    """How many customers are in a segment."""

    segment_name: str
    customer_count: int

    @classmethod
    def of(cls, found: analytics.SegmentSize) -> Self:
        """The size of a segment."""
        return cls(segment_name=found.segment, customer_count=found.customers)


class Activity(BaseModel):
    """An interaction, and whom it was with."""

    interaction_id: str
    customer_id: str
    customer_name: str
    interaction_type: str
    status: str
    interaction_date: datetime


class DashboardMetrics(BaseModel):
    """The figures of a dashboard. Day, week (from Monday) and month are those of the company's calendar."""

    total_customers: int
    total_interactions_today: int
    total_interactions_week: int
    total_interactions_month: int
    top_segments: list[SegmentSize] = Field(description="Up to five that somebody is in, the largest first.")
    recent_activity: list[Activity] = Field(description="The latest interactions, the latest first.")
    recent_activity_next: str | None = Field(
        description="The cursor of those before them; null where there are none."
    )
    calculated_at: datetime

    @classmethod
    def of(cls, found: analytics.DashboardMetrics) -> Self:
        """The figures of a dashboard."""
        return cls(
            total_customers=found.total_customers,
            total_interactions_today=found.interactions_today,
            total_interactions_week=found.interactions_week,
            total_interactions_month=found.interactions_month,
            top_segments=[SegmentSize.of(each) for each in found.top_segments],
            recent_activity=[*map(_activity, found.recent_activity)],
            recent_activity_next=found.recent_next,
            calculated_at=found.as_of,
        )


def _activity(found: analytics.ActivityView) -> Activity:
    return Activity(
        interaction_id=found.interaction_id,
        customer_id=found.customer_id,
        customer_name=found.customer_name,
        interaction_type=found.type,
        status=found.status,
        interaction_date=found.at,
    )


class OrganizationSummary(BaseModel):
    """All customers of the company that are not deleted, and all interactions with them."""

    total_customers: int
    active_customers: int = Field(description="With an interaction in this calendar month.")
    customer_status: dict[str, int]
    total_interactions: int
    interaction_types: dict[str, int]
    interaction_status: dict[str, int]
    segments: list[SegmentSize] = Field(description="Every segment, the largest first.")
    calculated_at: datetime

    @classmethod
    def of(cls, found: analytics.OrganisationSummary) -> Self:
        """The summary of a company."""
        return cls(
            total_customers=found.total_customers,
            active_customers=found.active_customers,
            customer_status=dict(found.customers_by_status),
            total_interactions=found.total_interactions,
            interaction_types=dict(found.interactions_by_type),
            interaction_status=dict(found.interactions_by_status),
            segments=[SegmentSize.of(each) for each in found.segments],
            calculated_at=found.as_of,
        )


class CustomerDetail(BaseModel):
    """A customer as it stands, deleted or not."""

    customer_id: str
    customer_number: str | None
    external_id: str
    name: str
    email: str | None
    phone: str | None
    address: str | None
    status: str
    credit_hold: bool = Field(description="Whether nothing more is sold on credit.")
    currency: str
    terms_days: int
    source: str
    signup_channel: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deletion_mode: str | None
    deletion_reason: str | None
    erased_at: datetime | None

    model_config = ConfigDict(from_attributes=True)


class CustomerList(BaseModel):
    """A page of customers."""

    customers: list[CustomerDetail]
    next_cursor: str | None = Field(description="The cursor of the next page; null on the last.")

    @classmethod
    def of(cls, found: lifecycle.CustomerPage) -> Self:
        """A page."""
        return cls(
            customers=[CustomerDetail.model_validate(each) for each in found.customers],
            next_cursor=found.next_cursor,
        )
