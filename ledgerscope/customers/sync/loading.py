"""Schedules and workflows as they stand; those that a decision changes are locked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.customers.settings.loading import settings_of
from ledgerscope.customers.sync.runs import Patience
from ledgerscope.customers.sync.state import ClaimedRun, Schedule
from ledgerscope.customers.sync.workflows import Filters, Known
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.settings.changes import CustomerSettings
    from ledgerscope.store.records import Id

__all__ = [
    "as_schedule",
    "claimed_run",
    "filters_of",
    "hold_schedule",
    "known_workflows",
    "patience_of",
    "settings_of_customer",
    "tries_since",
]

_FIELDS: Final = (
    "name", "state", "description", "version", "triggers", "run_interval", "outside_created_at",
    "outside_updated_at",
)  # fmt: skip


def hold_schedule(connection: Connection, tenant_id: str, customer_id: Id) -> Row[Any] | None:
    """The row of the customer's schedule, locked; None where it has none."""
    c = t.sync_schedule.c
    query = select(t.sync_schedule).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    return connection.execute(query.with_for_update()).one_or_none()


def as_schedule(row: Row[Any]) -> Schedule:
    """A row of sync_schedule."""
    return Schedule(
        frequency=row.frequency,
        status=row.status,
        next_due_at=row.next_due_at,
        last_attempt_at=row.last_attempt_at,
        last_success_at=row.last_success_at,
        failures=row.backoff,
        requested_trigger=row.requested_trigger,
        claimed_run_id=None if row.claimed_run_id is None else row.claimed_run_id.hex,
    )


def claimed_run(connection: Connection, tenant_id: str, run_id: Id) -> ClaimedRun:
    """A run that a schedule is claimed for."""
    c = t.sync_run.c
    row = connection.execute(
        select(c.customer_id, c.trigger, c.started_at).where(
            c.tenant_id == tenant_id, c.sync_run_id == run_id
        )
    ).one()
    return ClaimedRun(row.customer_id.hex, run_id, row.trigger, row.started_at)


def tries_since(connection: Connection, tenant_id: str, customer_id: Id, success: datetime | None) -> int:
    """Runs of a customer begun since its last success, or ever."""
    c = t.sync_run.c
    query = select(func.count()).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    if success is not None:
        query = query.where(c.started_at > success)
    return int(connection.execute(query).scalar_one())


def known_workflows(connection: Connection, tenant_id: str, customer_id: Id) -> Mapping[str, Known]:
    """The stored workflows of a customer by their identifier."""
    c = t.workflow.c
    query = select(c.workflow_id, c.gone_at, *(c[name] for name in _FIELDS)).where(
        c.tenant_id == tenant_id, c.customer_id == customer_id
    )
    return {
        row.workflow_id: Known({name: getattr(row, name) for name in _FIELDS}, row.gone_at)
        for row in connection.execute(query)
    }


def settings_of_customer(connection: Connection, tenant_id: str, customer_id: Id) -> CustomerSettings:
    """What is set for one customer."""
    return settings_of(connection, tenant_id, [customer_id])[customer_id]


def patience_of(settings: CustomerSettings) -> Patience:
    """How failures are met."""
    error_after: Any = settings.value("sync.error_after_failures")
    minutes: Any = settings.value("sync.longest_backoff_minutes")
    return Patience(error_after, timedelta(minutes=minutes))


def filters_of(settings: CustomerSettings) -> Filters:
    """Which workflows are kept."""
    states: Any = settings.value("workflows.states")
    contains: Any = settings.value("workflows.name_contains")
    return Filters(tuple(states), contains)
