"""Examples of answers, for the description of the API. They are whole: what is null is there too."""

from __future__ import annotations

from typing import Any

from ledgerscope.store.tables.values import (
    ACCOUNT_STATUSES,
    INTERACTION_STATUSES,
    INTERACTION_TYPES,
    SEGMENTS,
)

__all__ = ["EXAMPLES"]

_ID = "9f1c2b7a4e3d4c6f8a5b0d1e2f3a4b5c"
_NOON, _EARLIER = "2026-03-10T12:00:00Z", "2026-03-09T14:30:00Z"
_CURSOR = "AAZMoLgYqACfHCt6Tj1Mb4pbDR4vOktc"
_TYPES = dict.fromkeys(INTERACTION_TYPES, 0) | {"call": 8, "email": 12}
_STATUSES = dict.fromkeys(INTERACTION_STATUSES, 0) | {"completed": 18, "pending": 2}
_CUSTOMER: dict[str, Any] = {
    "customer_id": _ID,
    "customer_number": "C-000017",
    "external_id": "crm-4711",
    "name": "ABC Corporation",
    "email": "office@abc.example",
    "phone": None,
    "address": None,
    "status": "active",
    "credit_hold": False,
    "currency": "EUR",
    "terms_days": 30,
    "source": "api",
    "signup_channel": None,
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": _EARLIER,
    "deleted_at": None,
    "deletion_mode": None,
    "deletion_reason": None,
    "erased_at": None,
}
EXAMPLES: dict[str, Any] = {
    "CustomerAnalytics": {
        "customer_id": _ID,
        "customer_name": "ABC Corporation",
        "total_interactions": 20,
        "last_interaction_date": _EARLIER,
        "interaction_types": _TYPES,
        "interaction_status": _STATUSES,
        "segments": [
            {
                "segment_name": "premium",
                "segment_value": 250.0,
                "assigned_date": "2026-01-01T00:00:00Z",
                "description": "Premium tier customer",
            }
        ],
        "recent_interactions": [
            {
                "interaction_id": _ID,
                "interaction_type": "call",
                "subject": "Product inquiry",
                "status": "completed",
                "interaction_date": _EARLIER,
            }
        ],
        "recent_interactions_next": _CURSOR,
        "calculated_at": _NOON,
    },
    "SegmentAnalytics": {
        "segment_name": "premium",
        "total_customers": 8,
        "total_interactions": 20,
        "avg_interactions_per_customer": 2.5,
        "interaction_types": _TYPES,
        "interaction_status": _STATUSES,
        "activity_timeline": [{"date": "2026-03-10", "interactions": 3, "customers": 2}],
        "calculated_at": _NOON,
    },
    "DashboardMetrics": {
        "total_customers": 150,
        "total_interactions_today": 8,
        "total_interactions_week": 45,
        "total_interactions_month": 180,
        "top_segments": [{"segment_name": "premium", "customer_count": 25}],
        "recent_activity": [
            {
                "interaction_id": _ID,
                "customer_id": _ID,
                "customer_name": "ABC Corporation",
                "interaction_type": "call",
                "status": "completed",
                "interaction_date": _EARLIER,
            }
        ],
        "recent_activity_next": _CURSOR,
        "calculated_at": _NOON,
    },
    "OrganizationSummary": {
        "total_customers": 150,
        "active_customers": 60,
        "customer_status": dict.fromkeys(ACCOUNT_STATUSES, 0) | {"active": 150},
        "total_interactions": 20,
        "interaction_types": _TYPES,
        "interaction_status": _STATUSES,
        "segments": [{"segment_name": "premium", "customer_count": 25}],
        "calculated_at": _NOON,
    },
    "CustomerList": {"customers": [_CUSTOMER], "next_cursor": _CURSOR},
    "SegmentNames": list(SEGMENTS),
    "CustomerDetail": _CUSTOMER,
}
"""By the name of the model."""
