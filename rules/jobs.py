"""Job queue: work that hangs, fails or waits too long."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import Unit, jobs
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import PLATFORM
from rules import limits
from rules.expr import at_least, once, per, quantile, rise, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = [
    "AREA",
    "DURATION_P95",
    "FAILED",
    "FAILURE_SHARE",
    "FAILURE_SHARE_HIGH",
    "MANY_FAILED",
    "QUEUE_WAIT",
    "RUNS",
    "STUCK",
    "STUCK_JOBS",
    "WAIT",
]

_QUEUE = jobs.QUEUE_DEPTH.label("queue")
_HALF_HOUR = timedelta(minutes=30)

STUCK = Recording(
    name="company_queue:telecom_billing_jobs_stuck:max",
    expr=once(jobs.STUCK),
    help="Running jobs without a heartbeat for five minutes.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
FAILED = Recording(
    name="company:telecom_billing_jobs_failed:sum",
    expr=sum_by(once(jobs.FAILED), COMPANY),
    help="Jobs that failed for good and were neither retried nor discarded.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
WAIT = Recording(
    name="company_queue:telecom_billing_queue_oldest_wait_seconds:max",
    expr=once(jobs.OLDEST_WAIT),
    help="Time that the longest-waiting job has been in the queue.",
    unit=Unit.SECONDS,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
RUNS = Recording(
    name="company_queue:telecom_billing_jobs:increase30m",
    expr=sum_by(rise(jobs.PROCESSED, _HALF_HOUR), COMPANY, _QUEUE),
    help="Runs that ended within 30 minutes.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
FAILURE_SHARE = Recording(
    name="company_queue:telecom_billing_jobs:failed_ratio30m",
    expr=per(sum_by(rise(jobs.PROCESSED.where(status="failed"), _HALF_HOUR), COMPANY, _QUEUE), RUNS),
    help="Share of the runs of 30 minutes that failed; absent where nothing ran.",
    unit=Unit.RATIO,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
DURATION_P95 = Recording(
    name="company_queue:telecom_billing_job_processing_duration_seconds:p95_30m",
    expr=quantile(0.95, rise(jobs.DURATION.bucket, _HALF_HOUR), COMPANY, _QUEUE),
    help="Time within which 95 % of the runs of 30 minutes ended; absent where nothing ran.",
    unit=Unit.SECONDS,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)

STUCK_JOBS = Alert(
    name="JobsStuck",
    signal=str(STUCK),
    comparison=">=",
    limits=(limits.STUCK_JOBS,),
    unit=STUCK.unit,
    owner=PLATFORM,
    summary="Running jobs send no heartbeat.",
    description=(
        "{{ $value | humanize }} of the running jobs of company {{ $labels.company_id }} in queue "
        "{{ $labels.queue }} have sent no heartbeat for five minutes."
    ),
    panel="Stuck jobs",
)
MANY_FAILED = Alert(
    name="JobsFailedMany",
    signal=str(FAILED),
    comparison=">",
    limits=(limits.FAILED_JOBS,),
    unit=FAILED.unit,
    owner=PLATFORM,
    summary="Failed jobs accumulate.",
    description=(
        "{{ $value | humanize }} jobs of company {{ $labels.company_id }} failed and were neither retried "
        "nor discarded (limit <limit>)."
    ),
    panel="Failed jobs",
)
FAILURE_SHARE_HIGH = Alert(
    name="JobsFailureShareHigh",
    signal=str(FAILURE_SHARE),
    comparison=">",
    limits=(limits.JOB_FAILURE_SHARE,),
    given=at_least(RUNS, limits.MIN_JOB_RUNS, COMPANY, _QUEUE),
    settings=(("runs within 30 minutes", limits.MIN_JOB_RUNS),),
    unit=FAILURE_SHARE.unit,
    owner=PLATFORM,
    summary="Many runs of jobs fail.",
    description=(
        "{{ $value | humanizePercentage }} of the runs of company {{ $labels.company_id }} in queue "
        "{{ $labels.queue }} failed within 30 minutes (limit <limit>)."
    ),
    panel="Failure share",
)
QUEUE_WAIT = Alert(
    name="JobsQueueWaitLong",
    signal=str(WAIT),
    comparison=">",
    limits=(limits.QUEUE_WAIT, limits.QUEUE_WAIT_CRITICAL),
    unit=WAIT.unit,
    owner=PLATFORM,
    summary="Jobs wait too long to be started.",
    description=(
        "A job of company {{ $labels.company_id }} has waited {{ $value | humanizeDuration }} in queue "
        "{{ $labels.queue }} (limit <limit>)."
    ),
    panel="Longest wait",
)

AREA = RuleArea(
    name="jobs",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(jobs.METRICS), STUCK, FAILED, WAIT, RUNS, FAILURE_SHARE, DURATION_P95),
    alerts=(STUCK_JOBS, MANY_FAILED, FAILURE_SHARE_HIGH, QUEUE_WAIT),
)
