"""Every table of the canonical schema, one file per area, on one MetaData; their only home."""

from __future__ import annotations

from ledgerscope.store.tables.aging import aging_snapshot, aging_snapshot_account
from ledgerscope.store.tables.base import NO_CURRENCY, metadata
from ledgerscope.store.tables.credit import credit_breach, credit_limit
from ledgerscope.store.tables.customers import (
    communication,
    contact,
    customer,
    customer_status_history,
    interaction,
    segment_assignment,
)
from ledgerscope.store.tables.engagement import (
    activity_day,
    marketing_spend,
    milestone,
    survey_response,
    ticket,
    ticket_event,
)
from ledgerscope.store.tables.jobs import job_run
from ledgerscope.store.tables.ledger import (
    audit_log,
    audit_remark,
    audit_seal,
    audit_verification,
    event,
    event_rollup,
    exporter_checkpoint,
)
from ledgerscope.store.tables.operations import (
    customer_grant,
    number_series,
    operation_request,
    request_secret,
)
from ledgerscope.store.tables.receivables import (
    allocation,
    credit_note,
    invoice,
    invoice_due,
    payment,
    payment_attempt,
    payment_reversal,
    refund,
    write_off,
    write_off_reversal,
)
from ledgerscope.store.tables.settings import customer_setting
from ledgerscope.store.tables.statements import (
    export_run,
    import_batch,
    import_change,
    import_row_error,
    statement,
)
from ledgerscope.store.tables.subscriptions import plan, subscription, subscription_version
from ledgerscope.store.tables.sync import credential, credential_access, sync_run, sync_schedule, workflow
from ledgerscope.store.tables.tenancy import currencies, fx_rate, tenant

APPEND_ONLY = (
    event,
    allocation,
    payment_reversal,
    refund,
    write_off_reversal,
    audit_log,
    audit_seal,
    credential_access,
)
"""Tables whose rows are never changed or removed, by nobody."""

__all__ = [
    "APPEND_ONLY",
    "NO_CURRENCY",
    "activity_day",
    "aging_snapshot",
    "aging_snapshot_account",
    "allocation",
    "audit_log",
    "audit_remark",
    "audit_seal",
    "audit_verification",
    "communication",
    "contact",
    "credential",
    "credential_access",
    "credit_breach",
    "credit_limit",
    "credit_note",
    "currencies",
    "customer",
    "customer_grant",
    "customer_setting",
    "customer_status_history",
    "event",
    "event_rollup",
    "export_run",
    "exporter_checkpoint",
    "fx_rate",
    "import_batch",
    "import_change",
    "import_row_error",
    "interaction",
    "invoice",
    "invoice_due",
    "job_run",
    "marketing_spend",
    "metadata",
    "milestone",
    "number_series",
    "operation_request",
    "payment",
    "payment_attempt",
    "payment_reversal",
    "plan",
    "refund",
    "request_secret",
    "segment_assignment",
    "statement",
    "subscription",
    "subscription_version",
    "survey_response",
    "sync_run",
    "sync_schedule",
    "tenant",
    "ticket",
    "ticket_event",
    "workflow",
    "write_off",
    "write_off_reversal",
]
