"""Customers: who they are, their lifecycle, contacts, communication, interactions and segments."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import BigInteger

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    currency,
    instant,
    key,
    no_overlap,
    of_customer,
    of_tenant,
    reference,
    table,
    tenant_key,
    valid,
    within_tenant,
)

customer: Final = table(
    "customer",
    tenant_key(),
    key("customer_id"),
    Column("external_id", Text, nullable=False, comment="the tenant's own number for the customer"),
    Column("name", Text, nullable=False, comment="personal data: never a label value, replaced on erasure"),
    Column("email", Text),
    Column("status", Text, nullable=False, comment="lifecycle only; churn is derived from subscriptions"),
    Column("credit_hold", Boolean, nullable=False, server_default=false()),
    currency(),
    Column("terms_days", Integer, nullable=False, server_default=text("30")),
    Column("source", Text, nullable=False),
    Column("signup_channel", Text),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", nullable=True, comment="not in any stock from this instant on"),
    Column("deletion_mode", Text),
    Column("deletion_reason", Text),
    instant("erased_at", nullable=True, comment="personal data replaced; financial rows stay"),
    Column("customer_number", Text, comment="given by the create operation, in order: C-000001"),
    Column("phone", Text),
    Column("address", Text),
    Column(
        "search_text",
        Text,
        Computed(
            "lower(normalize(name || ' ' || coalesce(email, '') || ' ' || external_id || ' ' ||"
            " coalesce(customer_number, '')))",
            persisted=True,
        ),
        comment="what a search looks in",
    ),
    of_tenant(),
    closed("status", values.ACCOUNT_STATUSES),
    closed("source", values.SOURCES),
    closed("signup_channel", values.SIGNUP_CHANNELS),
    closed("deletion_mode", values.DELETION_MODES),
    closed("deletion_reason", values.DELETION_REASONS),
    check("terms_days", "terms_days >= 0"),
    check("deleted_at", "deleted_at >= created_at"),
    Index(
        "customer_external_id_key",
        "tenant_id",
        "external_id",
        unique=True,
        postgresql_where=text("deleted_at is null"),
    ),
    Index("customer_status_idx", "tenant_id", "status", postgresql_where=text("deleted_at is null")),
    Index("customer_number_key", "tenant_id", "customer_number", unique=True),
    Index("customer_created_idx", "tenant_id", "created_at", "customer_id"),
    comment="A customer of a tenant, the grain of every customer metric. One row per customer, also after "
    "deletion. Written by the customer operations.",
)

customer_status_history: Final = table(
    "customer_status_history",
    tenant_key(),
    Column("history_id", BigInteger, Identity(), primary_key=True),
    reference("customer_id"),
    Column("from_status", Text, comment="null on creation"),
    Column("to_status", Text, nullable=False),
    Column("reason", Text),
    Column("actor", Text),
    instant("at"),
    of_customer(),
    closed("from_status", values.ACCOUNT_STATUSES),
    closed("to_status", values.ACCOUNT_STATUSES),
    check("change", "from_status is distinct from to_status"),
    Index("customer_status_history_as_of_idx", "tenant_id", "customer_id", "at", "history_id"),
    comment="Every status a customer ever had; the stock by status at a past instant is the latest row per "
    "customer with at <= as_of (ties: highest history_id). One row per change, the first on "
    "creation. Written with the customer.",
)

contact: Final = table(
    "contact",
    tenant_key(),
    key("contact_id"),
    reference("customer_id"),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("contact_type", Text, nullable=False),
    Column("is_primary", Boolean, nullable=False, server_default=false()),
    instant("created_at"),
    instant("removed_at", nullable=True, comment="no longer a contact from this instant on"),
    of_customer(),
    closed("contact_type", values.CONTACT_TYPES),
    check("removed_at", "removed_at is null or removed_at >= created_at and not is_primary"),
    Index(
        "contact_primary_key", "tenant_id", "customer_id", unique=True, postgresql_where=text("is_primary")
    ),
    Index("contact_customer_idx", "tenant_id", "customer_id"),
    comment="A person to talk to at a customer; at most one is primary. One row per contact. Written by the"
    " operations.",
)

communication: Final = table(
    "communication",
    tenant_key(),
    key("communication_id"),
    reference("customer_id"),
    reference("contact_id", nullable=True),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text),
    Column("actor", Text),
    instant("at"),
    of_customer(),
    within_tenant("contact", "contact_id"),
    closed("channel", values.COMMUNICATION_CHANNELS),
    closed("direction", values.DIRECTIONS),
    Index("communication_customer_idx", "tenant_id", "customer_id", "at"),
    comment="Something said to or by a customer. One row per message, call, meeting or note. Written by the"
    " operations.",
)

interaction: Final = table(
    "interaction",
    tenant_key(),
    key("interaction_id"),
    reference("customer_id"),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("subject", Text),
    Column("description", Text),
    Column("actor", Text),
    instant("at", comment="when it took place"),
    instant("created_at"),
    instant("updated_at"),
    of_customer(),
    closed("type", values.INTERACTION_TYPES),
    closed("status", values.INTERACTION_STATUSES),
    Index("interaction_customer_idx", "tenant_id", "customer_id", "at"),
    Index("interaction_at_idx", "tenant_id", "at"),
    comment="A piece of work with a customer that has a state. One row per interaction. Written by the "
    "operations.",
)

segment_assignment: Final = table(
    "segment_assignment",
    tenant_key(),
    key("assignment_id"),
    reference("customer_id"),
    Column("segment", Text, nullable=False),
    Column("value", Numeric(20, 6)),
    Column("description", Text),
    Column("assigned_by", Text),
    valid("while the customer is in the segment"),
    of_customer(),
    closed("segment", values.SEGMENTS),
    check("valid", "not isempty(valid)"),
    no_overlap("segment_assignment", "customer_id", "segment"),
    UniqueConstraint("tenant_id", "segment", "assignment_id"),
    comment="Membership of a customer in a segment. One row per stay; never twice at once. Written by the "
    "operations.",
)
