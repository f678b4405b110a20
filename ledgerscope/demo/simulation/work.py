"""The workers of a company go on: jobs arrive, wait, run, give signs of life, end, fail and are retried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.operations.workers import KINDS, enqueue, go_on, job_finished
from ledgerscope.demo.simulation.context import RecordQuery
from ledgerscope.demo.simulation.sync import synchronise_due
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import JobRun, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.demo.simulation.context import Context

__all__ = ["Workers", "work"]

_UNFINISHED: Final = RecordQuery.of(
    JobRun, t.job_run.c.state.in_(("queued", "running")), order=(t.job_run.c.enqueued_at,)
)


@dataclass(frozen=True, slots=True)
class Workers:
    """How the workers of a company do: jobs a day, the share of tries that fail, queues that stand still.

    `take_over`: they also go on with tries that another worker left without a sign of life.
    """

    jobs_per_day: float
    failure: float
    stopped_queues: frozenset[str] = frozenset()
    take_over: bool = True


def work(context: Context, workers: Workers) -> None:
    """All that the workers do from the step before to this one."""
    for run in context.records(_UNFINISHED):
        if run.queue in workers.stopped_queues and run.state == "queued":
            continue
        silent = run.heartbeat_at not in {None, context.since}
        if silent and not workers.take_over:
            continue
        if silent:
            _take_over(context, run)
        else:
            _collect(context, go_on(run, context.since, context.now, workers.failure), known=run)
    every = timedelta(days=1) / workers.jobs_per_day
    when = context.since + context.random.random() * every
    while when <= context.now:
        first = enqueue(context.tenant_id, context.random, when)
        if first.queue in workers.stopped_queues:
            context.write(first)
        else:
            _collect(context, go_on(first, when, context.now, workers.failure))
        when += context.random.expovariate(1.0) * every + timedelta(milliseconds=1)
    synchronise_due(context)


def _take_over(context: Context, run: JobRun) -> None:
    """A try that hangs is ended as failed, and the job is done by a try of its own."""
    lost = run._replace(
        state="failed",
        error_class="WorkerLost",
        heartbeat_at=context.now,
        finished_at=context.now,
    )
    again = enqueue(
        run.tenant_id, context.random, context.now, next(kind for kind in KINDS if kind.name == run.job_name)
    )
    _collect(context, (lost, again._replace(job_id=run.job_id, attempt=run.attempt + 1)), known=run)


def _collect(context: Context, runs: Iterable[JobRun], known: JobRun | None = None) -> None:
    """The tries as they are now; the first of them is known to the database where `known` is given."""
    for run in runs:
        if known is not None and key_of(run) == key_of(known):
            changed = {name: value for name, value in run._asdict().items() if value != getattr(known, name)}
            rows: tuple[JobRun | Update, ...] = (Update(JobRun, key_of(run), changed),) if changed else ()
        else:
            rows = (run,)
        events = () if run.finished_at is None else (job_finished(run),)
        context.commit(Changes(rows, events))
