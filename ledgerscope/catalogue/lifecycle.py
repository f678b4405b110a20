"""Customers: how many there are in which status, and what happened to their records."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import SALES_OPERATIONS
from ledgerscope.domain.values import ACCOUNT_STATUSES, DELETION_MODES, DELETION_REASONS, SOURCES

__all__ = ["ACCOUNTS", "CREATED", "DELETED", "METRICS", "STATUS_CHANGED", "UPDATED"]

_STATUS = Label(name="status", help="Life-cycle status.", values=ACCOUNT_STATUSES)

ACCOUNTS = Metric(
    name="customer_accounts",
    kind=Kind.GAUGE,
    help="Customers that are not deleted, by life-cycle status.",
    unit=Unit.COUNT,
    labels=(COMPANY, _STATUS),
    owner=SALES_OPERATIONS,
)
CREATED = Metric(
    name="customer_created_total",
    kind=Kind.COUNTER,
    help="Customers created, by the way they came in and the status they began with.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="source", help="Way the customer came in.", values=SOURCES),
        _STATUS,
    ),
    owner=SALES_OPERATIONS,
)
UPDATED = Metric(
    name="customer_updated_total",
    kind=Kind.COUNTER,
    help="Fields changed on customer records; one count for each field of a change.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(
            name="field_changed",
            help="Field that changed; other stands for every field outside this list.",
            values=("name", "email", "phone", "address", "terms", "currency", "external_id", "other"),
        ),
    ),
    owner=SALES_OPERATIONS,
)
DELETED = Metric(
    name="customer_deleted_total",
    kind=Kind.COUNTER,
    help="Customers deleted, softly (hidden, restorable) or hard (erased).",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="reason", help="Reason.", values=DELETION_REASONS),
        Label(name="mode", help="Kind of deletion.", values=DELETION_MODES),
    ),
    owner=SALES_OPERATIONS,
)
STATUS_CHANGED = Metric(
    name="customer_status_changed_total",
    kind=Kind.COUNTER,
    help="Changes of the life-cycle status.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="from_status", help="Status before.", values=ACCOUNT_STATUSES),
        Label(name="to_status", help="Status after.", values=ACCOUNT_STATUSES),
    ),
    impossible=frozenset((status, status) for status in ACCOUNT_STATUSES),
    owner=SALES_OPERATIONS,
)

METRICS = (ACCOUNTS, CREATED, UPDATED, DELETED, STATUS_CHANGED)
