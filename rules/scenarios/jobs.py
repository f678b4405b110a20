"""Cases of the job queue rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledgerscope.catalogue import jobs
from rules import jobs as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}
_BILLING = _ACME | {"queue": "billing"}
_RUN = _BILLING | {"job_name": "invoice"}


def _runs(failed: int, completed: int) -> tuple[Given, ...]:
    """Runs that all end in the thirtieth minute."""
    return (
        given(jobs.PROCESSED, f"0x29 {failed}x200", **_RUN, status="failed"),
        given(jobs.PROCESSED, f"0x29 {completed}x200", **_RUN, status="completed"),
    )


def _durations(bound: str, count: int) -> Given:
    return given(jobs.DURATION, f"0x29 {count}x200", **_RUN, status="completed", le=bound)


def _early(bound: str, count: int, minute: int = 9) -> Given:
    """Runs of another job that all end in the minute after this one."""
    labels = _BILLING | {"job_name": "dunning"}
    return given(jobs.DURATION, f"0x{minute} {count}x200", **labels, status="completed", le=bound)


_WAIT = "A job of company acme has waited {} in queue billing (limit {} min)."

ALERTS = (
    AlertCase(
        alert=rules.STUCK_JOBS,
        labels=_BILLING,
        beyond=(given(jobs.STUCK, steady(1), **_BILLING),),
        says={
            Severity.CRITICAL: (
                "1 of the running jobs of company acme in queue billing have sent no heartbeat "
                "for five minutes."
            )
        },
        within=(given(jobs.STUCK, steady(0), **_BILLING),),
    ),
    AlertCase(
        alert=rules.MANY_FAILED,
        labels=_ACME,
        beyond=(
            given(jobs.FAILED, steady(60), **_BILLING),
            given(jobs.FAILED, steady(41), **_ACME, queue="mail"),
        ),
        says={
            Severity.WARNING: (
                "101 jobs of company acme failed and were neither retried nor discarded (limit 100)."
            )
        },
        within=(
            given(jobs.FAILED, steady(60), **_BILLING),
            given(jobs.FAILED, steady(40), **_ACME, queue="mail"),
        ),
    ),
    AlertCase(
        alert=rules.FAILURE_SHARE_HIGH,
        labels=_BILLING,
        after=timedelta(minutes=30),
        beyond=_runs(failed=5, completed=15),
        says={
            Severity.WARNING: (
                "25% of the runs of company acme in queue billing failed within 30 minutes (limit 10 %)."
            )
        },
        within=_runs(failed=10, completed=90),
        few=_runs(failed=9, completed=10),
    ),
    AlertCase(
        alert=rules.FAILURE_SHARE_HIGH,
        labels=_BILLING,
        after=timedelta(minutes=30),
        beyond=_runs(failed=4, completed=34),
        says={
            Severity.WARNING: (
                "10.53% of the runs of company acme in queue billing failed within 30 minutes (limit 10 %)."
            )
        },
        within=(
            *_runs(failed=9, completed=10),
            *(replace(one, labels={**one.labels, "queue": "mail"}) for one in _runs(failed=10, completed=90)),
        ),
    ),
    AlertCase(
        alert=rules.QUEUE_WAIT,
        labels=_BILLING,
        beyond=(given(jobs.OLDEST_WAIT, steady(901), **_BILLING),),
        says={Severity.WARNING: _WAIT.format("15m 1s", 15)},
        within=(given(jobs.OLDEST_WAIT, steady(900), **_BILLING),),
    ),
    AlertCase(
        alert=rules.QUEUE_WAIT,
        labels=_BILLING,
        beyond=(given(jobs.OLDEST_WAIT, steady(3660), **_BILLING),),
        says={
            Severity.WARNING: _WAIT.format("1h 1m 0s", 15),
            Severity.CRITICAL: _WAIT.format("1h 1m 0s", 60),
        },
        within=(given(jobs.OLDEST_WAIT, steady(0), **_BILLING),),
    ),
    AlertCase(
        alert=rules.QUEUE_WAIT,
        labels=_BILLING,
        beyond=(given(jobs.OLDEST_WAIT, steady(3600), **_BILLING),),
        says={Severity.WARNING: _WAIT.format("1h 0m 0s", 15)},
        within=(given(jobs.OLDEST_WAIT, steady(0), **_BILLING),),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="one run that failed is all of them",
        expr=str(rules.FAILURE_SHARE),
        series=_runs(failed=1, completed=0),
        at=timedelta(minutes=30),
        yields=((_BILLING, 1),),
    ),
    RecordingCase(
        title="runs that failed are counted over all jobs of a queue",
        expr=str(rules.FAILURE_SHARE),
        series=(
            *_runs(failed=1, completed=2),
            given(jobs.PROCESSED, "0x29 1x200", **_BILLING, job_name="dunning", status="failed"),
        ),
        at=timedelta(minutes=30),
        yields=((_BILLING, 0.5),),
    ),
    RecordingCase(
        title="runs of more than half an hour ago do not count",
        expr=str(rules.RUNS),
        series=(given(jobs.PROCESSED, "0x9 5x200", **_RUN, status="failed"),),
        at=timedelta(minutes=45),
        yields=((_BILLING, 0),),
    ),
    RecordingCase(
        title="failures of more than half an hour ago have no share in the runs since then",
        expr=str(rules.FAILURE_SHARE),
        series=(
            given(jobs.PROCESSED, "0x9 5x200", **_RUN, status="failed"),
            given(jobs.PROCESSED, "0x29 5x200", **_RUN, status="completed"),
        ),
        at=timedelta(minutes=45),
        yields=((_BILLING, 0),),
    ),
    RecordingCase(
        title="the percentile is that of the last half hour, over all jobs of a queue",
        expr=str(rules.DURATION_P95),
        series=(
            *(_early(bound, 100) for bound in ("1.0", "5.0", "+Inf")),
            *(_durations(bound, count) for bound, count in (("1.0", 90), ("5.0", 100), ("+Inf", 100))),
        ),
        at=timedelta(minutes=45),
        yields=((_BILLING, 3.0),),
    ),
    RecordingCase(
        title="the 95th percentile lies in the bucket that holds it",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 90), _durations("5.0", 100), _durations("+Inf", 100)),
        at=timedelta(minutes=30),
        yields=((_BILLING, 3.0),),
    ),
    RecordingCase(
        title="the percentile is over all jobs of a queue, also where it is below a second",
        expr=str(rules.DURATION_P95),
        series=(
            *(_durations(bound, count) for bound, count in (("0.5", 50), ("1.0", 50), ("+Inf", 50))),
            *(_early(bound, count, 29) for bound, count in (("0.5", 40), ("1.0", 50), ("+Inf", 50))),
        ),
        at=timedelta(minutes=30),
        yields=((_BILLING, 0.75),),
    ),
    RecordingCase(
        title="where nothing ran, there is no percentile",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 0), _durations("+Inf", 0)),
        at=timedelta(minutes=30),
    ),
    RecordingCase(
        title="where nothing ran, no share failed",
        expr=str(rules.FAILURE_SHARE),
        series=_runs(failed=0, completed=0),
        at=timedelta(minutes=30),
    ),
)
