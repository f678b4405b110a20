"""Job queue: what waits, what hangs, what failed, and how long the work takes.

A row is one try of a job. A queue that was ever seen stays at zero when it is empty, because an alert on its
depth has to see it come down.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import exists, func, or_, select

from collectors.area import AreaCollector
from collectors.clock import clock, instant, of_companies, parameters
from collectors.counters import Counters, EventCounter, Measure
from ledgerscope.catalogue import jobs as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import job_run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["JobsCollector"]

STUCK_AFTER: Final = timedelta(minutes=5)
FAILURES_KEPT: Final = timedelta(days=30)
GAUGES: Final = {
    "waiting": catalogue.QUEUE_DEPTH,
    "oldest_wait": catalogue.OLDEST_WAIT,
    "running": catalogue.RUNNING,
    "stuck": catalogue.STUCK,
}


class JobsCollector(AreaCollector):
    """Reads the runs of background jobs."""

    name = "jobs"
    metrics = catalogue.METRICS
    reads = (job_run,)
    counters = Counters(
        (
            EventCounter(metric=catalogue.PROCESSED, event_type=EventType.JOB_FINISHED),
            EventCounter(
                metric=catalogue.DURATION, event_type=EventType.JOB_FINISHED, measure=Measure.DURATION
            ),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        for tenant_id, queue, *_ in list(samples.label_sets(catalogue.PROCESSED)):
            _expect_queue(tenant_id, queue, samples)
        given = parameters(companies, as_of)
        given |= {"silent_since": as_of - STUCK_AFTER, "failures_since": as_of - FAILURES_KEPT}
        for row in connection.execute(unfinished(everybody=companies.whole), given).mappings():
            _expect_queue(row["tenant_id"], row["queue"], samples)
            for name, metric in GAUGES.items():
                samples.put(metric, (row["tenant_id"], row["queue"]), float(row[name]))
        for tenant_id, queue, n in connection.execute(failed(everybody=companies.whole), given):
            _expect_queue(tenant_id, queue, samples)
            samples.put(catalogue.FAILED, (tenant_id, queue), n)


def _expect_queue(tenant_id: str, queue: str, samples: SampleBuilder) -> None:
    for metric in (*GAUGES.values(), catalogue.FAILED):
        samples.expect(metric, (tenant_id, queue))


@cache
def unfinished(*, everybody: bool) -> Select[Any]:
    """Per company and queue: jobs waiting, the longest wait in seconds, jobs running and stuck."""
    now, company = instant(), clock()
    runs = of_companies(job_run, everybody=everybody)
    waits = or_(runs.c.started_at.is_(None), runs.c.started_at > now)
    alive_at = func.coalesce(runs.c.heartbeat_at, runs.c.started_at)
    wait = func.extract("epoch", now - func.min(runs.c.enqueued_at).filter(waits))
    return (
        select(
            runs.c.tenant_id,
            runs.c.queue,
            func.count().filter(waits).label("waiting"),
            func.coalesce(wait, 0).label("oldest_wait"),
            func.count().filter(~waits).label("running"),
            func.count().filter(~waits, alive_at < instant("silent_since")).label("stuck"),
        )
        .join_from(company, runs, runs.c.tenant_id == company.c.tenant_id)
        .where(
            runs.c.enqueued_at <= now,
            or_(runs.c.finished_at.is_(None), runs.c.finished_at > now),
        )
        .group_by(runs.c.tenant_id, runs.c.queue)
    )


@cache
def failed(*, everybody: bool) -> Select[Any]:
    """Per company and queue: jobs whose last known try failed within the time that failures are kept.

    A later try, also one that begins only after the instant, is a retry or a discard.
    """
    company, runs = clock(), of_companies(job_run, everybody=everybody)
    later = runs.alias("later")
    answered = exists(
        select(later.c.job_run_id).where(
            later.c.tenant_id == runs.c.tenant_id,
            later.c.job_id == runs.c.job_id,
            later.c.attempt > runs.c.attempt,
        )
    )
    return (
        select(runs.c.tenant_id, runs.c.queue, func.count())
        .join_from(company, runs, runs.c.tenant_id == company.c.tenant_id)
        .where(
            runs.c.state == "failed",
            runs.c.finished_at > instant("failures_since"),
            runs.c.finished_at <= instant(),
            ~answered,
        )
        .group_by(runs.c.tenant_id, runs.c.queue)
    )
