"""Background workers: how a job that was enqueued goes on, try by try.

All chance of a try follows from its identifier, so whoever looks at it later finds the same end: a worker
that was killed in the middle of a job is followed by one that ends it as the first would have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.random_source import RandomSource
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import JobRun, derive_id, make_event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ledgerscope.store.records import Event

__all__ = ["ERRORS", "JOB_WEIGHTS", "KINDS", "JobKind", "enqueue", "go_on", "job_finished"]

ERRORS: Final = ("Timeout", "ConnectionReset", "ValidationError", "OutOfMemory", "UpstreamUnavailable")
ATTEMPTS: Final = 3
_RETRY_FAILS: Final = 0.2


@dataclass(frozen=True, slots=True)
class JobKind:
    """A job by name: its queue, its share of all jobs, and how long it usually takes."""

    queue: str
    name: str
    share: float
    usual_seconds: float


KINDS: Final = (
    JobKind("billing", "issue-invoices", 0.14, 24),
    JobKind("billing", "charge-cards", 0.14, 9),
    JobKind("billing", "refresh-aging", 0.06, 45),
    JobKind("mail", "send-reminders", 0.16, 1.2),
    JobKind("mail", "send-statements", 0.12, 2.5),
    JobKind("sync", "fetch-exchange-rates", 0.22, 6),
    JobKind("reports", "build-report", 0.1, 70),
    JobKind("imports", "import-customers", 0.06, 30),
)
JOB_WEIGHTS: Final = {kind: kind.share for kind in KINDS}
_USUAL_SECONDS: Final = {kind.name: kind.usual_seconds for kind in KINDS}


def enqueue(tenant_id: str, random: RandomSource, when: datetime, kind: JobKind | None = None) -> JobRun:
    """The first try of a new job."""
    kind = kind or random.pick(JOB_WEIGHTS)
    return JobRun(tenant_id, random.id(), random.id(), kind.queue, kind.name, "queued", 1, when)


def go_on(run: JobRun, since: datetime, until: datetime, failure: float) -> Iterator[JobRun]:
    """A try as it is at `until`, and the tries that follow from it; nobody worked on it before `since`.

    `failure` is the share of first tries that fail. The next try of a failed job is enqueued at once, for
    some minutes later.
    """
    while True:
        random = RandomSource("try", run.job_run_id)
        waits, takes = random.seconds(0.2, 40), _takes(random, run.job_name)
        failed = random.chance(failure if run.attempt == 1 else max(failure, _RETRY_FAILS))
        started = run.started_at or max(run.enqueued_at + waits, since)
        finished = started + takes
        if started > until:
            yield run
            return
        if finished > until:
            yield run._replace(state="running", started_at=started, heartbeat_at=until)
            return
        error = random.choice(ERRORS) if failed else None
        run = run._replace(
            state="failed" if failed else "succeeded",
            started_at=started,
            heartbeat_at=finished,
            finished_at=finished,
            error_class=error,
        )
        yield run
        if not failed or run.attempt >= ATTEMPTS:
            return
        run = JobRun(
            run.tenant_id, derive_id(run.job_run_id, "again"), run.job_id, run.queue, run.job_name, "queued",
            run.attempt + 1, finished + random.seconds(20, 300),
        )  # fmt: skip


def job_finished(run: JobRun) -> Event:
    """The event of a try that has ended; raises ValueError for one that has not."""
    if run.started_at is None or run.finished_at is None:
        raise ValueError(f"job run {run.job_run_id} has not finished: it is {run.state}")
    status = "completed" if run.state == "succeeded" else "failed"
    duration = (run.finished_at - run.started_at) // timedelta(milliseconds=1)
    labels = (run.queue, run.job_name, status)
    return make_event(run.tenant_id, EventType.JOB_FINISHED, run.finished_at, *labels, duration_ms=duration)


def _takes(random: RandomSource, job_name: str) -> timedelta:
    seconds = _USUAL_SECONDS.get(job_name, 5.0) * random.lognormvariate(0, 0.7)
    return timedelta(milliseconds=max(20, int(seconds * 1000)))
