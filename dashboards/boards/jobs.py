"""Job queue: whether work gets done, and how long it waits."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, now, per_hour, total
from ledgerscope.catalogue import Unit, jobs
from ledgerscope.catalogue.labels import COMPANY
from rules import jobs as rules
from rules.expr import by

__all__ = ["BOARD"]

_QUEUE = jobs.QUEUE_DEPTH.label("queue")
_STATUS = jobs.PROCESSED.label("status")
_JOB = jobs.PROCESSED.label("job_name")

BOARD = Board(
    area="jobs",
    title="Job queue",
    question="Does the work get done, and in time?",
    variables=(Variable("company_id", "Company", jobs.QUEUE_DEPTH),),
    span="6h",
    rows=(
        Row(
            "In time",
            (
                stat(
                    "Waiting",
                    Query(total(jobs.QUEUE_DEPTH, COMPANY), "{{company_id}}"),
                    about="Jobs that wait to be started.",
                    unit=Unit.COUNT,
                ),
                stat(
                    "Running",
                    Query(total(jobs.RUNNING, COMPANY), "{{company_id}}"),
                    about="Jobs started and not finished.",
                    unit=Unit.COUNT,
                ),
                stat(
                    "Oldest waits for",
                    Query(by("max", chosen(rules.WAIT), COMPANY), "{{company_id}}"),
                    about="How long the longest-waiting job has waited, in any queue.",
                    unit=Unit.SECONDS,
                    draws=(rules.QUEUE_WAIT,),
                    width=8,
                ),
                stat(
                    "Without a sign of life",
                    Query(by("sum", chosen(rules.STUCK), COMPANY), "{{company_id}}"),
                    about="Running jobs that have been silent for five minutes.",
                    unit=Unit.COUNT,
                    draws=(rules.STUCK_JOBS,),
                ),
                stat(
                    "Failed for good",
                    Query(str(chosen(rules.FAILED)), "{{company_id}}"),
                    about="Jobs whose last attempt failed and that nobody has looked after.",
                    unit=Unit.COUNT,
                    draws=(rules.MANY_FAILED,),
                ),
            ),
        ),
        Row(
            "Waiting",
            (
                lines(
                    "Longest wait",
                    Query(str(chosen(rules.WAIT)), "{{company_id}} {{queue}}"),
                    about="By queue; zero where nothing waits.",
                    unit=Unit.SECONDS,
                    draws=(rules.QUEUE_WAIT,),
                ),
                lines(
                    "Queue depth",
                    Query(now(jobs.QUEUE_DEPTH), "{{company_id}} {{queue}}"),
                    about="Rising while work goes on: more comes in than is done.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
        Row(
            "Working",
            (
                lines(
                    "Runs per hour",
                    Query(
                        per_hour(jobs.PROCESSED, COMPANY, _QUEUE, _STATUS),
                        "{{company_id}} {{queue}} {{status}}",
                    ),
                    about="Runs that ended, by queue and how they ended.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Duration, 95th percentile",
                    Query(str(chosen(rules.DURATION_P95)), "{{company_id}} {{queue}}"),
                    about="95 % of the runs of half an hour took no longer.",
                    unit=Unit.SECONDS,
                ),
                lines(
                    "Runs within half an hour",
                    Query(str(chosen(rules.RUNS)), "{{company_id}} {{queue}}"),
                    about="What the share of failures is measured against.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Running now",
                    Query(now(jobs.RUNNING), "{{company_id}} {{queue}}"),
                    about="None while jobs wait: the workers are gone.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
        Row(
            "Failing",
            (
                lines(
                    "Failure share",
                    Query(str(chosen(rules.FAILURE_SHARE)), "{{company_id}} {{queue}}"),
                    about="Share of the runs of half an hour that failed.",
                    unit=Unit.RATIO,
                    draws=(rules.FAILURE_SHARE_HIGH,),
                ),
                lines(
                    "Failed jobs",
                    Query(str(chosen(rules.FAILED)), "{{company_id}}"),
                    about="Falls when somebody retries or discards them.",
                    unit=Unit.COUNT,
                    draws=(rules.MANY_FAILED,),
                ),
                lines(
                    "Stuck jobs",
                    Query(str(chosen(rules.STUCK)), "{{company_id}} {{queue}}"),
                    about="One is one too many.",
                    unit=Unit.COUNT,
                    draws=(rules.STUCK_JOBS,),
                ),
                lines(
                    "Failures per hour, by job",
                    Query(
                        per_hour(jobs.PROCESSED, COMPANY, _JOB, status="failed"),
                        "{{company_id}} {{job_name}}",
                    ),
                    about="One job or all of them?",
                    unit=Unit.COUNT,
                ),
            ),
        ),
    ),
)
