"""Credentials and synchronisation with outside systems."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Text, UniqueConstraint, Uuid, text

from ledgerscope.domain.values import CREDENTIAL_ACTIONS
from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    instant,
    key,
    no_overlap,
    of_customer,
    reference,
    table,
    tenant_key,
    valid,
)

credential: Final = table(
    "credential",
    tenant_key(),
    key("customer_id"),
    Column(
        "version",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="counts from 1 for each customer",
    ),
    Column("key_id", Text, nullable=False, comment="which encryption key reads the ciphertext"),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("fingerprint", Text, nullable=False, comment="distinguishes two secrets without showing them"),
    valid("while this version is in use"),
    instant("rotated_at"),
    Column("base_url", Text, comment="where the secret is good; also part of the ciphertext"),
    Column("client_id", Text, comment="the client id in part, as it is shown; whole in the ciphertext only"),
    of_customer(),
    check("version", "version > 0"),
    check("valid", "not isempty(valid)"),
    check("ciphertext", "octet_length(ciphertext) > 0 or not upper_inf(valid)"),
    no_overlap("credential", "customer_id"),
    comment="An encrypted secret for a customer's outside system. One row per version. Written by rotation.",
)

credential_access: Final = table(
    "credential_access",
    tenant_key(),
    key("access_id"),
    reference("customer_id"),
    Column("version", Integer, nullable=False, comment="that of the credential"),
    Column("action", Text, nullable=False, comment="what for"),
    Column("actor", Text, nullable=False, comment="an identifier, never a name"),
    Column("address", Text, comment="network address of whoever asked"),
    Column("user_agent", Text, comment="the program that asked, as it says of itself"),
    instant("at"),
    of_customer(),
    closed("action", CREDENTIAL_ACTIONS),
    check("version", "version > 0"),
    Index("credential_access_at_idx", "tenant_id", "at", "access_id"),
    Index("credential_access_customer_idx", "tenant_id", "customer_id", "at", "access_id"),
    comment="That a secret was taken out. One row per time. Append-only. Written with the operation.",
)

sync_schedule: Final = table(
    "sync_schedule",
    tenant_key(),
    key("customer_id"),
    Column("frequency", Text, nullable=False),
    Column("status", Text, nullable=False),
    instant("next_due_at", comment="when it is synchronised next"),
    instant("last_attempt_at", nullable=True, comment="start of the last run"),
    instant("last_success_at", nullable=True, comment="moves on success only; last_attempt_at moves always"),
    Column("backoff", Integer, nullable=False, server_default=text("0"), comment="failures in a row"),
    Column("last_error_class", Text),
    Column(
        "requested_trigger",
        Text,
        comment="why it is due when somebody asked for it; null: by its frequency",
    ),
    Column("claimed_run_id", Uuid, comment="the run that is under way; null: none"),
    Column("claimed_by", Text, comment="the process that runs it"),
    instant(
        "claimed_until",
        nullable=True,
        comment="when the claim ends unless the process says that it is alive",
    ),
    of_customer(),
    closed("frequency", values.SYNC_FREQUENCIES),
    closed("status", values.SYNC_STATUSES),
    closed("requested_trigger", values.SYNC_TRIGGERS),
    check(
        "claim",
        "(claimed_run_id is null) = (claimed_by is null) and "
        "(claimed_run_id is null) = (claimed_until is null)",
    ),
    check("backoff", "backoff >= 0"),
    check("success", "last_success_at <= last_attempt_at"),
    Index("sync_schedule_due_idx", "tenant_id", "next_due_at", postgresql_where=text("status <> 'paused'")),
    Index(
        "sync_schedule_claimed_idx",
        "tenant_id",
        "claimed_until",
        postgresql_where=text("claimed_run_id is not null"),
    ),
    comment="When a customer is synchronised next. One row per synchronised customer. Written by the "
    "scheduler.",
)

sync_run: Final = table(
    "sync_run",
    tenant_key(),
    key("sync_run_id"),
    reference("customer_id"),
    Column("trigger", Text, nullable=False),
    Column("outcome", Text, comment="null while running"),
    Column("error_class", Text),
    Column("api_calls", Integer, nullable=False, server_default=text("0")),
    Column("records", Integer, nullable=False, server_default=text("0")),
    instant("started_at"),
    instant("finished_at", nullable=True),
    of_customer(),
    UniqueConstraint("tenant_id", "customer_id", "started_at"),
    closed("trigger", values.SYNC_TRIGGERS),
    closed("outcome", values.OUTCOMES),
    check("finished", "(outcome is null) = (finished_at is null) and finished_at >= started_at"),
    check("counts", "least(api_calls, records) >= 0"),
    Index("sync_run_started_idx", "tenant_id", "started_at"),
    comment="One try to synchronise a customer. One row per try. Written by the scheduler.",
)

workflow: Final = table(
    "workflow",
    tenant_key(),
    key("customer_id"),
    Column("workflow_id", Text, primary_key=True, comment="the identifier that the outside system gave"),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False, comment="the word of the outside system, as Active"),
    Column("description", Text),
    Column("version", Text),
    Column("triggers", Text, nullable=False, comment="what starts it, words with blanks between them"),
    Column("run_interval", Text, comment="when it runs, as the outside system writes it"),
    Column("outside_created_at", Text, comment="as the outside system writes it"),
    Column("outside_updated_at", Text, comment="as the outside system writes it"),
    instant("first_seen_at", comment="when a synchronisation met it first"),
    instant("changed_at", comment="when a synchronisation last met it changed"),
    instant(
        "gone_at",
        nullable=True,
        comment="when a synchronisation no longer met it; null: it is there",
    ),
    of_customer(),
    check("order", "changed_at >= first_seen_at and gone_at >= first_seen_at"),
    Index("workflow_seen_idx", "tenant_id", "customer_id", "first_seen_at", "workflow_id"),
    comment="A workflow definition in the outside system of a customer, as the last successful "
    "synchronisation met it. One row per customer and workflow. Written by synchronisation.",
)
