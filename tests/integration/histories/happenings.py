"""Random answers to surveys, jobs, events, and events that were pruned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.store import tables as t
from tests.collectors.books import LONG_AGO

if TYPE_CHECKING:
    from uuid import UUID

    from tests.integration.histories.company import Company

LABELS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "CustomerCreated": {"source": ("api", "ui", "fax"), "status": ("active", "blocked", "asleep")},
    "CustomerUpdated": {"field_changed": ("name", "email", "nickname")},
    "CustomerDeleted": {"reason": ("closed", "other", "bored"), "mode": ("soft", "hard")},
    "CustomerStatusChanged": {"from_status": ("active", "blocked"), "to_status": ("active", "inactive")},
    "ContactCreated": {"contact_type": ("sales", "billing", "friend"), "is_primary": ("true", "no")},
    "CommunicationLogged": {"channel": ("email", "note", "pigeon"), "direction": ("inbound", "outbound")},
    "CreditLimitAdjustmentRequested": {"adjustment_type": ("increase", "decrease", "sideways")},
    "CreditLimitAdjusted": {"adjustment_type": ("increase", "decrease")},
    "CreditLimitRejected": {"adjustment_type": ("increase", "decrease")},
    "CreditLimitBreached": {"severity": ("warning", "critical"), "override_used": ("true", "false")},
    "AgingSnapshotRefreshed": {"trigger": ("payment", "scheduled", "whim")},
    "StatementGenerated": {
        "format": ("pdf", "csv", "fax"), "delivery_method": ("email", "post"),
        "outcome": ("success", "failure"), "period_months": ("1", "13+", "14"),
    },
    "StatementFailed": {
        "format": ("pdf", "csv"), "delivery_method": ("file", "pigeon"), "reason_class": ("timeout", "luck"),
    },
    "CustomersImported": {
        "format": ("csv", "xlsx", "xml"), "status": ("success", "partial", "lost"),
        "size_class": ("0-99", "few"),
    },
    "ImportFailed": {"format": ("csv", "json"), "reason": ("rows", "unreadable", "luck")},
    "CustomersExported": {
        "format": ("csv", "json"), "filter_type": ("all", "several", "none"),
        "outcome": ("success", "failure"),
    },
    "CustomerWon": {},
    "CustomerLost": {"end_reason": ("voluntary", "involuntary")},
    "JobFinished": {
        "queue": ("mail", "pdf"), "job_name": ("send", "print"), "status": ("completed", "failed", "lost"),
    },
    "TicketOpened": {"priority": ("high",)},
}  # fmt: skip
"""Event types with label values, known and unknown ones; one that no counter counts."""
TIMED: Final = frozenset({"JobFinished", "StatementGenerated", "CustomersImported"})
"""Those whose durations a histogram shows."""


def random_happenings(company: Company, most: int) -> None:
    """Up to so many answers, tries of jobs, events, imports and exports."""
    for _ in range(company.random.randint(0, most)):
        _answer(company)
    for _ in range(company.random.randint(0, most)):
        _job(company)
    for _ in range(company.random.randint(0, most)):
        _event(company)
    for _ in range(company.random.randint(0, 3)):
        _rollup(company)
        _import(company)
        _export(company)


def _answer(company: Company) -> None:
    kind = company.random.choice(("nps", "nps", "csat"))
    scale = 10 if kind == "nps" else company.random.choice((5, 7, 10))
    company.add(
        t.survey_response,
        response_id=company.key(),
        kind=kind,
        respondent_hash=company.random.choice("abcdefgh"),
        score=company.random.randint(0 if kind == "nps" else 1, scale),
        scale_max=scale,
        at=company.instant(),
    )


def _job(company: Company) -> None:
    """One to three tries of a job; a try is enqueued before or after the one before it has ended."""
    queue, job = company.random.choice(("mail", "pdf", "sync")), company.key()
    for attempt in range(1, company.random.choice((2, 2, 3, 4))):
        _try(company, queue, job, attempt)


def _try(company: Company, queue: str, job: UUID, attempt: int) -> None:
    enqueued = company.instant()
    state = company.random.choice(("queued", "running", "succeeded", "failed", "failed", "cancelled"))
    started = heartbeat = finished = None
    if state in {"running", "succeeded", "failed"} or company.chance(0.3):
        started = _soon(company, enqueued)
        heartbeat = _soon(company, started) if company.chance(0.5) else None
    if state in {"succeeded", "failed", "cancelled"}:
        finished = _soon(company, started or enqueued)
    company.add(
        t.job_run,
        job_run_id=company.key(),
        job_id=job,
        queue=queue,
        job_name="send",
        state=state,
        attempt=attempt,
        enqueued_at=enqueued,
        started_at=started,
        heartbeat_at=heartbeat,
        finished_at=finished,
    )


def _soon(company: Company, after: Any) -> Any:
    """At once, or some time later; the least time and the five minutes of a stuck job among them."""
    minutes = company.random.choice((0, 0, 5, 60, 60 * 24 * 20))
    return after + timedelta(minutes=minutes, microseconds=company.random.choice((0, 0, 1)))


def _labels(company: Company, kind: str) -> dict[str, str]:
    """Now and then one label is missing, and one too many is there."""
    labels = {name: company.random.choice(choices) for name, choices in LABELS[kind].items()}
    if labels and company.chance(0.1):
        labels.pop(company.random.choice(sorted(labels)))
    return labels | ({"colour": "red"} if company.chance(0.1) else {})


def _event(company: Company) -> None:
    kind = company.random.choice(sorted(LABELS))
    milliseconds = company.random.choice((None, 0, 10, 100, 1000, 30001, 10_000_000))
    company.add(
        t.event,
        event_type=kind,
        occurred_at=company.instant() if company.chance(0.8) else LONG_AGO,
        labels=_labels(company, kind),
        duration_ms=milliseconds if kind in TIMED else None,
    )


def _rollup(company: Company) -> None:
    kind = company.random.choice(sorted(LABELS))
    buckets = [company.random.randint(0, 3) for _ in range(11)] if kind in TIMED else None
    company.add(
        t.event_rollup,
        event_type=kind,
        labels=_labels(company, kind) | {"pruned": company.books.number()},  # the labels are part of the key
        n=sum(buckets or ()) + company.random.randint(0, 3),
        sum_duration_ms=company.random.randint(0, 100_000) if buckets else 0,
        buckets=buckets,
    )


def _import(company: Company) -> None:
    """An import that runs, or has ended with rows of every kind."""
    began = company.instant()
    outcome = company.random.choice((None, "success", "partial", "failure"))
    created, updated, unchanged, skipped, failed = (company.random.randint(0, 9) for _ in range(5))
    company.add(
        t.import_batch,
        import_batch_id=company.key(),
        format=company.random.choice(("csv", "json", "xlsx")),
        outcome=outcome,
        rows_total=created + updated + unchanged + skipped + failed,
        rows_accepted=created + updated + unchanged,
        rows_rejected=failed,
        rows_created=created,
        rows_updated=updated,
        rows_unchanged=unchanged,
        rows_skipped=skipped,
        started_at=began,
        finished_at=_soon(company, began) if outcome else None,
    )


def _export(company: Company) -> None:
    company.add(
        t.export_run,
        export_run_id=company.key(),
        format=company.random.choice(("csv", "json")),
        filter_type="all",
        outcome=company.random.choice(("success", "success", "failure")),
        rows=1,
        size_bytes=company.random.choice((0, 999, 1000, 1001, 10**6, 10**9, 10**9 + 1)),
        duration_ms=1,
        at=company.instant(),
    )
