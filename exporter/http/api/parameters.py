"""What can be asked: the parameters of each route with their bounds. Others are refused, not passed over."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ledgerscope.customers.analytics.of_company import MOST_ACTIVITY
from ledgerscope.customers.analytics.of_customer import MOST_RECENT
from ledgerscope.customers.analytics.of_segment import FEWEST_DAYS, MOST_DAYS
from ledgerscope.customers.operations.given import LONGEST_NAME
from ledgerscope.customers.operations.pages import LARGEST_PAGE
from ledgerscope.store.tables.values import ACCOUNT_STATUSES, SEGMENTS, SOURCES

__all__ = [
    "CustomerAnalyticsQuery",
    "CustomerId",
    "CustomerListQuery",
    "DashboardQuery",
    "OrganizationQuery",
    "SegmentName",
    "SegmentQuery",
]

_WORDS: Final = {"true": True, "false": False}
_STORABLE: Final = r"^[^\x00]*$"
_NUMBER: Final = re.compile(r"-?\d{1,9}", re.ASCII)


def _switch(given: object) -> object:
    if isinstance(given, str):
        if given not in _WORDS:
            raise ValueError("true or false")
        return _WORDS[given]
    return given


def _whole(given: object) -> object:
    if isinstance(given, str) and _NUMBER.fullmatch(given) is None:
        raise ValueError("a whole number in digits")
    return given


Switch = Annotated[bool, BeforeValidator(_switch)]
Whole = Annotated[int, BeforeValidator(_whole)]
Cursor = Annotated[
    str | None,
    Field(
        max_length=64, description="Where to go on: what the page before gave as its next cursor, unchanged."
    ),
]
CustomerId = Annotated[
    str,
    Path(
        description="The identifier of a customer.",
        pattern=_STORABLE,
        examples=["9f1c2b7a4e3d4c6f8a5b0d1e2f3a4b5c"],
    ),
]
SegmentName = Annotated[
    Literal[SEGMENTS],  # type: ignore[valid-type]  # the list of the schema is the type
    Path(description="The name of a segment."),
]


class OrganizationQuery(BaseModel):
    """Whose data is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=LONGEST_NAME,
        description="The company; only platform administrators may name another than that of the token.",
    )


class CustomerAnalyticsQuery(OrganizationQuery):
    """How much is told of a customer."""

    include_recent_interactions: Switch = Field(
        default=True, description="Whether the latest interactions are in the answer."
    )
    recent_interactions_limit: Whole = Field(
        default=5, ge=1, le=MOST_RECENT, description="How many of the latest interactions."
    )
    recent_interactions_cursor: Cursor = None


class SegmentQuery(OrganizationQuery):
    """How much is told of a segment."""

    include_timeline: Switch = Field(
        default=True, description="Whether the activity by day is in the answer."
    )
    timeline_days: Whole = Field(
        default=30, ge=FEWEST_DAYS, le=MOST_DAYS, description="How many days, today being the last."
    )


class DashboardQuery(OrganizationQuery):
    """How much activity is told of."""

    recent_activity_limit: Whole = Field(
        default=10, ge=1, le=MOST_ACTIVITY, description="How many of the latest interactions."
    )
    recent_activity_cursor: Cursor = None


class CustomerListQuery(OrganizationQuery):
    """Which customers."""

    search: str | None = Field(
        default=None,
        max_length=LONGEST_NAME,
        pattern=_STORABLE,
        description="A part of the name, email address, external id or customer number.",
    )
    status: Literal[ACCOUNT_STATUSES] | None = Field(  # type: ignore[valid-type]  # the list of the schema
        default=None, description="Only customers of this status."
    )
    source: Literal[SOURCES] | None = Field(  # type: ignore[valid-type]  # the list of the schema
        default=None, description="Only customers that came this way."
    )
    include_deleted: Switch = Field(default=False, description="Whether deleted customers are listed too.")
    oldest_first: Switch = Field(default=False, description="Whether the oldest comes first, not the newest.")
    limit: Whole = Field(default=50, ge=1, le=LARGEST_PAGE, description="How many customers a page has.")
    cursor: Cursor = None
