"""The HTTP API about itself: what is asked, what is answered, and how long it takes.

Counted by the exporter's process, so each process has counts of its own, which begin at zero with it. The
names are those of the source documents; no label takes a value from outside.
"""

from __future__ import annotations

from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM

__all__ = [
    "ANSWERED",
    "DURATION",
    "METHODS",
    "METRICS",
    "OPERATIONS",
    "OPERATION_DURATION",
    "OTHER",
    "ROUTES",
    "STATUSES",
    "UNKNOWN_ROUTE",
]

OTHER = "other"
UNKNOWN_ROUTE = "unknown"
OPERATIONS = {
    "/api/v1/analytics/customers/{customer_id}/analytics": "customer_analytics",
    "/api/v1/analytics/segments/{segment_name}/analytics": "segment_analytics",
    "/api/v1/analytics/segments": "segments",
    "/api/v1/analytics/dashboard/metrics": "dashboard_metrics",
    "/api/v1/analytics/organization/summary": "organization_summary",
    "/api/v1/customers": "customer_list",
    "/api/v1/customers/{customer_id}": "customer_detail",
}
"""The operation of each route."""
ROUTES = (*OPERATIONS, UNKNOWN_ROUTE)
METHODS = ("GET", OTHER)
STATUSES = ("200", "400", "401", "403", "404", "405", "422", "429", "500", "503", OTHER)

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 1.2, 1.5, 2, 5, 10)
"""Among them are the goals and the limits of the source documents."""
_LABELS = (
    Label(
        name="method",
        help="Method of the request: GET or other. HEAD is answered too, and counts as other.",
        values=METHODS,
    ),
    Label(
        name="route",
        help="Template of the address, never the address itself; unknown where there is none.",
        values=ROUTES,
    ),
    Label(name="status", help="Status of the answer.", values=STATUSES),
)

ANSWERED = Metric(
    name="telecom_billing_http_requests_total",
    kind=Kind.COUNTER,
    help="Requests to the API that this process has answered, refused ones as well.",
    unit=Unit.COUNT,
    labels=_LABELS,
    owner=PLATFORM,
)
DURATION = Metric(
    name="telecom_billing_http_request_duration_seconds",
    kind=Kind.HISTOGRAM,
    help="Time from a request to the API until its answer is sent, refused ones as well.",
    unit=Unit.SECONDS,
    labels=_LABELS,
    buckets=_BUCKETS,
    owner=PLATFORM,
)
OPERATION_DURATION = Metric(
    name="customer_request_duration_seconds",
    kind=Kind.HISTOGRAM,
    help="Time that requests with a valid token took, by what they asked for.",
    unit=Unit.SECONDS,
    labels=(Label(name="operation", help="Operation of the API.", values=tuple(OPERATIONS.values())),),
    buckets=_BUCKETS,
    owner=PLATFORM,
)

METRICS = (ANSWERED, DURATION, OPERATION_DURATION)
