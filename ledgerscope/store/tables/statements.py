"""Statements, imports and exports: each run with its outcome."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import (
    check,
    closed,
    currency,
    instant,
    key,
    of_customer,
    of_tenant,
    reference,
    table,
    tenant_key,
    within_tenant,
)

statement: Final = table(
    "statement",
    tenant_key(),
    key("statement_id"),
    reference("customer_id"),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False, comment="exclusive"),
    Column("format", Text, nullable=False),
    Column("delivery_method", Text),
    Column("outcome", Text, nullable=False),
    Column("failure_class", Text),
    Column("duration_ms", BigInteger, nullable=False, comment="request to completion"),
    instant("at"),
    instant("delivered_at", nullable=True),
    currency(nullable=True),
    Column("as_of", Date, comment="day of its aging; null where it is not known"),
    of_customer(),
    closed("format", values.STATEMENT_FORMATS),
    closed("delivery_method", values.DELIVERY_METHODS),
    closed("outcome", values.OUTCOMES),
    check("period", "period_end > period_start"),
    check("duration_ms", "duration_ms >= 0"),
    Index("statement_at_idx", "tenant_id", "at"),
    Index("statement_customer_idx", "tenant_id", "customer_id"),
    comment="A statement of account that was asked for. One row per request. Written by the statement "
    "operations.",
)

import_batch: Final = table(
    "import_batch",
    tenant_key(),
    key("import_batch_id"),
    Column("format", Text, nullable=False),
    Column("outcome", Text, comment="null while running"),
    Column("rows_total", Integer, nullable=False, comment="rows done: where an interrupted import goes on"),
    Column("rows_accepted", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False, comment="rows that failed"),
    Column("actor", Text),
    instant("started_at"),
    instant("finished_at", nullable=True),
    Column(
        "rows_created",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="rows that became new customers",
    ),
    Column(
        "rows_updated",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="rows that changed a customer",
    ),
    Column(
        "rows_unchanged",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="rows that say what was there already",
    ),
    Column(
        "rows_skipped",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="rows that were empty or not asked for",
    ),
    Column("problems", Integer, nullable=False, server_default=text("0"), comment="found, kept or not"),
    Column("settings_hash", LargeBinary, comment="sha256 of how the file is read: a resumption must match"),
    Column("rows_hash", LargeBinary, comment="sha256 over the rows done: a resumption must match"),
    instant("undone_at", nullable=True),
    of_tenant(),
    closed("format", values.IMPORT_FORMATS),
    closed("outcome", values.IMPORT_OUTCOMES),
    check("finished", "(outcome is null) = (finished_at is null)"),
    check("rows", "least(rows_accepted, rows_rejected) >= 0 and rows_accepted + rows_rejected <= rows_total"),
    check("undone", "undone_at is null or finished_at is not null"),
    Index("import_batch_started_idx", "tenant_id", "started_at"),
    comment="A file of customers taken in. One row per file. Written by the import operation.",
)

import_row_error: Final = table(
    "import_row_error",
    tenant_key(),
    key("import_batch_id"),
    Column("row_no", Integer, primary_key=True, autoincrement=False, comment="from 1; 0: the file"),
    Column("field", Text, primary_key=True),
    Column("problem", Text, nullable=False, comment="without the value itself, which may be personal"),
    Column("severity", Text, nullable=False, server_default=text("'error'"), comment="error: not taken in"),
    within_tenant("import_batch", "import_batch_id"),
    closed("severity", values.PROBLEM_SEVERITIES),
    comment="What is wrong with a row of an import, the first ten thousand. One row per batch, row and field."
    " Written by the import operation.",
)

import_change: Final = table(
    "import_change",
    tenant_key(),
    key("import_batch_id"),
    key("customer_id"),
    Column("row_no", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("old_values", JSONB, comment="of the fields that changed; null on creation and after erasure"),
    instant("at", comment="what the import left as the customer's updated_at"),
    within_tenant("import_batch", "import_batch_id"),
    of_customer(),
    closed("kind", values.IMPORT_CHANGES),
    Index("import_change_customer_idx", "tenant_id", "customer_id"),
    comment="What an import did to a customer, to undo it. One row per batch and customer. Written by the "
    "import operation.",
)

export_run: Final = table(
    "export_run",
    tenant_key(),
    key("export_run_id"),
    Column("format", Text, nullable=False),
    Column("filter_type", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False, comment="size of the file"),
    Column("actor", Text),
    Column("duration_ms", BigInteger, nullable=False),
    instant("at"),
    of_tenant(),
    closed("format", values.TRANSFER_FORMATS),
    closed("outcome", values.OUTCOMES),
    check("sizes", "least(rows, size_bytes, duration_ms) >= 0"),
    Index("export_run_at_idx", "tenant_id", "at"),
    comment="A list of customers given out. One row per file. Written by the export operation.",
)
