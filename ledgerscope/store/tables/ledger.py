"""The append-only record: events that counters are made of, their rollup, and the audit trail."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CHAR,
    Column,
    DateTime,
    FetchedValue,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import BigInteger

from ledgerscope.store.tables.base import (
    NO_CURRENCY,
    TransactionId,
    TransactionSnapshot,
    check,
    currency,
    instant,
    minor,
    of_tenant,
    table,
    tenant_key,
)

event: Final = table(
    "event",
    Column("event_id", BigInteger, Identity(), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False, server_default=text("1")),
    Column("customer_id", Uuid),
    Column("user_id", Text),
    Column("correlation_id", Text),
    Column(
        "labels",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="label values of the counters it feeds",
    ),
    minor(nullable=True),
    currency(nullable=True),
    Column("duration_ms", BigInteger),
    instant("occurred_at"),
    Column(
        "recorded_at",
        instant("recorded_at").type,
        nullable=False,
        server_default=text("clock_timestamp()"),
    ),
    Column("xid", TransactionId, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("idempotency_key", Text),
    UniqueConstraint("tenant_id", "idempotency_key"),
    check("event_type", "event_type ~ '^[A-Z][A-Za-z]+$'"),
    check("labels", "jsonb_typeof(labels) = 'object'"),
    check("money", "(amount_minor is null) = (currency is null)"),
    check("duration_ms", "duration_ms >= 0"),
    Index("event_xid_idx", "xid"),
    Index("event_of_tenant_idx", "tenant_id", "event_id"),
    Index("event_type_idx", "tenant_id", "event_type", "occurred_at"),
    comment="Something that happened, written in the transaction that made it happen; the only source of "
    "counters. Append-only, and without foreign keys to what it tells of, because it outlives that."
    " One row per event.",
)

event_rollup: Final = table(
    "event_rollup",
    tenant_key(),
    Column("event_type", Text, primary_key=True),
    Column("labels", JSONB, primary_key=True),
    Column("currency", CHAR(3), primary_key=True, server_default=text(f"'{NO_CURRENCY}'")),
    Column("n", BigInteger, nullable=False),
    Column("sum_minor", Numeric(30, 0), nullable=False, server_default=text("0")),
    Column("sum_duration_ms", Numeric(30, 0), nullable=False, server_default=text("0")),
    Column("buckets", ARRAY(BigInteger), comment="counts per duration bucket, not cumulative"),
    of_tenant(),
    check("n", "n >= 0"),
    comment="Events that were pruned, folded in by the same transaction, so that counters never fall. One "
    "row per tenant, type, label set and currency. Written by pruning.",
)

exporter_checkpoint: Final = table(
    "exporter_checkpoint",
    Column("exporter", Text, primary_key=True),
    Column("system_identifier", BigInteger, nullable=False),
    Column("timeline", Integer, nullable=False),
    Column("snapshot", TransactionSnapshot, nullable=False),
    Column("catalogue_hash", Text, nullable=False),
    instant("taken_at"),
    comment="How far an exporter has counted, and on which cluster. One row per exporter, across tenants. "
    "Written by exporters that may write.",
)

audit_log: Final = table(
    "audit_log",
    tenant_key(),
    Column(
        "seq",
        BigInteger,
        server_default=FetchedValue(),
        primary_key=True,
        autoincrement=False,
        comment="1, 2, 3 ... per tenant; set by trigger",
    ),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="a pseudonym, so that erasure needs no change here"),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    instant("at"),
    Column(
        "prev_hash",
        LargeBinary,
        server_default=FetchedValue(),
        nullable=False,
        comment="hash of the row before; set by trigger",
    ),
    Column(
        "hash",
        LargeBinary,
        server_default=FetchedValue(),
        nullable=False,
        comment="sha256 over prev_hash and this row; set by trigger",
    ),
    Index("audit_log_at_idx", "tenant_id", "at"),
    comment="Who did what to whom: append-only, each row hashed over the one before, without keys to its "
    "subjects. One row per audited action. Written by every operation.",
)

audit_seal: Final = table(
    "audit_seal",
    tenant_key(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="the last row it vouches for"),
    Column("prev_seq", BigInteger, nullable=False, comment="the row before the first it vouches for"),
    Column("key_id", Text, nullable=False, comment="which key; the key itself is not in the database"),
    Column(
        "mac",
        LargeBinary,
        nullable=False,
        comment="HMAC-SHA256 over company, rows, sealed_at, seal before and content of the rows",
    ),
    instant("sealed_at"),
    check("prev_seq", "prev_seq >= 0 and prev_seq < seq"),
    check("mac", "length(mac) = 32"),
    comment="Vouches for rows of the audit log and for the seal before it, with a key that the database does "
    "not have. Append-only, and without a foreign key to the log, so that a missing row shows. One row per "
    "operation. Written with it.",
)

audit_remark: Final = table(
    "audit_remark",
    tenant_key(),
    Column(
        "digest",
        Text,
        primary_key=True,
        comment="sha256 of salt, reason and comment; the entries have it as remark",
    ),
    Column("salt", Text),
    Column("reason", Text),
    Column("comment", Text),
    Column("subject", Text, comment="the customer, or what else it is about; null: several"),
    instant("at"),
    instant("erased_at", nullable=True),
    of_tenant(),
    check(
        "erased",
        "case when erased_at is null then salt is not null else coalesce(salt, reason, comment) is null end",
    ),
    Index("audit_remark_subject_idx", "tenant_id", "subject"),
    comment="Why something was done, as the audit log names it by a digest. One row per request and "
    "customer. Written with the entry; erased with the customer.",
)

audit_verification: Final = table(
    "audit_verification",
    tenant_key(),
    Column("verified_at", DateTime(timezone=True), primary_key=True),
    Column("rows", BigInteger, nullable=False, comment="entries of the log"),
    Column(
        "checked",
        Text,
        nullable=False,
        comment="chain: without keys, which shows less; seals: every row against them",
    ),
    Column("sealed_to", BigInteger, comment="up to here every row has a valid seal; null: not checked"),
    Column("faults", Integer, nullable=False, comment="0: nothing was found"),
    check("checked", "checked in ('chain', 'seals') and (checked = 'seals') = (sealed_to is not null)"),
    of_tenant(),
    comment="A proof of the audit log and what it found. One row per proof. Written by it.",
)
