"""One typed record per table: the rows that operations decide on and that the writers write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.store import tables
from ledgerscope.store.records.base import Id, Record, columns, derive_id, span
from ledgerscope.store.records.customers import (
    Communication,
    Contact,
    Customer,
    FxRate,
    Interaction,
    SegmentAssignment,
    StatusChange,
    Tenant,
)
from ledgerscope.store.records.engagement import (
    ActivityDay,
    MarketingSpend,
    Milestone,
    SurveyResponse,
    Ticket,
    TicketEvent,
)
from ledgerscope.store.records.events import make_event
from ledgerscope.store.records.operations import (
    AgingSnapshot,
    AuditEntry,
    AuditRemark,
    Credential,
    CredentialAccess,
    CustomerGrant,
    CustomerSetting,
    Event,
    ExportRun,
    ImportBatch,
    ImportChange,
    ImportRowError,
    JobRun,
    OperationRequest,
    Statement,
    StoredWorkflow,
    SyncRun,
    SyncSchedule,
)
from ledgerscope.store.records.receivables import (
    Allocation,
    CreditBreach,
    CreditLimit,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    PaymentAttempt,
    PaymentReversal,
    Refund,
    WriteOff,
    WriteOffReversal,
)
from ledgerscope.store.records.subscriptions import (
    PlanRow,
    Subscription,
    SubscriptionVersion,
)

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = [
    "TABLE_OF",
    "ActivityDay",
    "AgingSnapshot",
    "Allocation",
    "AuditEntry",
    "AuditRemark",
    "Communication",
    "Contact",
    "Credential",
    "CredentialAccess",
    "CreditBreach",
    "CreditLimit",
    "CreditNote",
    "Customer",
    "CustomerGrant",
    "CustomerSetting",
    "Event",
    "ExportRun",
    "FxRate",
    "Id",
    "ImportBatch",
    "ImportChange",
    "ImportRowError",
    "Interaction",
    "Invoice",
    "InvoiceDue",
    "JobRun",
    "MarketingSpend",
    "Milestone",
    "OperationRequest",
    "Payment",
    "PaymentAttempt",
    "PaymentReversal",
    "PlanRow",
    "Record",
    "Refund",
    "SegmentAssignment",
    "Statement",
    "StatusChange",
    "StoredWorkflow",
    "Subscription",
    "SubscriptionVersion",
    "SurveyResponse",
    "SyncRun",
    "SyncSchedule",
    "Tenant",
    "Ticket",
    "TicketEvent",
    "WriteOff",
    "WriteOffReversal",
    "columns",
    "derive_id",
    "key_of",
    "make_event",
    "span",
]

TABLE_OF: Final[dict[type[Record], Table]] = {
    Tenant: tables.tenant,
    FxRate: tables.fx_rate,
    Customer: tables.customer,
    StatusChange: tables.customer_status_history,
    Contact: tables.contact,
    Communication: tables.communication,
    Interaction: tables.interaction,
    SegmentAssignment: tables.segment_assignment,
    PlanRow: tables.plan,
    Subscription: tables.subscription,
    SubscriptionVersion: tables.subscription_version,
    Invoice: tables.invoice,
    InvoiceDue: tables.invoice_due,
    Payment: tables.payment,
    PaymentReversal: tables.payment_reversal,
    PaymentAttempt: tables.payment_attempt,
    CreditNote: tables.credit_note,
    Refund: tables.refund,
    WriteOff: tables.write_off,
    WriteOffReversal: tables.write_off_reversal,
    Allocation: tables.allocation,
    CreditLimit: tables.credit_limit,
    CreditBreach: tables.credit_breach,
    SurveyResponse: tables.survey_response,
    Ticket: tables.ticket,
    TicketEvent: tables.ticket_event,
    ActivityDay: tables.activity_day,
    Milestone: tables.milestone,
    MarketingSpend: tables.marketing_spend,
    Event: tables.event,
    JobRun: tables.job_run,
    Statement: tables.statement,
    AgingSnapshot: tables.aging_snapshot,
    ImportBatch: tables.import_batch,
    ImportRowError: tables.import_row_error,
    ImportChange: tables.import_change,
    ExportRun: tables.export_run,
    Credential: tables.credential,
    CredentialAccess: tables.credential_access,
    SyncSchedule: tables.sync_schedule,
    SyncRun: tables.sync_run,
    AuditEntry: tables.audit_log,
    AuditRemark: tables.audit_remark,
    OperationRequest: tables.operation_request,
    CustomerGrant: tables.customer_grant,
    CustomerSetting: tables.customer_setting,
    StoredWorkflow: tables.workflow,
}
"""Where each kind of record is kept."""


_KEY_WIDTH: Final = {kind: len(table.primary_key.columns) for kind, table in TABLE_OF.items()}


def key_of(record: Record) -> tuple[Any, ...]:
    """The primary key of a record: its first fields."""
    return record[: _KEY_WIDTH[type(record)]]
