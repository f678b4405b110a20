"""Cases of the rules about the exporter itself."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import exporter
from rules import exporter as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady
from rules.target import EXPORTER_JOB, UP

__all__ = ["ALERTS", "RECORDINGS"]

_HERE = {"instance": "exporter:9108"}
_OTHER = {"instance": "replica:9108"}
_AGING = _HERE | {"collector": "aging"}
_TARGET = _HERE | {"job": EXPORTER_JOB}


def _state(state: str, held: int) -> tuple[Given, ...]:
    return (given(exporter.STATE, steady(held), **_AGING, state=state),)


def _run(seconds: float) -> tuple[Given, ...]:
    return (
        given(exporter.DURATION, steady(seconds), **_AGING),
        given(exporter.INTERVAL, steady(60), **_AGING),
    )


ALERTS = (
    AlertCase(
        alert=rules.DOWN,
        labels=_HERE,
        beyond=(given(UP, steady(0), **_TARGET),),
        says={Severity.WARNING: "Prometheus cannot scrape the exporter at exporter:9108."},
        within=(
            given(UP, steady(1), **_TARGET),
            given(UP, steady(0), instance="node:9100", job="something-else"),
        ),
        replicated=False,
    ),
    AlertCase(
        alert=rules.ABSENT,
        labels={},
        beyond=(
            given(UP, steady(0), **_TARGET),
            given(UP, steady(1), instance="exporter:9108", job="something-else"),
        ),
        says={
            Severity.CRITICAL: (
                "Prometheus can scrape no exporter at all; nothing about the business is being recorded."
            )
        },
        within=(
            given(UP, steady(0), **_TARGET),
            given(UP, steady(1), **_OTHER, job=EXPORTER_JOB),
        ),
        replicated=False,
    ),
    AlertCase(
        alert=rules.DATABASE_DOWN,
        labels={},
        beyond=(
            given(exporter.DATABASE_UP, steady(0), **_HERE),
            given(exporter.DATABASE_UP, steady(0), **_OTHER),
        ),
        says={
            Severity.CRITICAL: (
                "No exporter gets an answer from the database; all values become stale and expire."
            )
        },
        within=(
            given(exporter.DATABASE_UP, steady(0), **_HERE),
            given(exporter.DATABASE_UP, steady(1), **_OTHER),
        ),
        replicated=False,
    ),
    AlertCase(
        alert=rules.FAILING,
        labels=_AGING,
        beyond=(given(exporter.CONSECUTIVE_FAILURES, steady(3), **_AGING),),
        says={Severity.WARNING: "Collector aging at exporter:9108 failed 3 times in a row (limit 3)."},
        within=(given(exporter.CONSECUTIVE_FAILURES, steady(2), **_AGING),),
        replicated=False,
    ),
    AlertCase(
        alert=rules.STALE,
        labels=_AGING,
        beyond=_state("stale", 1),
        says={
            Severity.WARNING: (
                "Collector aging at exporter:9108 is stale: its values are out of date but still served."
            )
        },
        within=(*_state("stale", 0), *_state("fresh", 1)),
        replicated=False,
    ),
    AlertCase(
        alert=rules.EXPIRED,
        labels=_AGING,
        beyond=_state("expired", 1),
        says={
            Severity.CRITICAL: (
                "Collector aging at exporter:9108 is expired: "
                "its values were too old to be served, and alerts on them cannot fire."
            )
        },
        within=(*_state("expired", 0), *_state("stale", 1)),
        replicated=False,
    ),
    AlertCase(
        alert=rules.DISABLED,
        labels=_AGING,
        beyond=_state("disabled", 1),
        says={
            Severity.INFO: (
                "Collector aging at exporter:9108 is disabled: the database lacks relations that it reads."
            )
        },
        within=(*_state("disabled", 0), *_state("fresh", 1)),
        replicated=False,
    ),
    AlertCase(
        alert=rules.SLOW,
        labels=_AGING,
        beyond=_run(48.6),
        says={Severity.WARNING: "Collector aging at exporter:9108 needs 81% of its interval (limit 80 %)."},
        within=_run(48),
        replicated=False,
    ),
    AlertCase(
        alert=rules.REBASED,
        labels=_AGING,
        after=timedelta(seconds=15),
        beyond=(given(exporter.REBASES, "0 1x200", **_AGING),),
        says={
            Severity.INFO: (
                "Collector aging at exporter:9108 recounted all events within the last hour, "
                "because the database was restored, replaced or failed over."
            )
        },
        within=(given(exporter.REBASES, steady(1), **_AGING),),
        replicated=False,
    ),
    AlertCase(
        alert=rules.MISPLACED,
        labels=_AGING,
        beyond=(given(exporter.MISPLACED, steady(1), **_AGING),),
        says={
            Severity.WARNING: (
                "Collector aging at exporter:9108 lacks 1 of its events, whose label values the catalogue "
                "does not know; its counters are too low by as many."
            )
        },
        within=(given(exporter.MISPLACED, steady(0), **_AGING),),
        replicated=False,
    ),
    AlertCase(
        alert=rules.ISOLATED,
        labels=_AGING | {"company_id": "acme"},
        beyond=(given(exporter.ISOLATED_COMPANY, steady(1), **_AGING, company_id="acme"),),
        says={
            Severity.WARNING: (
                "Collector aging at exporter:9108 leaves out the values of company acme, because its data "
                "cannot be used; all other companies are served."
            )
        },
        within=(given(exporter.ISOLATED_COMPANY, steady(0), **_AGING, company_id="acme"),),
        replicated=False,
    ),
    AlertCase(
        alert=rules.WATCHDOG,
        labels={},
        beyond=(given(UP, steady(1), **_TARGET),),
        says={
            Severity.NONE: (
                "This alert always fires; when its receiver no longer gets it, alerting is broken."
            )
        },
        within=(),
        replicated=False,
    ),
)

RECORDINGS = (
    RecordingCase(
        title="a collector that needs its whole interval of a second",
        expr=str(rules.LOAD),
        series=(
            given(exporter.DURATION, steady(1), **_AGING),
            given(exporter.INTERVAL, steady(1), **_AGING),
        ),
        at=timedelta(minutes=5),
        yields=((_AGING, 1),),
    ),
    RecordingCase(
        title="a collector that runs on no interval has no load",
        expr=str(rules.LOAD),
        series=(
            given(exporter.DURATION, steady(3), **_AGING),
            given(exporter.INTERVAL, steady(0), **_AGING),
        ),
        at=timedelta(minutes=5),
    ),
)
