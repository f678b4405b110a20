"""Background work: what waits, runs, hangs and fails."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint, text

from ledgerscope.store.tables import values
from ledgerscope.store.tables.base import check, closed, instant, key, of_tenant, reference, table, tenant_key

job_run: Final = table(
    "job_run",
    tenant_key(),
    key("job_run_id"),
    reference("job_id"),
    Column("queue", Text, nullable=False),
    Column("job_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("1")),
    instant("enqueued_at"),
    instant("started_at", nullable=True),
    instant(
        "heartbeat_at",
        nullable=True,
        comment="last sign of life; a running job without one for long is stuck",
    ),
    instant("finished_at", nullable=True),
    Column("error_class", Text),
    of_tenant(),
    UniqueConstraint("tenant_id", "job_id", "attempt"),
    closed("state", values.JOB_STATES),
    check("attempt", "attempt > 0"),
    check("names", "btrim(queue) <> '' and btrim(job_name) <> ''"),
    check("finished", "(state in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)"),
    check("running", "state in ('queued', 'cancelled') or started_at is not null"),
    check("order", "started_at >= enqueued_at and heartbeat_at >= started_at and finished_at >= enqueued_at"),
    Index(
        "job_run_unfinished_idx", "tenant_id", "queue", "state", postgresql_where=text("finished_at is null")
    ),
    Index("job_run_finished_idx", "tenant_id", "finished_at"),
    comment="One try of a background job; at t it waits when enqueued_at <= t < started_at and runs when "
    "started_at <= t < finished_at. One row per job and try. Written by the workers.",
)
