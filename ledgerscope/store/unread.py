"""What the exporter reads of our own schema: some tables, and not all of their columns.

The exporter's role may select this and nothing else (`roles`). Somebody else's database need not offer more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOT_READ", "READ"]

READ: Final = frozenset(
    {
        "allocation",
        "audit_log",
        "audit_seal",
        "audit_verification",
        "credential",
        "credit_limit",
        "credit_note",
        "currency",
        "customer",
        "customer_status_history",
        "event",
        "event_rollup",
        "export_run",
        "fx_rate",
        "import_batch",
        "invoice",
        "invoice_due",
        "job_run",
        "payment",
        "payment_reversal",
        "plan",
        "refund",
        "segment_assignment",
        "subscription",
        "subscription_version",
        "survey_response",
        "sync_run",
        "sync_schedule",
        "tenant",
        "write_off",
        "write_off_reversal",
    }
)
"""Tables that a collector reads; the last is read by `ledgerscope db check` alone."""
NOT_READ: Final[Mapping[str, frozenset[str]]] = {
    "allocation": frozenset({"recorded_at"}),
    "credential": frozenset({"key_id", "ciphertext", "fingerprint", "rotated_at", "base_url", "client_id"}),
    "audit_log": frozenset({"actor", "action", "subject", "details", "prev_hash", "hash"}),
    "audit_seal": frozenset({"prev_seq", "key_id", "mac"}),
    "audit_verification": frozenset({"sealed_to"}),
    "credit_limit": frozenset({"requested_by", "requested_at", "approved_by", "decided_at", "reason"}),
    "credit_note": frozenset({"number", "reason"}),
    "customer": frozenset(
        {
            "external_id",
            "name",
            "email",
            "source",
            "signup_channel",
            "updated_at",
            "deletion_mode",
            "deletion_reason",
            "erased_at",
            "customer_number",
            "phone",
            "address",
            "search_text",
        }
    ),
    "customer_status_history": frozenset({"reason", "actor"}),
    "event": frozenset({"schema_version", "user_id", "correlation_id", "idempotency_key"}),
    "export_run": frozenset({"filter_type", "rows", "actor", "duration_ms"}),
    "import_batch": frozenset(
        {
            "format",
            "outcome",
            "rows_total",
            "rows_accepted",
            "actor",
            "started_at",
            "problems",
            "settings_hash",
            "rows_hash",
            "undone_at",
        }
    ),
    "invoice": frozenset(
        {"subscription_id", "number", "kind", "finalised_at", "tax_minor", "service_period"}
    ),
    "job_run": frozenset({"job_name", "error_class"}),
    "payment": frozenset({"method", "gateway", "received_at", "reversal"}),
    "payment_reversal": frozenset({"kind", "recorded_at", "reason"}),
    "plan": frozenset({"code", "name", "trial_days", "retired_at"}),
    "refund": frozenset({"recorded_at"}),
    "segment_assignment": frozenset({"value", "description", "assigned_by"}),
    "subscription": frozenset({"end_reason"}),
    "survey_response": frozenset({"customer_id"}),
    "sync_run": frozenset({"trigger", "api_calls", "records"}),
    "sync_schedule": frozenset(
        {
            "backoff",
            "last_error_class",
            "requested_trigger",
            "claimed_run_id",
            "claimed_by",
            "claimed_until",
        }
    ),
    "tenant": frozenset({"name"}),
    "write_off": frozenset({"reason", "approved_by"}),
    "write_off_reversal": frozenset({"recorded_at", "reason"}),
}
"""By table. Names of people and other personal data are among them."""
