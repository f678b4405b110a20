"""Jobs: what waits, runs, hangs and has failed, now and at any past instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from collectors.base import Distribution
from collectors.jobs import JobsCollector
from ledgerscope.store import tables as t
from tests.collectors.books import Books, at

if TYPE_CHECKING:
    from datetime import datetime

DEPTH, WAIT = "telecom_billing_queue_depth", "telecom_billing_queue_oldest_wait_seconds"
RUNNING, STUCK = "telecom_billing_jobs_running", "telecom_billing_jobs_stuck"
FAILED, TOTAL = "telecom_billing_jobs_failed", "telecom_billing_jobs_total"
DURATION = "telecom_billing_job_processing_duration_seconds"
MAIL = ("acme", "mail")


def minutes(ago: float) -> datetime:
    return at(-ago / 24 / 60)


def run(books: Books, state: str, job_id: UUID | None = None, attempt: int = 1, **times: Any) -> UUID:
    """A try of a job in the queue mail; times are minutes ago."""
    job_id = job_id or uuid4()
    instants = dict.fromkeys(("started_at", "heartbeat_at", "finished_at"))
    books.add(
        t.job_run,
        tenant_id="acme",
        job_run_id=uuid4(),
        job_id=job_id,
        queue="mail",
        job_name="send",
        state=state,
        attempt=attempt,
        **(instants | {name: minutes(ago) for name, ago in times.items()}),
    )
    return job_id


def test_a_company_without_jobs_has_no_queues(books: Books) -> None:
    books.tenant()
    assert books.read(JobsCollector()) == {}


def test_waiting_and_running_jobs_are_counted_by_queue(books: Books) -> None:
    books.tenant()
    run(books, "queued", enqueued_at=3)
    run(books, "queued", enqueued_at=1)
    run(books, "running", enqueued_at=9, started_at=2, heartbeat_at=1)
    run(books, "succeeded", enqueued_at=9, started_at=8, finished_at=7)
    found = books.read(JobsCollector())
    assert (found[DEPTH][MAIL], found[WAIT][MAIL], found[RUNNING][MAIL]) == (2, 180.0, 1)
    assert (found[STUCK][MAIL], found[FAILED][MAIL]) == (0, 0)


def test_a_running_job_without_a_sign_of_life_for_five_minutes_is_stuck(books: Books) -> None:
    books.tenant()
    run(books, "running", enqueued_at=30, started_at=20, heartbeat_at=5)
    run(books, "running", enqueued_at=30, started_at=20, heartbeat_at=5.1)
    run(books, "running", enqueued_at=30, started_at=6)
    found = books.read(JobsCollector())
    assert (found[RUNNING][MAIL], found[STUCK][MAIL]) == (3, 2)


def test_a_past_instant_shows_the_queue_as_it_was(books: Books) -> None:
    books.tenant()
    run(books, "succeeded", enqueued_at=30, started_at=20, finished_at=10)
    found = books.read(JobsCollector(), minutes(25))
    assert (found[DEPTH][MAIL], found[WAIT][MAIL], found[RUNNING][MAIL]) == (1, 300.0, 0)
    found = books.read(JobsCollector(), minutes(15))
    assert (found[DEPTH][MAIL], found[WAIT][MAIL], found[RUNNING][MAIL]) == (0, 0, 1)


def test_a_failed_job_counts_unless_a_later_try_or_discard_of_it_is_known(books: Books) -> None:
    books.tenant()
    run(books, "failed", enqueued_at=30, started_at=29, finished_at=28)
    retried = run(books, "failed", enqueued_at=30, started_at=29, finished_at=28)
    run(books, "succeeded", retried, 2, enqueued_at=20, started_at=20, finished_at=19)
    discarded = run(books, "failed", enqueued_at=30, started_at=29, finished_at=28)
    run(books, "cancelled", discarded, 2, enqueued_at=10, finished_at=10)
    scheduled = run(books, "failed", enqueued_at=30, started_at=29, finished_at=28)
    run(books, "queued", scheduled, 2, enqueued_at=-60)
    failed = [books.read(JobsCollector(), minutes(ago))[FAILED][MAIL] for ago in (29, 25, 5)]
    assert failed == [0, 1, 1]


def test_an_earlier_try_is_no_answer_to_a_failure(books: Books) -> None:
    books.tenant()
    job = run(books, "succeeded", attempt=1, enqueued_at=40, started_at=39, finished_at=38)
    run(books, "failed", job, 2, enqueued_at=30, started_at=29, finished_at=28)
    assert books.read(JobsCollector())[FAILED][MAIL] == 1


def test_a_failure_counts_for_thirty_days(books: Books) -> None:
    books.tenant()
    minute, month = 1, 30 * 24 * 60
    run(books, "failed", enqueued_at=month + 9, started_at=month + 9, finished_at=month)
    run(books, "failed", enqueued_at=month + 9, started_at=month + 9, finished_at=month - minute)
    run(books, "queued", enqueued_at=1)
    assert books.read(JobsCollector())[FAILED][MAIL] == 1
    assert books.read(JobsCollector(), minutes(2 * minute))[FAILED][MAIL] == 2


def test_a_queue_once_seen_stays_at_zero_and_a_failure_shows_before_it_happens(books: Books) -> None:
    books.tenant()
    books.event(
        "JobFinished",
        labels={"queue": "mail", "job_name": "send", "status": "completed"},
        duration_ms=700,
    )
    found = books.read(JobsCollector())
    assert found[DEPTH] == found[WAIT] == found[RUNNING] == found[STUCK] == found[FAILED] == {MAIL: 0}
    assert found[TOTAL] == {(*MAIL, "send", "completed"): 1, (*MAIL, "send", "failed"): 0}
    assert found[DURATION] == {
        (*MAIL, "send", "completed"): Distribution((0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1), 0.7),
        (*MAIL, "send", "failed"): Distribution((0,) * 11, 0.0),
    }
