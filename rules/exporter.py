"""The exporter itself: is it there, does the database answer, how old is what it serves.

These keep the label `instance`: each replica answers for itself. They are evaluated as often as it is
scraped, because everything else is derived from what they watch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import Unit, exporter
from ledgerscope.catalogue.owners import PLATFORM
from rules import limits
from rules.expr import by, per
from rules.model import Alert, Recording, RuleArea
from rules.target import EXPORTER_JOB, INSTANCE, UP
from rules.timing import EXPORTER_INTERVAL

if TYPE_CHECKING:
    from rules.model import Limit

__all__ = [
    "ABSENT",
    "AREA",
    "DATABASE_DOWN",
    "DISABLED",
    "DOWN",
    "EXPIRED",
    "FAILING",
    "ISOLATED",
    "LOAD",
    "MISPLACED",
    "REBASED",
    "SLOW",
    "STALE",
    "WATCHDOG",
]

_COLLECTOR = exporter.UP.label("collector")
_COMPANY = exporter.ISOLATED_COMPANY.label("company_id")
_WHICH = "Collector {{ $labels.collector }} at {{ $labels.instance }}"

LOAD = Recording(
    name="instance_collector:ledgerscope_collector_duration_seconds:interval_ratio",
    expr=per(
        by("max", exporter.DURATION, INSTANCE, _COLLECTOR),
        by("max", exporter.INTERVAL, INSTANCE, _COLLECTOR),
    ),
    help="Share of its interval that the collector's last run took.",
    unit=Unit.RATIO,
    labels=(INSTANCE, _COLLECTOR),
    owner=PLATFORM,
)

DOWN = Alert(
    name="LedgerscopeDown",
    signal=by("max", UP.where(job=EXPORTER_JOB), INSTANCE),
    comparison="<",
    limits=(limits.TARGET_DOWN,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="Prometheus cannot scrape an exporter.",
    description="Prometheus cannot scrape the exporter at {{ $labels.instance }}.",
    panel="Scraped",
)
ABSENT = Alert(
    name="LedgerscopeAbsent",
    signal=f"absent({UP.where(job=EXPORTER_JOB)} == 1)",
    comparison=">=",
    limits=(limits.TARGET_ABSENT,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="No exporter can be scraped.",
    description="Prometheus can scrape no exporter at all; nothing about the business is being recorded.",
    panel="Scraped",
)
DATABASE_DOWN = Alert(
    name="LedgerscopeDatabaseUnreachable",
    signal=by("max", exporter.DATABASE_UP),
    comparison="<",
    limits=(limits.DATABASE_DOWN,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="No exporter reaches the database.",
    description="No exporter gets an answer from the database; all values become stale and expire.",
    panel="Database",
)
FAILING = Alert(
    name="LedgerscopeCollectorFailing",
    signal=by("max", exporter.CONSECUTIVE_FAILURES, INSTANCE, _COLLECTOR),
    comparison=">=",
    limits=(limits.COLLECTOR_FAILURES,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="A collector fails repeatedly.",
    description=(
        "Collector {{ $labels.collector }} at {{ $labels.instance }} failed {{ $value }} times in a row "
        "(limit <limit>)."
    ),
    panel="Failures in a row",
)


def _in_state(name: str, state: str, limit: Limit, summary: str, consequence: str) -> Alert:
    return Alert(
        name=name,
        signal=by("max", exporter.STATE.where(state=state), INSTANCE, _COLLECTOR),
        comparison=">=",
        limits=(limit,),
        unit=Unit.COUNT,
        owner=PLATFORM,
        summary=summary,
        description=f"{_WHICH} is {state}: {consequence}.",
        panel="State of the values",
    )


STALE = _in_state(
    "LedgerscopeCollectorStale",
    "stale",
    limits.COLLECTOR_STALE,
    "A collector serves stale values.",
    "its values are out of date but still served",
)
EXPIRED = _in_state(
    "LedgerscopeCollectorExpired",
    "expired",
    limits.COLLECTOR_EXPIRED,
    "A collector's values are gone.",
    "its values were too old to be served, and alerts on them cannot fire",
)
DISABLED = _in_state(
    "LedgerscopeCollectorDisabled",
    "disabled",
    limits.COLLECTOR_DISABLED,
    "A collector is disabled.",
    "the database lacks relations that it reads",
)
SLOW = Alert(
    name="LedgerscopeCollectorSlow",
    signal=str(LOAD),
    comparison=">",
    limits=(limits.COLLECTOR_LOAD,),
    unit=LOAD.unit,
    owner=PLATFORM,
    summary="A collector needs nearly its whole interval.",
    description=(
        "Collector {{ $labels.collector }} at {{ $labels.instance }} needs {{ $value | humanizePercentage }} "
        "of its interval (limit <limit>)."
    ),
    panel="Share of the interval in use",
)
REBASED = Alert(
    name="LedgerscopeCountersRebased",
    signal=by("max", f"increase({exporter.REBASES}[1h])", INSTANCE, _COLLECTOR),
    comparison=">=",
    limits=(limits.TALLY_REBASES,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="Event counters were recounted.",
    description=(
        "Collector {{ $labels.collector }} at {{ $labels.instance }} recounted all events within the last "
        "hour, because the database was restored, replaced or failed over."
    ),
    panel="Recounts",
)
MISPLACED = Alert(
    name="LedgerscopeEventsMisplaced",
    signal=by("max", exporter.MISPLACED, INSTANCE, _COLLECTOR),
    comparison=">=",
    limits=(limits.MISPLACED_EVENTS,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="Events are in no counter.",
    description=(
        "Collector {{ $labels.collector }} at {{ $labels.instance }} lacks {{ $value }} of its events, whose "
        "label values the catalogue does not know; its counters are too low by as many."
    ),
    panel="Events in no counter",
)
ISOLATED = Alert(
    name="LedgerscopeCompanyIsolated",
    signal=by("max", exporter.ISOLATED_COMPANY, INSTANCE, _COLLECTOR, _COMPANY),
    comparison=">=",
    limits=(limits.ISOLATED_COMPANY,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="The values of a company are left out.",
    description=(
        "Collector {{ $labels.collector }} at {{ $labels.instance }} leaves out the values of company "
        "{{ $labels.company_id }}, because its data cannot be used; all other companies are served."
    ),
    panel="Companies left out",
)
WATCHDOG = Alert(
    name="Watchdog",
    signal="vector(1)",
    comparison=">=",
    limits=(limits.HEARTBEAT,),
    unit=Unit.COUNT,
    owner=PLATFORM,
    summary="Alerting works from end to end.",
    description="This alert always fires; when its receiver no longer gets it, alerting is broken.",
    panel="Scraped",
)

AREA = RuleArea(
    name="exporter",
    interval=EXPORTER_INTERVAL,
    recordings=(LOAD,),
    alerts=(
        DOWN,
        ABSENT,
        DATABASE_DOWN,
        FAILING,
        STALE,
        EXPIRED,
        DISABLED,
        SLOW,
        REBASED,
        MISPLACED,
        ISOLATED,
        WATCHDOG,
    ),
)
