"""What customers think and do: surveys, tickets, activity, milestones, and what marketing costs."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Identity, Index, SmallInteger, Text
from sqlalchemy.types import BigInteger

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    currency,
    instant,
    key,
    minor,
    of_customer,
    of_tenant,
    reference,
    table,
    tenant_key,
    within_tenant,
)

survey_response: Final = table(
    "survey_response",
    tenant_key(),
    key("response_id"),
    reference("customer_id", nullable=True),
    Column("kind", Text, nullable=False),
    Column("respondent_hash", Text, nullable=False, comment="a person, without naming one"),
    Column("score", SmallInteger, nullable=False),
    Column("scale_max", SmallInteger, nullable=False),
    instant("at"),
    of_tenant(),
    of_customer(),
    closed("kind", values.SURVEY_KINDS),
    check(
        "score",
        "case kind when 'nps' then scale_max = 10 and score between 0 and 10 "
        "else score between 1 and scale_max end",
    ),
    Index("survey_response_at_idx", "tenant_id", "kind", "at"),
    comment="An answer to a survey; a person counts once per window, with the latest answer (ties: highest "
    "response_id). One row per answer. Written by the survey intake.",
)

ticket: Final = table(
    "ticket",
    tenant_key(),
    key("ticket_id"),
    reference("customer_id"),
    Column("priority", Text, nullable=False),
    Column("status", Text, nullable=False),
    instant("opened_at"),
    instant("first_reply_at", nullable=True),
    instant("resolved_at", nullable=True),
    instant("closed_at", nullable=True),
    of_customer(),
    closed("priority", values.TICKET_PRIORITIES),
    closed("status", values.TICKET_STATUSES),
    check("order", "first_reply_at >= opened_at and resolved_at >= opened_at and closed_at >= opened_at"),
    Index("ticket_customer_idx", "tenant_id", "customer_id"),
    Index("ticket_opened_idx", "tenant_id", "opened_at"),
    comment="A request for help, as it stands now. One row per ticket. Written by support.",
)

ticket_event: Final = table(
    "ticket_event",
    tenant_key(),
    Column("ticket_event_id", BigInteger, Identity(), primary_key=True),
    reference("ticket_id"),
    Column("kind", Text, nullable=False),
    Column("actor", Text),
    instant("at"),
    within_tenant("ticket", "ticket_id"),
    closed("kind", values.TICKET_EVENTS),
    Index("ticket_event_ticket_idx", "tenant_id", "ticket_id", "at"),
    comment="What happened to a ticket; the stock of open tickets at a past instant comes from here. One "
    "row per step. Written by support.",
)

activity_day: Final = table(
    "activity_day",
    tenant_key(),
    Column("day", Date, primary_key=True, comment="date in the tenant's zone"),
    key("customer_id"),
    Column("user_hash", Text, primary_key=True),
    of_customer(),
    comment="A user was active on a day. One row per customer, user and day. Written by the application.",
)

milestone: Final = table(
    "milestone",
    tenant_key(),
    key("customer_id"),
    Column("stage", Text, primary_key=True),
    instant("at"),
    of_customer(),
    closed("stage", values.MILESTONES),
    Index("milestone_stage_idx", "tenant_id", "stage", "at"),
    comment="The first time a customer reached a stage. One row per customer and stage. Written by the "
    "application.",
)

marketing_spend: Final = table(
    "marketing_spend",
    tenant_key(),
    Column("day", Date, primary_key=True),
    Column("channel", Text, primary_key=True),
    currency(primary_key=True),
    minor(),
    of_tenant(),
    closed("channel", values.SIGNUP_CHANNELS),
    check("amount_minor", "amount_minor >= 0"),
    comment="What winning customers cost. One row per day, channel and currency. Written by marketing.",
)
