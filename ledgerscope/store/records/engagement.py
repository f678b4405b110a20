"""Records of surveys, tickets, activity, milestones and marketing."""

# ruff: noqa: D101 -- what a row means is said where the table is defined

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledgerscope.store.records.base import Id

__all__ = ["ActivityDay", "MarketingSpend", "Milestone", "SurveyResponse", "Ticket", "TicketEvent"]


class SurveyResponse(NamedTuple):
    tenant_id: str
    response_id: Id
    customer_id: Id
    kind: str
    respondent_hash: str
    score: int
    scale_max: int
    at: datetime


class Ticket(NamedTuple):
    tenant_id: str
    ticket_id: Id
    customer_id: Id
    priority: str
    status: str
    opened_at: datetime
    first_reply_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None


class TicketEvent(NamedTuple):
    tenant_id: str
    ticket_id: Id
    kind: str
    actor: str
    at: datetime


class ActivityDay(NamedTuple):
    tenant_id: str
    day: date
    customer_id: Id
    user_hash: str


class Milestone(NamedTuple):
    tenant_id: str
    customer_id: Id
    stage: str
    at: datetime


class MarketingSpend(NamedTuple):
    tenant_id: str
    day: date
    channel: str
    currency: str
    amount_minor: int
