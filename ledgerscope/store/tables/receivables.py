"""Receivables: invoices and instalments, money received, credit given, and what settles what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    CHAR,
    BigInteger,
    Column,
    Computed,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    currency,
    instant,
    key,
    minor,
    of_customer,
    reference,
    table,
    tenant_key,
    within_tenant,
)

if TYPE_CHECKING:
    from datetime import date

_SETTLED_ON = "day from which nothing is open; null while something is; kept by trigger"
_USED_UP_ON = "day from which nothing of it is left; null while something is; kept by trigger"


def _kept(day: str, meaning: str) -> tuple[Column[int], Column[date], Column[date]]:
    """What triggers keep of the two sides of a settlement (ADR 0008); a load may write it itself."""
    total = (
        "sum of its allocations that count in the end: without those whose invoice or source is void or "
        "reversed on any day; kept by trigger"
    )
    changed = (
        f"where {day} is null: day from which allocated_minor holds; null without allocations; "
        "kept by trigger"
    )
    return (
        Column("allocated_minor", BigInteger, nullable=False, server_default="0", comment=total),
        Column(day, Date, comment=meaning),
        Column("changed_on", Date, comment=changed),
    )


invoice: Final = table(
    "invoice",
    tenant_key(),
    key("invoice_id"),
    reference("customer_id"),
    reference("subscription_id", nullable=True),
    Column("number", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("issued_on", Date, comment="date in the tenant's zone; null only while a draft"),
    instant("finalised_at", nullable=True),
    Column("voided_on", Date, comment="owed nothing from this day on; its allocations no longer count"),
    currency(),
    minor("total_minor", comment="with tax; equals the sum of its instalments"),
    minor("tax_minor"),
    minor(
        "missing_minor",
        nullable=True,
        comment="total_minor less the sum of its instalments; null until that is known; kept by trigger",
    ),
    Column("service_period", TSTZRANGE),
    of_customer(),
    within_tenant("subscription", "subscription_id"),
    UniqueConstraint("tenant_id", "number"),
    closed("status", values.INVOICE_STATUSES),
    closed("kind", values.INVOICE_KINDS),
    check("issued_on", "status = 'draft' or issued_on is not null"),
    check("voided_on", "(status = 'void') = (voided_on is not null) and voided_on >= issued_on"),
    check("total_minor", "total_minor >= 0 and tax_minor between 0 and total_minor"),
    Index("invoice_customer_idx", "tenant_id", "customer_id"),
    Index("invoice_issued_on_idx", "tenant_id", "issued_on"),
    Index("invoice_finalised_idx", "tenant_id", "finalised_at", "invoice_id"),
    Index("invoice_open_idx", "tenant_id", "customer_id", postgresql_where=text("status = 'open'")),
    Index("invoice_missing_idx", "tenant_id", postgresql_where=text("missing_minor is distinct from 0")),
    comment="A claim on a customer; counts at D when issued_on <= D and not voided by D. One row per "
    "invoice. Written by billing.",
)

invoice_due: Final = table(
    "invoice_due",
    tenant_key(),
    key("invoice_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("due_on", Date, nullable=False, comment="date in the tenant's zone; past due the day after"),
    minor(),
    *_kept("settled_on", _SETTLED_ON),
    Column("customer_id", Uuid, nullable=False, comment="that of its invoice; kept by trigger"),
    Column("currency", CHAR(3), nullable=False, comment="that of its invoice; kept by trigger"),
    Column(
        "owed_from", Date, comment="issued_on of its invoice; null while that is a draft; kept by trigger"
    ),
    Column("owed_until", Date, comment="voided_on of its invoice; kept by trigger"),
    within_tenant("invoice", "invoice_id"),
    check("seq", "seq > 0"),
    check("amount_minor", "amount_minor > 0"),
    Index("invoice_due_settled_on_idx", "settled_on"),
    comment="An instalment; open at D = amount_minor less its allocations that count at D; that is "
    "amount_minor - allocated_minor where changed_on is null or <= D, and zero where settled_on <= D. One "
    "row per instalment. Written with the invoice.",
)

payment: Final = table(
    "payment",
    tenant_key(),
    key("payment_id"),
    reference("customer_id"),
    minor(),
    currency(),
    Column("method", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("received_on", Date, nullable=False, comment="date in the tenant's zone"),
    instant("received_at"),
    Column("reversed_on", Date, comment="all of it went back; its allocations no longer count from then on"),
    Column("reversal", Text),
    *_kept("used_up_on", _USED_UP_ON),
    of_customer(),
    closed("method", values.PAYMENT_METHODS),
    closed("gateway", values.GATEWAYS),
    closed("reversal", values.PAYMENT_REVERSALS),
    check("amount_minor", "amount_minor > 0"),
    check("reversed_on", "(reversed_on is null) = (reversal is null) and reversed_on >= received_on"),
    Index("payment_customer_idx", "tenant_id", "customer_id"),
    Index(
        "payment_unallocated_idx",
        "tenant_id",
        "customer_id",
        "currency",
        postgresql_where=text("used_up_on is null"),
    ),
    Index("payment_used_up_on_idx", "used_up_on"),
    comment="Money received; worth amount_minor less its payment_reversal and refund rows by D, for payments "
    "received_on <= D and not reversed by D; what its allocations that count at D leave of that is "
    "unallocated. One row per payment. Written by billing.",
)

payment_reversal: Final = table(
    "payment_reversal",
    tenant_key(),
    key("payment_reversal_id"),
    reference("payment_id"),
    Column("kind", Text, nullable=False),
    minor(),
    Column("reversed_on", Date, nullable=False, comment="date in the tenant's zone from which it counts"),
    instant("recorded_at"),
    Column("reason", Text),
    within_tenant("payment", "payment_id"),
    closed("kind", values.PAYMENT_REVERSAL_KINDS),
    check("amount_minor", "amount_minor > 0"),
    Index("payment_reversal_payment_idx", "tenant_id", "payment_id"),
    comment="A part of a payment that went back, by a bounce or a chargeback; where it was allocated, the "
    "allocation is reversed by the same part. Append-only. One row per reversal. Written by billing.",
)

payment_attempt: Final = table(
    "payment_attempt",
    tenant_key(),
    key("attempt_id"),
    reference("invoice_id"),
    reference("payment_id", nullable=True),
    Column("gateway", Text, nullable=False),
    Column("attempt_no", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason_class", Text, comment="why it failed, from a closed list; null on success"),
    instant("at"),
    within_tenant("invoice", "invoice_id"),
    within_tenant("payment", "payment_id"),
    UniqueConstraint("tenant_id", "invoice_id", "attempt_no"),
    closed("gateway", values.GATEWAYS),
    closed("outcome", values.ATTEMPT_OUTCOMES),
    closed("reason_class", values.DECLINE_REASONS),
    check("attempt_no", "attempt_no > 0"),
    check("failure", "(outcome = 'failed') = (reason_class is not null)"),
    Index("payment_attempt_at_idx", "tenant_id", "at"),
    comment="One try to collect an invoice. One row per try. Written by billing.",
)

credit_note: Final = table(
    "credit_note",
    tenant_key(),
    key("credit_note_id"),
    reference("customer_id"),
    Column("number", Text, nullable=False),
    minor(),
    currency(),
    Column("reason", Text),
    Column("issued_on", Date, nullable=False),
    Column("voided_on", Date),
    *_kept("used_up_on", _USED_UP_ON),
    of_customer(),
    UniqueConstraint("tenant_id", "number"),
    check("amount_minor", "amount_minor > 0"),
    check("voided_on", "voided_on >= issued_on"),
    Index("credit_note_customer_idx", "tenant_id", "customer_id"),
    Index(
        "credit_note_unallocated_idx", "tenant_id", "customer_id", postgresql_where=text("used_up_on is null")
    ),
    comment="Credit given to a customer; unallocated at D like a payment. One row per credit note. Written "
    "by billing.",
)

refund: Final = table(
    "refund",
    tenant_key(),
    key("refund_id"),
    reference("customer_id"),
    reference("payment_id", nullable=True),
    reference("credit_note_id", nullable=True),
    minor(),
    currency(),
    Column("refunded_on", Date, nullable=False, comment="date in the tenant's zone from which it counts"),
    instant("recorded_at"),
    of_customer(),
    within_tenant("payment", "payment_id"),
    within_tenant("credit_note", "credit_note_id"),
    check("source", "num_nonnulls(payment_id, credit_note_id) = 1"),
    check("amount_minor", "amount_minor > 0"),
    Index("refund_payment_idx", "tenant_id", "payment_id", postgresql_where=text("payment_id is not null")),
    Index(
        "refund_credit_note_idx",
        "tenant_id",
        "credit_note_id",
        postgresql_where=text("credit_note_id is not null"),
    ),
    comment="Unused money of one payment or credit note, paid back to the customer. Append-only. One row per "
    "refund. Written by billing.",
)

write_off: Final = table(
    "write_off",
    tenant_key(),
    key("write_off_id"),
    reference("customer_id"),
    minor(),
    currency(),
    Column("reason", Text),
    Column("approved_by", Text),
    Column("written_off_on", Date, nullable=False),
    *_kept("used_up_on", _USED_UP_ON),
    of_customer(),
    check("amount_minor", "amount_minor > 0"),
    Index("write_off_customer_idx", "tenant_id", "customer_id"),
    comment="Debt given up; worth what is allocated from it and counts. One row per write-off. Written by "
    "finance.",
)

write_off_reversal: Final = table(
    "write_off_reversal",
    tenant_key(),
    key("write_off_reversal_id"),
    reference("write_off_id"),
    minor(),
    Column("reversed_on", Date, nullable=False, comment="date in the tenant's zone from which it counts"),
    Column("reason", Text, nullable=False),
    instant("recorded_at"),
    within_tenant("write_off", "write_off_id"),
    closed("reason", values.WRITE_OFF_REVERSAL_REASONS),
    check("amount_minor", "amount_minor > 0"),
    Index("write_off_reversal_write_off_idx", "tenant_id", "write_off_id"),
    comment="A part of a write-off taken back, by mistake or because the customer paid after all; its "
    "allocation is reversed by the same part. Append-only. One row per reversal. Written by finance.",
)

_SOURCES: Final = {kind: f"{kind}_id" for kind in values.ALLOCATION_KINDS}

allocation: Final = table(
    "allocation",
    tenant_key(),
    key("allocation_id"),
    Column("from_kind", Text, nullable=False),
    reference("from_id"),
    reference("invoice_id"),
    Column("due_seq", Integer, nullable=False),
    minor(comment="negative on a reversal"),
    Column("effective_on", Date, nullable=False, comment="date in the tenant's zone from which it counts"),
    instant("recorded_at"),
    reference("reverses_id", nullable=True),
    *(
        Column(column, Uuid, Computed(f"case when from_kind = '{kind}' then from_id end", persisted=True))
        for kind, column in _SOURCES.items()
    ),
    ForeignKeyConstraint(
        ["tenant_id", "invoice_id", "due_seq"],
        ["invoice_due.tenant_id", "invoice_due.invoice_id", "invoice_due.seq"],
    ),
    *(within_tenant(kind, column) for kind, column in _SOURCES.items()),
    closed("from_kind", values.ALLOCATION_KINDS),
    check("amount_minor", "case when reverses_id is null then amount_minor > 0 else amount_minor < 0 end"),
    Index("allocation_due_idx", "tenant_id", "invoice_id", "due_seq"),
    Index("allocation_from_idx", "tenant_id", "from_id"),
    Index("allocation_effective_on_idx", "tenant_id", "effective_on"),
    Index(
        "allocation_reverses_idx",
        "tenant_id",
        "reverses_id",
        postgresql_where=text("reverses_id is not null"),
    ),
    comment="What settles what: a part of a payment, credit note or write-off applied to an instalment; "
    "counts at D when effective_on <= D and its invoice and its source stand at D. Append-only: all or part "
    "of a row is taken back by a new row of a negative amount with reverses_id. Written by billing.",
)
