"""The job queue."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.integration.oracle.values import INSTANT, Row, Values, total

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.integration.oracle.moment import Moment


def waiting(now: Moment) -> list[Row]:
    return [
        row
        for row in now.company.of("job_run")
        if row.enqueued_at <= now.t and (row.started_at is None or now.t < row.started_at)
        if row.finished_at is None or now.t < row.finished_at  # else cancelled before it was started
    ]


def running(now: Moment) -> list[Row]:
    return [
        row
        for row in now.company.of("job_run")
        if row.started_at is not None and row.started_at <= now.t
        if row.finished_at is None or now.t < row.finished_at
    ]


def by_queue(rows: Iterable[Row]) -> Values:
    return total(((row.queue,), 1) for row in rows)


def oldest_wait(now: Moment) -> Values:
    found: Values = {}
    for row in waiting(now):
        seconds = Fraction((now.t - row.enqueued_at) // INSTANT, 1_000_000)
        found[row.queue,] = max(seconds, found.get((row.queue,), 0))
    return found


def jobs_stuck(now: Moment) -> Values:
    limit = timedelta(minutes=5)
    return by_queue(row for row in running(now) if now.t - (row.heartbeat_at or row.started_at) > limit)


def jobs_failed(now: Moment) -> Values:
    last = {row.job_id: row for row in sorted(now.company.of("job_run"), key=lambda row: row.attempt)}
    since = now.t - timedelta(hours=720)
    return by_queue(
        row for row in last.values() if row.state == "failed" and since < row.finished_at <= now.t
    )
