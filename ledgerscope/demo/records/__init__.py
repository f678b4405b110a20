"""One typed record per table: what the generator, the live simulation and the loaders write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.demo.records.base import Id, Record, columns, span
from ledgerscope.demo.records.customers import (
    Communication,
    Contact,
    Customer,
    FxRate,
    Interaction,
    SegmentAssignment,
    StatusChange,
    Tenant,
)
from ledgerscope.demo.records.engagement import (
    ActivityDay,
    MarketingSpend,
    Milestone,
    SurveyResponse,
    Ticket,
    TicketEvent,
)
from ledgerscope.demo.records.operations import (
    AuditEntry,
    Credential,
    Event,
    ExportRun,
    ImportBatch,
    ImportRowError,
    JobRun,
    Statement,
    SyncRun,
    SyncSchedule,
)
from ledgerscope.demo.records.receivables import (
    Allocation,
    CreditBreach,
    CreditLimit,
    CreditNote,
    Invoice,
    InvoiceDue,
    Payment,
    PaymentAttempt,
    WriteOff,
)
from ledgerscope.demo.records.subscriptions import (
    PlanRow,
    Subscription,
    SubscriptionVersion,
)
from ledgerscope.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = [
    "TABLE_OF",
    "ActivityDay",
    "Allocation",
    "AuditEntry",
    "Communication",
    "Contact",
    "Credential",
    "CreditBreach",
    "CreditLimit",
    "CreditNote",
    "Customer",
    "Event",
    "ExportRun",
    "FxRate",
    "Id",
    "ImportBatch",
    "ImportRowError",
    "Interaction",
    "Invoice",
    "InvoiceDue",
    "JobRun",
    "MarketingSpend",
    "Milestone",
    "Payment",
    "PaymentAttempt",
    "PlanRow",
    "Record",
    "SegmentAssignment",
    "Statement",
    "StatusChange",
    "Subscription",
    "SubscriptionVersion",
    "SurveyResponse",
    "SyncRun",
    "SyncSchedule",
    "Tenant",
    "Ticket",
    "TicketEvent",
    "WriteOff",
    "columns",
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
    PaymentAttempt: tables.payment_attempt,
    CreditNote: tables.credit_note,
    WriteOff: tables.write_off,
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
    ImportBatch: tables.import_batch,
    ImportRowError: tables.import_row_error,
    ExportRun: tables.export_run,
    Credential: tables.credential,
    SyncSchedule: tables.sync_schedule,
    SyncRun: tables.sync_run,
    AuditEntry: tables.audit_log,
}
"""Where each kind of record is kept."""
