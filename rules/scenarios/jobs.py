"""Cases of the job queue rules."""

from __future__ import annotations

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
)

RECORDINGS = (
    RecordingCase(
        title="the 95th percentile lies in the bucket that holds it",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 90), _durations("5.0", 100), _durations("+Inf", 100)),
        at=timedelta(minutes=30),
        yields=((_BILLING, 3.0),),
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
