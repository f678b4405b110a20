"""Synchronisation: who is overdue, paused or in error at an instant.

The schedule says how things stand now. What it says holds at an instant after which nothing was begun, ended,
paused or resumed, which is the usual case; for earlier instants runs and events tell.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, lateral, literal, or_, select, true
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
    from sqlalchemy.sql.selectable import CTE

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
    mine = and_(run.tenant_id == now.c.tenant_id, run.outcome == "success", run.finished_at <= instant())
    last = lateral(select(run.started_at).where(mine).order_by(run.started_at.desc()).limit(1), "last")
    return select(now.c.tenant_id, last.c.started_at).join_from(now, last, true())


@cache
def standing() -> Select[Any]:
    """Per company and status: synchronised customers, and how many had no success for two intervals."""
    now, schedule, turned = clock(), sync_schedule.c, _turned()
    began = func.coalesce(
        case(
            (_has_moved(), _of_runs(func.max(sync_run.c.started_at), _succeeded())),
            else_=schedule.last_success_at,
        ),
        _of_runs(func.min(sync_run.c.started_at), sync_run.c.started_at <= instant()),
        case((schedule.last_attempt_at.is_(None), schedule.next_due_at)),
    ).label("began")
    paused = func.coalesce(turned.c.event_type == EventType.SYNC_RESUMED, schedule.status == "paused")
    told = and_(~_has_moved(), turned.c.event_type.is_(None))
    failing = case((_failures() >= ERROR_AFTER, "error"), else_="active")
    status = case((paused, "paused"), (told, schedule.status), else_=failing).label("status")
    each = (
        select(schedule.tenant_id, status, began, schedule.frequency)
        .join_from(now, sync_schedule, schedule.tenant_id == now.c.tenant_id)
        .join(customer, _same(customer.c))
        .join(turned, _same(turned.c), isouter=True)
        .where(exists_at())
        .cte("each_customer")
    )
    limits = [(each.c.frequency == word, literal(span)) for word, span in _OVERDUE_AFTER.items()]
    late = func.count().filter(each.c.began < instant() - case(*limits))
    return (
        select(each.c.tenant_id, each.c.status, func.count(), late)
        .where(each.c.began <= instant())
        .group_by(each.c.tenant_id, each.c.status)
    )


def _same(columns: Any) -> ColumnElement[bool]:
    """The row is of the customer of the schedule."""
    return and_(*(columns[name] == sync_schedule.c[name] for name in ("tenant_id", "customer_id")))


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


def _of_runs(figure: ColumnElement[Any], *wanted: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(figure).where(_same(sync_run.c), *wanted).correlate(sync_schedule).scalar_subquery()


def _succeeded() -> ColumnElement[bool]:
    return and_(sync_run.c.outcome == "success", sync_run.c.finished_at <= instant())


def _has_moved() -> ColumnElement[bool]:
    """A run of the customer began or ended after the instant."""
    run, at = sync_run.c, instant()
    last = (
        select(or_(run.started_at > at, func.coalesce(run.finished_at > at, False)))
        .where(_same(run))
        .order_by(run.started_at.desc())
        .limit(1)
        .correlate(sync_schedule)
        .scalar_subquery()
    )
    return func.coalesce(last, False)


def _failures() -> ScalarSelect[Any]:
    """Failures by the instant since the last success by then; stopped runs are none."""
    run = sync_run.alias("success")
    success = (
        select(func.max(run.c.finished_at))
        .where(_same(run.c), run.c.outcome == "success", run.c.finished_at <= instant())
        .correlate(sync_schedule)
        .scalar_subquery()
    )
    c = sync_run.c
    return _of_runs(
        func.count(),
        c.outcome == "failure",
        c.error_class != "stopped",
        c.finished_at <= instant(),
        or_(success.is_(None), c.finished_at > success),
    )
