"""Job queue: what waits, what hangs, what failed, and how long the work takes."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM

__all__ = ["DURATION", "FAILED", "METRICS", "OLDEST_WAIT", "PROCESSED", "QUEUE_DEPTH", "RUNNING", "STUCK"]

_QUEUE = Label(name="queue", help="Queue.", bound=8)
_JOB_NAME = Label(name="job_name", help="Name of the job.", bound=16)
_STATUS = Label(name="status", help="How the run ended.", values=("completed", "failed"))

QUEUE_DEPTH = Metric(
    name="telecom_billing_queue_depth",
    kind=Kind.GAUGE,
    help="Jobs waiting to be started.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
OLDEST_WAIT = Metric(
    name="telecom_billing_queue_oldest_wait_seconds",
    kind=Kind.GAUGE,
    help="Time that the longest-waiting job has been in the queue; zero where nothing waits.",
    unit=Unit.SECONDS,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
RUNNING = Metric(
    name="telecom_billing_jobs_running",
    kind=Kind.GAUGE,
    help="Jobs started and not finished.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
STUCK = Metric(
    name="telecom_billing_jobs_stuck",
    kind=Kind.GAUGE,
    help="Running jobs without a sign of life for five minutes.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
FAILED = Metric(
    name="telecom_billing_jobs_failed",
    kind=Kind.GAUGE,
    help="Jobs whose last try failed within the last 30 days, without those for which a later try is known.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE),
    owner=PLATFORM,
)
PROCESSED = Metric(
    name="telecom_billing_jobs_total",
    kind=Kind.COUNTER,
    help="Runs of jobs that ended.",
    unit=Unit.COUNT,
    labels=(COMPANY, _QUEUE, _JOB_NAME, _STATUS),
    owner=PLATFORM,
)
DURATION = Metric(
    name="telecom_billing_job_processing_duration_seconds",
    kind=Kind.HISTOGRAM,
    help="Time from the start of a run to its end; runs without a recorded duration are left out.",
    unit=Unit.SECONDS,
    labels=(COMPANY, _QUEUE, _JOB_NAME, _STATUS),
    buckets=(0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    owner=PLATFORM,
)

METRICS = (QUEUE_DEPTH, OLDEST_WAIT, RUNNING, STUCK, FAILED, PROCESSED, DURATION)
