"""Background jobs in every state: done, failed and retried, waiting, running and hanging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.random_source import RandomSource
from ledgerscope.domain.events import EventType
from ledgerscope.store.records import JobRun, make_event

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.life.story import Era
    from ledgerscope.store.changes_batch import Batch
    from ledgerscope.store.records import Event, Id

__all__ = ["ERRORS", "JOB_WEIGHTS", "KINDS", "JobKind", "job_finished", "write_jobs"]

ERRORS: Final = ("Timeout", "ConnectionReset", "ValidationError", "OutOfMemory", "UpstreamUnavailable")
_HISTORY: Final = timedelta(days=60)
_ATTEMPTS: Final = 3
_LEAST_PER_DAY: Final = 8
_RETRY_FAILS: Final = 0.5
_SILENT: Final = timedelta(minutes=20)


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
    JobKind("sync", "sync-customer", 0.22, 6),
    JobKind("reports", "build-report", 0.1, 70),
    JobKind("imports", "import-customers", 0.06, 30),
)
JOB_WEIGHTS: Final = {kind: kind.share for kind in KINDS}


def job_finished(run: JobRun) -> Event:
    """The event of a try that has ended; raises ValueError for one that has not."""
    if run.started_at is None or run.finished_at is None:
        raise ValueError(f"job run {run.job_run_id} has not finished: it is {run.state}")
    status = "completed" if run.state == "succeeded" else "failed"
    duration = (run.finished_at - run.started_at) // timedelta(milliseconds=1)
    labels = (run.queue, run.job_name, status)
    return make_event(run.tenant_id, EventType.JOB_FINISHED, run.finished_at, *labels, duration_ms=duration)


def write_jobs(seed: int, company: Company, batch: Batch, era: Era, size: float) -> None:
    """Sixty days of work, as much as a company of that size has, and the queues as they are now."""
    work = _Work(RandomSource(seed, company.tenant_id, "jobs"), company, batch, era)
    start = max(era.since, era.until - _HISTORY)
    every = timedelta(days=1) / max(_LEAST_PER_DAY, company.jobs_per_day * size)
    for number in range(int((era.until - start) / every)):
        work.do(work.random.pick(JOB_WEIGHTS), start + every * (number + work.random.random()))
    work.write_queues()


class _Work:
    """The jobs of one company."""

    def __init__(self, random: RandomSource, company: Company, batch: Batch, era: Era) -> None:
        self.random = random
        self._company = company
        self._batch = batch
        self._until = era.until

    def do(self, kind: JobKind, enqueued: datetime) -> None:
        """A job and, where it fails, its retries; a try that would not be over yet is left out."""
        refused, job_id = self._company.job_failure, self.random.id()
        for attempt in range(1, _ATTEMPTS + 1):
            started = enqueued + self.random.seconds(0.2, 40)
            finished = started + self._takes(kind)
            if finished > self._until:
                return
            failed = self.random.chance(refused)
            state = "failed" if failed else "succeeded"
            error = self.random.choice(ERRORS) if failed else None
            run = self._write(
                kind,
                state,
                enqueued,
                started,
                finished,
                finished,
                error=error,
                job_id=job_id,
                attempt=attempt,
            )
            self._batch.add(job_finished(run))
            if not failed:
                return
            refused = _RETRY_FAILS
            enqueued = finished + self.random.seconds(20, 300)

    def write_queues(self) -> None:
        """Now: some wait, some run, some hang without a sign of life, a few were called off."""
        until, random = self._until, self.random
        for _ in range(self._company.waiting_jobs):
            self._write(random.pick(JOB_WEIGHTS), "queued", until - random.seconds(1, 900))
        for _ in range(4):
            started = until - random.seconds(10, 90)
            self._write(random.pick(JOB_WEIGHTS), "running", started - random.seconds(1, 9), started, started)
        for _ in range(self._company.stuck_jobs):
            heard = until - _SILENT - random.seconds(0, 7200)
            started = heard - random.seconds(60, 600)
            self._write(KINDS[0], "running", started - random.seconds(1, 9), started, heard)
        for _ in range(3):
            enqueued = until - random.days(1, 20)
            cancelled = enqueued + random.seconds(60, 600)
            self._write(random.pick(JOB_WEIGHTS), "cancelled", enqueued, finished=cancelled)

    def _takes(self, kind: JobKind) -> timedelta:
        seconds = kind.usual_seconds * self.random.lognormvariate(0, 0.7)
        return timedelta(milliseconds=max(20, int(seconds * 1000)))

    def _write(
        self,
        kind: JobKind,
        state: str,
        enqueued: datetime,
        started: datetime | None = None,
        heartbeat: datetime | None = None,
        finished: datetime | None = None,
        *,
        error: str | None = None,
        job_id: Id | None = None,
        attempt: int = 1,
    ) -> JobRun:
        run = JobRun(
            self._company.tenant_id, self.random.id(), job_id or self.random.id(), kind.queue, kind.name, state,
            attempt, enqueued, started, heartbeat, finished, error,
        )  # fmt: skip
        self._batch.add(run)
        return run
