"""What the API answers, with the names of the source document S3.

Each model is made from what the operations return; nothing is computed here. Amounts of time are ISO 8601 in
UTC. Names, addresses and subjects are personal data: answers are never stored by caches.
"""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel

from ledgerscope.store.tables.values import (
    ACCOUNT_STATUSES,
    INTERACTION_STATUSES,
    INTERACTION_TYPES,
    SEGMENTS,
)

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

_ID = "9f1c2b7a4e3d4c6f8a5b0d1e2f3a4b5c"
_NOON, _EARLIER = "2026-03-10T12:00:00Z", "2026-03-09T14:30:00Z"
_CURSOR = "AAZMoLgYqACfHCt6Tj1Mb4pbDR4vOktc"
_TYPES = dict.fromkeys(INTERACTION_TYPES, 0) | {"call": 8, "email": 12}
_STATUSES = dict.fromkeys(INTERACTION_STATUSES, 0) | {"completed": 18, "pending": 2}


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(frozen=True, json_schema_extra={"examples": [values]})


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

    model_config = _example(
        customer_id=_ID,
        customer_name="ABC Corporation",
        total_interactions=20,
        last_interaction_date=_EARLIER,
        interaction_types=_TYPES,
        interaction_status=_STATUSES,
        segments=[
            {
                "segment_name": "premium",
                "segment_value": 250.0,
                "assigned_date": "2026-01-01T00:00:00Z",
                "description": "Premium tier customer",
            }
        ],
        recent_interactions=[
            {
                "interaction_id": _ID,
                "interaction_type": "call",
                "subject": "Product inquiry",
                "status": "completed",
                "interaction_date": _EARLIER,
            }
        ],
        recent_interactions_next=_CURSOR,
        calculated_at=_NOON,
    )

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

    model_config = _example(
        segment_name="premium",
        total_customers=8,
        total_interactions=20,
        avg_interactions_per_customer=2.5,
        interaction_types=_TYPES,
        interaction_status=_STATUSES,
        activity_timeline=[{"date": "2026-03-10", "interactions": 3, "customers": 2}],
        calculated_at=_NOON,
    )

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

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [list(SEGMENTS)]})


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

    model_config = _example(
        total_customers=150,
        total_interactions_today=8,
        total_interactions_week=45,
        total_interactions_month=180,
        top_segments=[{"segment_name": "premium", "customer_count": 25}],
        recent_activity=[
            {
                "interaction_id": _ID,
                "customer_id": _ID,
                "customer_name": "ABC Corporation",
                "interaction_type": "call",
                "status": "completed",
                "interaction_date": _EARLIER,
            }
        ],
        recent_activity_next=_CURSOR,
        calculated_at=_NOON,
    )

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

    model_config = _example(
        total_customers=150,
        active_customers=60,
        customer_status=dict.fromkeys(ACCOUNT_STATUSES, 0) | {"active": 150},
        total_interactions=20,
        interaction_types=_TYPES,
        interaction_status=_STATUSES,
        segments=[{"segment_name": "premium", "customer_count": 25}],
        calculated_at=_NOON,
    )

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


_CUSTOMER: dict[str, Any] = {
    "customer_id": _ID,
    "customer_number": "C-000017",
    "external_id": "crm-4711",
    "name": "ABC Corporation",
    "email": "office@abc.example",
    "phone": None,
    "address": None,
    "status": "active",
    "credit_hold": False,
    "currency": "EUR",
    "terms_days": 30,
    "source": "api",
    "signup_channel": None,
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": _EARLIER,
    "deleted_at": None,
    "deletion_mode": None,
    "deletion_reason": None,
    "erased_at": None,
}


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

    model_config = _example(**_CUSTOMER) | ConfigDict(from_attributes=True)


class CustomerList(BaseModel):
    """A page of customers."""

    customers: list[CustomerDetail]
    next_cursor: str | None = Field(description="The cursor of the next page; null on the last.")

    model_config = _example(customers=[_CUSTOMER], next_cursor=_CURSOR)

    @classmethod
    def of(cls, found: lifecycle.CustomerPage) -> Self:
        """A page."""
        return cls(
            customers=[CustomerDetail.model_validate(each) for each in found.customers],
            next_cursor=found.next_cursor,
        )
