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
                    about="Waiting time of the longest-waiting job of any queue.",
                    unit=Unit.SECONDS,
                    draws=(rules.QUEUE_WAIT,),
                    width=8,
                ),
                stat(
                    "Without a heartbeat",
                    Query(by("sum", chosen(rules.STUCK), COMPANY), "{{company_id}}"),
                    about="Running jobs without a heartbeat for five minutes.",
                    unit=Unit.COUNT,
                    draws=(rules.STUCK_JOBS,),
                ),
                stat(
                    "Failed for good",
                    Query(str(chosen(rules.FAILED)), "{{company_id}}"),
                    about="Jobs whose last attempt failed and that were neither retried nor discarded.",
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
                    about="A rise while jobs run: more work arrives than is done.",
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
                    about="95 % of the runs of the last half hour took at most this long.",
                    unit=Unit.SECONDS,
                ),
                lines(
                    "Runs within half an hour",
                    Query(str(chosen(rules.RUNS)), "{{company_id}} {{queue}}"),
                    about="Number of runs that the failure share is based on.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Running now",
                    Query(now(jobs.RUNNING), "{{company_id}} {{queue}}"),
                    about="None while jobs wait: no worker is running.",
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
                    about="Falls when jobs are retried or discarded.",
                    unit=Unit.COUNT,
                    draws=(rules.MANY_FAILED,),
                ),
                lines(
                    "Stuck jobs",
                    Query(str(chosen(rules.STUCK)), "{{company_id}} {{queue}}"),
                    about="Running jobs without a heartbeat for five minutes.",
                    unit=Unit.COUNT,
                    draws=(rules.STUCK_JOBS,),
                ),
                lines(
                    "Failures per hour, by job",
                    Query(
                        per_hour(jobs.PROCESSED, COMPANY, _JOB, status="failed"),
                        "{{company_id}} {{job_name}}",
                    ),
                    about="Shows whether one job fails or all of them.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
    ),
)
