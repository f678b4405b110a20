"""Synchronisation: who is overdue, paused or in error at an instant.

The schedule says how things stand now. What it says holds at an instant after which nothing was begun, ended,
paused or resumed, which is the usual case; for earlier instants runs and events tell.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import DateTime, and_, case, func, lateral, literal, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import clock, instant, parameters
from collectors.counters import Counters, EventCounter
from collectors.lifecycle import exists_at
from ledgerscope.catalogue import sync as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import customer, event, sync_run, sync_schedule

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select
    from sqlalchemy.sql.selectable import CTE, LateralFromClause

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["SyncCollector"]

ERROR_AFTER: Final = 3
"""Failures in a row that are an error at instants for which the schedule does not say it."""
_OVERDUE_AFTER: Final = {
    "hourly": timedelta(hours=2),
    "daily": timedelta(days=2),
    "weekly": timedelta(weeks=2),
}
"""Two intervals of each frequency."""
_OF_SCHEDULE: Final = (
    "tenant_id", "customer_id", "frequency", "status", "next_due_at", "last_attempt_at", "last_success_at",
)  # fmt: skip
"""What is read of a schedule."""


class SyncCollector(AreaCollector):
    """Reads schedules, runs, and what paused and resumed them."""

    name = "sync"
    metrics = catalogue.METRICS
    reads = (sync_schedule, sync_run, customer)
    counters = Counters(
        (
            EventCounter(
                metric=catalogue.RUNS, event_type=EventType.SYNC_SUCCEEDED, fixed=(("outcome", "success"),)
            ),
            EventCounter(
                metric=catalogue.RUNS, event_type=EventType.SYNC_FAILED, fixed=(("outcome", "failure"),)
            ),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.OVERDUE, companies.tenants)
        samples.expect_closed(catalogue.CUSTOMERS, companies.tenants)
        given = parameters(companies, as_of)
        overdue: dict[str, int] = {}
        for tenant_id, status, customers, late in connection.execute(standing(), given):
            samples.put(catalogue.CUSTOMERS, (tenant_id, status), customers)
            overdue[tenant_id] = overdue.get(tenant_id, 0) + (0 if status == "paused" else late)
        for tenant_id, late in overdue.items():
            samples.put(catalogue.OVERDUE, (tenant_id,), late)
        for tenant_id, began in connection.execute(last_successes(), given):
            samples.put(catalogue.LAST_SUCCESS, (tenant_id,), began.timestamp())


@cache
def last_successes() -> Select[Any]:
    """Per company that has one: when the latest run began that had succeeded by the instant."""
    now, run = clock(), sync_run.c
    mine = and_(
        run.tenant_id == now.c.tenant_id,
        run.started_at <= instant(),  # no run ends before: this bounds the search in the index
        run.finished_at <= instant(),
        run.outcome == "success",
    )
    last = lateral(select(run.started_at).where(mine).order_by(run.started_at.desc()).limit(1), "last")
    return select(now.c.tenant_id, last.c.started_at).join_from(now, last, true())


@cache
def standing() -> Select[Any]:
    """Per company and status: synchronised customers, and how many had no success for two intervals."""
    each = _each_customer()
    limits = [(each.c.frequency == word, literal(span)) for word, span in _OVERDUE_AFTER.items()]
    late = func.count().filter(each.c.began < instant() - case(*limits))
    return (
        select(each.c.tenant_id, each.c.status, func.count(), late)
        .where(each.c.began <= instant())
        .group_by(each.c.tenant_id, each.c.status)
    )


def _each_customer() -> CTE:
    """Per customer: its status, and the instant that it is counted from."""
    there = _schedules()
    began = func.coalesce(
        case(
            (there.c.has_moved, _of_runs(there, func.max(sync_run.c.started_at), _succeeded())),
            else_=there.c.last_success_at,
        ),
        _of_runs(there, func.min(sync_run.c.started_at), sync_run.c.started_at <= instant()),
        case((there.c.last_attempt_at.is_(None), there.c.next_due_at)),
    ).label("began")
    status = case(
        (func.coalesce(there.c.turned == EventType.SYNC_RESUMED, there.c.status == "paused"), "paused"),
        (and_(~there.c.has_moved, there.c.turned.is_(None)), there.c.status),
        (_failures(there) >= ERROR_AFTER, "error"),
        else_="active",
    ).label("status")
    one = select(there.c.tenant_id, status, began, there.c.frequency)
    return one.cte("each_customer").prefix_with("MATERIALIZED")


def _schedules() -> CTE:
    """Per customer that exists: its schedule, whether it has moved, and how it was turned, since the instant.

    Materialised, so that the last run of each customer is looked up once.
    """
    now, turned, moved = clock(), _turned(), _moved()
    return (
        select(
            *(sync_schedule.c[name] for name in _OF_SCHEDULE),
            func.coalesce(moved.c.has_moved, False).label("has_moved"),
            turned.c.event_type.label("turned"),
        )
        .join_from(now, sync_schedule, sync_schedule.c.tenant_id == now.c.tenant_id)
        .join(customer, _same(customer.c))
        .join(turned, _same(turned.c), isouter=True)
        .join(moved, true(), isouter=True)
        .where(exists_at())
        .cte("schedules")
        .prefix_with("MATERIALIZED")
    )


def _same(columns: Any, schedules: Any = sync_schedule.c) -> ColumnElement[bool]:
    """The row is of the customer of the schedule."""
    return and_(*(columns[name] == schedules[name] for name in ("tenant_id", "customer_id")))


def _turned() -> CTE:
    """Per customer: whether it was paused or resumed first after the instant."""
    then, c = clock(), event.c
    return (
        select(c.tenant_id, c.customer_id, c.event_type)
        .ext(distinct_on(c.tenant_id, c.customer_id))
        .join_from(then, event, c.tenant_id == then.c.tenant_id)
        .where(
            c.event_type.in_((EventType.SYNC_PAUSED, EventType.SYNC_RESUMED)),
            c.occurred_at > instant(),
        )
        .order_by(c.tenant_id, c.customer_id, c.occurred_at, c.event_id)
        .cte("turned")
    )


def _moved() -> LateralFromClause:
    """Whether the last run of the customer began or ended after the instant."""
    run, at = sync_run.c, instant()
    moved = or_(run.started_at > at, func.coalesce(run.finished_at > at, False)).label("has_moved")
    last = select(moved).where(_same(run)).order_by(run.started_at.desc()).limit(1)
    return last.correlate(sync_schedule).lateral("last_run")


def _of_runs(schedules: CTE, figure: ColumnElement[Any], *wanted: ColumnElement[bool]) -> ScalarSelect[Any]:
    """A figure of the runs of the customer."""
    mine = _same(sync_run.c, schedules.c)
    return select(figure).where(mine, *wanted).correlate(schedules).scalar_subquery()


def _succeeded() -> ColumnElement[bool]:
    return and_(sync_run.c.outcome == "success", sync_run.c.finished_at <= instant())


def _failures(schedules: CTE) -> ScalarSelect[Any]:
    """Failures by the instant since the last success by then; stopped runs are none."""
    c, success = sync_run.c, _of_runs(schedules, func.max(sync_run.c.finished_at), _succeeded())
    return _of_runs(
        schedules,
        func.count(),
        c.outcome == "failure",
        c.error_class != "stopped",
        c.finished_at <= instant(),
        c.finished_at > func.coalesce(success, literal("-infinity", DateTime(timezone=True))),
    )
