"""Business events: what an operation writes in its own transaction and a collector later counts.

The one list of event types with the keys of their labels: operations may write no others and collectors may
read no others. Grain: one event is one thing that happened to one customer or to one company.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["EVENT_SHAPES", "EventShape", "EventType"]


class EventType(StrEnum):
    """Types of events, named as the source documents name them."""

    CUSTOMER_CREATED = "CustomerCreated"
    CUSTOMER_UPDATED = "CustomerUpdated"
    CUSTOMER_DELETED = "CustomerDeleted"
    CUSTOMER_STATUS_CHANGED = "CustomerStatusChanged"
    CONTACT_CREATED = "ContactCreated"
    CONTACT_UPDATED = "ContactUpdated"
    CONTACT_REMOVED = "ContactRemoved"
    COMMUNICATION_LOGGED = "CommunicationLogged"
    INTERACTION_LOGGED = "InteractionLogged"
    INTERACTION_STATUS_CHANGED = "InteractionStatusChanged"
    SEGMENT_ASSIGNED = "SegmentAssigned"
    SEGMENT_REPLACED = "SegmentReplaced"
    SEGMENT_REMOVED = "SegmentRemoved"
    CREDIT_LIMIT_GRANTED = "CreditLimitGranted"
    CREDIT_LIMIT_ADJUSTMENT_REQUESTED = "CreditLimitAdjustmentRequested"
    CREDIT_LIMIT_ADJUSTED = "CreditLimitAdjusted"
    CREDIT_LIMIT_REJECTED = "CreditLimitRejected"
    CREDIT_LIMIT_BREACHED = "CreditLimitBreached"
    CREDIT_HOLD_PLACED = "CreditHoldPlaced"
    CREDIT_HOLD_RELEASED = "CreditHoldReleased"
    AGING_SNAPSHOT_REFRESHED = "AgingSnapshotRefreshed"
    STATEMENT_GENERATED = "StatementGenerated"
    STATEMENT_FAILED = "StatementFailed"
    SUBSCRIPTION_CREATED = "SubscriptionCreated"
    SUBSCRIPTION_CHANGED = "SubscriptionChanged"
    SUBSCRIPTION_ENDED = "SubscriptionEnded"
    CUSTOMER_WON = "CustomerWon"
    CUSTOMER_LOST = "CustomerLost"
    CUSTOMER_REGAINED = "CustomerRegained"
    SUBSCRIPTION_PAUSED = "SubscriptionPaused"
    SUBSCRIPTION_RESUMED = "SubscriptionResumed"
    INVOICE_DRAFTED = "InvoiceDrafted"
    INVOICE_FINALISED = "InvoiceFinalised"
    INVOICE_VOIDED = "InvoiceVoided"
    PAYMENT_SUCCEEDED = "PaymentSucceeded"
    PAYMENT_FAILED = "PaymentFailed"
    PAYMENT_REVERSED = "PaymentReversed"
    MONEY_ALLOCATED = "MoneyAllocated"
    MONEY_REFUNDED = "MoneyRefunded"
    CREDIT_NOTE_ISSUED = "CreditNoteIssued"
    DEBT_WRITTEN_OFF = "DebtWrittenOff"
    WRITE_OFF_REVERSED = "WriteOffReversed"
    NPS_ANSWERED = "NpsAnswered"
    CSAT_ANSWERED = "CsatAnswered"
    TICKET_OPENED = "TicketOpened"
    TICKET_CLOSED = "TicketClosed"
    JOB_FINISHED = "JobFinished"
    ACCESS_GRANTED = "AccessGranted"
    ACCESS_REVOKED = "AccessRevoked"
    CUSTOMERS_IMPORTED = "CustomersImported"
    CUSTOMER_IMPORT_BATCH_COMPLETED = "CustomerImportBatchCompleted"
    IMPORT_FAILED = "ImportFailed"
    CUSTOMERS_EXPORTED = "CustomersExported"
    CREDENTIAL_SAVED = "CredentialSaved"
    CREDENTIAL_ROTATED = "CredentialRotated"
    CREDENTIAL_ACCESSED = "CredentialAccessed"
    CREDENTIAL_REVOKED = "CredentialRevoked"
    CUSTOMER_SETTING_CHANGED = "CustomerSettingChanged"
    SYNC_SCHEDULED = "SyncScheduled"
    SYNC_PAUSED = "SyncPaused"
    SYNC_RESUMED = "SyncResumed"
    SYNC_REQUESTED = "SyncRequested"
    SYNC_STARTED = "SyncStarted"
    SYNC_SUCCEEDED = "SyncSucceeded"
    SYNC_FAILED = "SyncFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventShape:
    """What an event of a type carries: the keys of `labels`, and which measures are filled."""

    labels: tuple[str, ...] = ()
    amount: bool = False
    duration: bool = False


EVENT_SHAPES: dict[EventType, EventShape] = {
    EventType.CUSTOMER_CREATED: EventShape(labels=("source", "status")),
    EventType.CUSTOMER_UPDATED: EventShape(labels=("field_changed",)),
    EventType.CUSTOMER_DELETED: EventShape(labels=("reason", "mode")),
    EventType.CUSTOMER_STATUS_CHANGED: EventShape(labels=("from_status", "to_status")),
    EventType.CONTACT_CREATED: EventShape(labels=("contact_type", "is_primary")),
    EventType.CONTACT_UPDATED: EventShape(labels=("contact_type", "is_primary")),
    EventType.CONTACT_REMOVED: EventShape(labels=("contact_type",)),
    EventType.COMMUNICATION_LOGGED: EventShape(labels=("channel", "direction")),
    EventType.INTERACTION_LOGGED: EventShape(labels=("type", "status")),
    EventType.INTERACTION_STATUS_CHANGED: EventShape(labels=("type", "from_status", "to_status")),
    EventType.SEGMENT_ASSIGNED: EventShape(labels=("segment",)),
    EventType.SEGMENT_REPLACED: EventShape(labels=("segment",)),
    EventType.SEGMENT_REMOVED: EventShape(labels=("segment",)),
    EventType.CREDIT_LIMIT_GRANTED: EventShape(),
    EventType.CREDIT_LIMIT_ADJUSTMENT_REQUESTED: EventShape(labels=("adjustment_type",)),
    EventType.CREDIT_LIMIT_ADJUSTED: EventShape(labels=("adjustment_type",)),
    EventType.CREDIT_LIMIT_REJECTED: EventShape(labels=("adjustment_type",)),
    EventType.CREDIT_LIMIT_BREACHED: EventShape(labels=("severity", "override_used"), amount=True),
    EventType.CREDIT_HOLD_PLACED: EventShape(),
    EventType.CREDIT_HOLD_RELEASED: EventShape(),
    EventType.AGING_SNAPSHOT_REFRESHED: EventShape(labels=("trigger",)),
    EventType.STATEMENT_GENERATED: EventShape(
        labels=("format", "delivery_method", "outcome", "period_months"), duration=True
    ),
    EventType.STATEMENT_FAILED: EventShape(
        labels=("format", "delivery_method", "outcome", "reason_class"), duration=True
    ),
    EventType.SUBSCRIPTION_CREATED: EventShape(labels=("tier",)),
    EventType.SUBSCRIPTION_CHANGED: EventShape(labels=("tier",)),
    EventType.SUBSCRIPTION_ENDED: EventShape(labels=("end_reason",)),
    EventType.CUSTOMER_WON: EventShape(),
    EventType.CUSTOMER_LOST: EventShape(labels=("end_reason",)),
    EventType.CUSTOMER_REGAINED: EventShape(),
    EventType.INVOICE_DRAFTED: EventShape(labels=("kind",), amount=True),
    EventType.INVOICE_FINALISED: EventShape(labels=("kind",), amount=True),
    EventType.PAYMENT_SUCCEEDED: EventShape(labels=("gateway",), amount=True),
    EventType.PAYMENT_FAILED: EventShape(labels=("gateway", "reason"), amount=True),
    EventType.SUBSCRIPTION_PAUSED: EventShape(),
    EventType.SUBSCRIPTION_RESUMED: EventShape(),
    EventType.INVOICE_VOIDED: EventShape(amount=True),
    EventType.PAYMENT_REVERSED: EventShape(labels=("reversal",), amount=True),
    EventType.MONEY_ALLOCATED: EventShape(labels=("source",), amount=True),
    EventType.MONEY_REFUNDED: EventShape(labels=("source",), amount=True),
    EventType.CREDIT_NOTE_ISSUED: EventShape(amount=True),
    EventType.DEBT_WRITTEN_OFF: EventShape(amount=True),
    EventType.WRITE_OFF_REVERSED: EventShape(labels=("reason",), amount=True),
    EventType.NPS_ANSWERED: EventShape(),
    EventType.CSAT_ANSWERED: EventShape(),
    EventType.TICKET_OPENED: EventShape(labels=("priority",)),
    EventType.TICKET_CLOSED: EventShape(labels=("priority",)),
    EventType.ACCESS_GRANTED: EventShape(),
    EventType.ACCESS_REVOKED: EventShape(),
    EventType.JOB_FINISHED: EventShape(labels=("queue", "job_name", "status"), duration=True),
    EventType.CUSTOMERS_IMPORTED: EventShape(labels=("format", "status", "size_class"), duration=True),
    EventType.CUSTOMER_IMPORT_BATCH_COMPLETED: EventShape(labels=("format",), duration=True),
    EventType.IMPORT_FAILED: EventShape(labels=("format", "reason"), duration=True),
    EventType.CUSTOMERS_EXPORTED: EventShape(
        labels=("format", "filter_type", "outcome", "size_class"), duration=True
    ),
    EventType.CREDENTIAL_SAVED: EventShape(labels=("outcome",)),
    EventType.CREDENTIAL_ROTATED: EventShape(labels=("outcome",)),
    EventType.CREDENTIAL_ACCESSED: EventShape(labels=("action",)),
    EventType.CREDENTIAL_REVOKED: EventShape(),
    EventType.CUSTOMER_SETTING_CHANGED: EventShape(labels=("key", "change")),
    EventType.SYNC_SCHEDULED: EventShape(labels=("frequency",)),
    EventType.SYNC_PAUSED: EventShape(),
    EventType.SYNC_RESUMED: EventShape(),
    EventType.SYNC_REQUESTED: EventShape(labels=("trigger",)),
    EventType.SYNC_STARTED: EventShape(labels=("trigger",)),
    EventType.SYNC_SUCCEEDED: EventShape(labels=("trigger",), duration=True),
    EventType.SYNC_FAILED: EventShape(labels=("trigger", "error_class"), duration=True),
}
