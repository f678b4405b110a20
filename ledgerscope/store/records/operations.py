"""Records of background work, transfers, synchronisation, audit and events."""

# ruff: noqa: D101 -- what a row means is said where the table is defined

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledgerscope.store.records.base import Id

__all__ = [
    "AgingSnapshot",
    "AuditEntry",
    "AuditRemark",
    "Credential",
    "CredentialAccess",
    "CustomerGrant",
    "CustomerSetting",
    "Event",
    "ExportRun",
    "ImportBatch",
    "ImportChange",
    "ImportRowError",
    "JobRun",
    "OperationRequest",
    "Statement",
    "StoredWorkflow",
    "SyncRun",
    "SyncSchedule",
]


class Event(NamedTuple):
    tenant_id: str
    event_type: str
    customer_id: Id | None
    labels: str
    amount_minor: int | None
    currency: str | None
    duration_ms: int | None
    occurred_at: datetime
    user_id: str | None = None
    correlation_id: str | None = None


class JobRun(NamedTuple):
    tenant_id: str
    job_run_id: Id
    job_id: Id
    queue: str
    job_name: str
    state: str
    attempt: int
    enqueued_at: datetime
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    error_class: str | None = None


class Statement(NamedTuple):
    tenant_id: str
    statement_id: Id
    customer_id: Id
    period_start: date
    period_end: date
    format: str
    delivery_method: str | None
    outcome: str
    failure_class: str | None
    duration_ms: int
    at: datetime
    delivered_at: datetime | None
    currency: str | None = None
    as_of: date | None = None


class ImportBatch(NamedTuple):
    tenant_id: str
    import_batch_id: Id
    format: str
    outcome: str | None
    rows_total: int
    rows_accepted: int
    rows_rejected: int
    actor: str
    started_at: datetime
    finished_at: datetime | None
    rows_created: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    rows_skipped: int = 0
    problems: int = 0
    settings_hash: bytes | None = None
    rows_hash: bytes | None = None
    undone_at: datetime | None = None


class ImportRowError(NamedTuple):
    tenant_id: str
    import_batch_id: Id
    row_no: int
    field: str
    problem: str
    severity: str = "error"


class ImportChange(NamedTuple):
    tenant_id: str
    import_batch_id: Id
    customer_id: Id
    row_no: int
    kind: str
    old_values: str | None
    at: datetime


class ExportRun(NamedTuple):
    tenant_id: str
    export_run_id: Id
    format: str
    filter_type: str
    outcome: str
    rows: int
    size_bytes: int
    actor: str
    duration_ms: int
    at: datetime


class Credential(NamedTuple):
    tenant_id: str
    customer_id: Id
    version: int
    key_id: str
    ciphertext: bytes
    fingerprint: str
    valid: str
    rotated_at: datetime
    base_url: str | None = None
    client_id: str | None = None


class CredentialAccess(NamedTuple):
    tenant_id: str
    access_id: Id
    customer_id: Id
    version: int
    action: str
    actor: str
    address: str | None
    user_agent: str | None
    at: datetime


class SyncSchedule(NamedTuple):
    tenant_id: str
    customer_id: Id
    frequency: str
    status: str
    next_due_at: datetime
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    backoff: int
    last_error_class: str | None
    requested_trigger: str | None = None
    claimed_run_id: Id | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None


class SyncRun(NamedTuple):
    tenant_id: str
    sync_run_id: Id
    customer_id: Id
    trigger: str
    outcome: str | None
    error_class: str | None
    api_calls: int
    records: int
    started_at: datetime
    finished_at: datetime | None


class StoredWorkflow(NamedTuple):
    tenant_id: str
    customer_id: Id
    workflow_id: str
    name: str
    state: str
    description: str | None
    version: str | None
    triggers: str
    run_interval: str | None
    outside_created_at: str | None
    outside_updated_at: str | None
    first_seen_at: datetime
    changed_at: datetime
    gone_at: datetime | None = None


class CustomerSetting(NamedTuple):
    tenant_id: str
    customer_id: Id
    setting_key: str
    value: str | None
    changed_at: datetime


class AgingSnapshot(NamedTuple):
    tenant_id: str
    as_of: date
    trigger: str
    refreshed_at: datetime
    accounts: int


class AuditEntry(NamedTuple):
    tenant_id: str
    actor: str
    action: str
    subject: str
    details: str
    at: datetime


class AuditRemark(NamedTuple):
    tenant_id: str
    digest: str
    salt: str | None
    reason: str | None
    comment: str | None
    subject: str | None
    at: datetime
    erased_at: datetime | None = None


class OperationRequest(NamedTuple):
    tenant_id: str
    idempotency_key: str
    action: str
    content_hash: bytes
    result: str
    at: datetime


class CustomerGrant(NamedTuple):
    tenant_id: str
    grant_id: Id
    customer_id: Id
    actor: str
    granted_by: str
    granted_at: datetime
    revoked_at: datetime | None
