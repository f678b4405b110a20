"""Schedules, runs and workflows as they are shown, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Uuid, cast, func, select

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.operations.checks import check_choice
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.operations.pages import page_of
from ledgerscope.store import tables as t
from ledgerscope.store.tables.values import OUTCOMES, SYNC_STATUSES

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = [
    "ListRuns",
    "ListSchedules",
    "ListWorkflows",
    "RunPage",
    "RunView",
    "SchedulePage",
    "ScheduleView",
    "WorkflowPage",
    "WorkflowView",
    "list_runs",
    "list_schedules",
    "list_workflows",
    "view_schedule",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """How a customer is synchronised: `failures` in a row, `running` while a run is under way."""

    customer_id: Id
    customer_number: str | None
    frequency: str
    status: str
    next_due_at: datetime
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    failures: int
    last_error_class: str | None
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run; `outcome` is None while it is under way."""

    sync_run_id: Id
    customer_id: Id
    trigger: str
    outcome: str | None
    error_class: str | None
    api_calls: int
    records: int
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowView:
    """A workflow as the last success met it; gone from `gone_at` on."""

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
    gone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSchedules:
    """Schedules, in the order in which customers were created; `cursor` is that of the page before."""

    status: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRuns:
    """Runs of one customer or of all, newest first; `cursor` is that of the page before."""

    customer_id: Id | None = None
    outcome: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWorkflows:
    """Workflows of a customer, in the order in which they were first met; gone ones only on request."""

    state: str | None = None
    gone: bool = False
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class SchedulePage:
    """Schedules, and the cursor of the next page; None on the last."""

    schedules: tuple[ScheduleView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Runs, and the cursor of the next page; None on the last."""

    runs: tuple[RunView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """Workflows, and the cursor of the next page; None on the last."""

    workflows: tuple[WorkflowView, ...]
    next_cursor: str | None


_schedule, _customer = t.sync_schedule.c, t.customer.c
_SCHEDULES: Final = select(
    _customer.customer_id, _customer.created_at, _customer.customer_number, _schedule.frequency,
    _schedule.status, _schedule.next_due_at, _schedule.last_attempt_at, _schedule.last_success_at,
    _schedule.backoff.label("failures"), _schedule.last_error_class,
    _schedule.claimed_run_id.is_not(None).label("running"),
).join_from(
    t.sync_schedule, t.customer,
    (_customer.tenant_id == _schedule.tenant_id) & (_customer.customer_id == _schedule.customer_id),
)  # fmt: skip
_RUNS: Final = select(*(t.sync_run.c[name] for name in RunView.__dataclass_fields__))
_WORKFLOW_PLACE: Final = cast(func.md5(t.workflow.c.workflow_id), Uuid).label("place")
"""An order among workflows that were met at once, of the form that cursors hold."""
_WORKFLOWS: Final = select(
    *(t.workflow.c[name] for name in WorkflowView.__dataclass_fields__), _WORKFLOW_PLACE
)


def view_schedule(connection: Connection, tenant_id: str, customer_id: Id) -> ScheduleView | None:
    """The schedule of a customer; None where it has none."""
    query = _SCHEDULES.where(_schedule.tenant_id == tenant_id, _schedule.customer_id == customer_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _as_schedule(row)


def list_schedules(connection: Connection, tenant_id: str, asked: ListSchedules) -> SchedulePage | Refused:
    """A page of schedules, without those of deleted customers."""
    unknown = check_choice("status", asked.status, SYNC_STATUSES)
    if unknown is not None:
        return unknown
    query = _SCHEDULES.where(_schedule.tenant_id == tenant_id, _customer.deleted_at.is_(None))
    if asked.status is not None:
        query = query.where(_schedule.status == asked.status)
    part = page_of(
        connection, query, (_customer.created_at, _customer.customer_id), limit=asked.limit,
        cursor=asked.cursor, oldest_first=True,
    )  # fmt: skip
    if isinstance(part, Refused):
        return part
    return SchedulePage(tuple(map(_as_schedule, part.rows)), part.next_cursor)


def list_runs(connection: Connection, tenant_id: str, asked: ListRuns) -> RunPage | Refused:
    """A page of runs."""
    unknown = check_choice("outcome", asked.outcome, OUTCOMES)
    if unknown is not None:
        return unknown
    c = t.sync_run.c
    query = _RUNS.where(c.tenant_id == tenant_id)
    if asked.customer_id is not None:
        wanted = as_id(asked.customer_id)
        if wanted is None:
            return no_row("customer", asked.customer_id)
        query = query.where(c.customer_id == wanted)
    if asked.outcome is not None:
        query = query.where(c.outcome == asked.outcome)
    part = page_of(connection, query, (c.started_at, c.sync_run_id), limit=asked.limit, cursor=asked.cursor)
    return part if isinstance(part, Refused) else RunPage(tuple(map(_as_run, part.rows)), part.next_cursor)


def list_workflows(
    connection: Connection, tenant_id: str, customer_id: Id, asked: ListWorkflows
) -> WorkflowPage | Refused:
    """A page of the workflows of a customer."""
    c = t.workflow.c
    query = _WORKFLOWS.where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    if not asked.gone:
        query = query.where(c.gone_at.is_(None))
    if asked.state is not None:
        query = query.where(c.state == asked.state)
    part = page_of(
        connection, query, (c.first_seen_at, _WORKFLOW_PLACE), limit=asked.limit, cursor=asked.cursor,
        oldest_first=True,
    )  # fmt: skip
    if isinstance(part, Refused):
        return part
    return WorkflowPage(tuple(map(_as_workflow, part.rows)), part.next_cursor)


def _as_schedule(row: Any) -> ScheduleView:
    values = row._asdict()
    del values["created_at"]
    return ScheduleView(**{**values, "customer_id": row.customer_id.hex})


def _as_run(row: Row[Any]) -> RunView:
    ids = {"sync_run_id": row.sync_run_id.hex, "customer_id": row.customer_id.hex}
    return RunView(**{**row._asdict(), **ids})


def _as_workflow(row: Row[Any]) -> WorkflowView:
    values = row._asdict()
    del values["place"]
    return WorkflowView(**values)
