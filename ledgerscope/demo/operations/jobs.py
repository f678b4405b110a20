"""Sixty days of background work, and the queues as they are at the end of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.demo.operations.workers import JOB_WEIGHTS, enqueue, go_on, job_finished
from ledgerscope.demo.random_source import RandomSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.store.changes_batch import Batch

__all__ = ["JOBS_PER_DAY", "LEAST_JOBS_PER_DAY", "write_jobs"]

JOBS_PER_DAY: Final = 4320
"""Of a company of its full size, at present; the older history keeps a sample of them."""
LEAST_JOBS_PER_DAY: Final = 24
_HISTORY: Final = timedelta(days=60)
_IN_FULL: Final = timedelta(days=2)


def write_jobs(seed: int, company: Company, batch: Batch, era: Era, size: float) -> None:
    """All jobs of the last two days, and a sample of those before; some wait and some run at the end."""
    random = RandomSource(seed, company.tenant_id, "jobs")
    start, full = max(era.since, era.until - _HISTORY), max(era.since, era.until - _IN_FULL)
    arrivals = (
        *_arrivals(random, start, full, company.jobs_per_day * size),
        *_arrivals(random, full, era.until, JOBS_PER_DAY * size),
    )
    for when in arrivals:
        first = enqueue(company.tenant_id, random, when)
        for run in go_on(first, when, era.until, company.job_failure):
            batch.add(run)
            if run.finished_at is not None:
                batch.add(job_finished(run))
    for _ in range(3):
        _write_cancelled(random, company, batch, era.until - random.days(1, 20))


def _arrivals(random: RandomSource, start: datetime, end: datetime, per_day: float) -> Iterator[datetime]:
    every = timedelta(days=1) / max(LEAST_JOBS_PER_DAY, per_day)
    return (start + every * (number + random.random()) for number in range(int((end - start) / every)))


def _write_cancelled(random: RandomSource, company: Company, batch: Batch, when: datetime) -> None:
    run = enqueue(company.tenant_id, random, when, random.pick(JOB_WEIGHTS))
    batch.add(run._replace(state="cancelled", finished_at=when + random.seconds(60, 600)))
