"""The exporter about itself: which collectors work, how old their values are, what went wrong."""

from __future__ import annotations

from ledgerscope.catalogue.areas import areas_with
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM
from ledgerscope.catalogue.parts import Part

__all__ = [
    "AGE",
    "BUILD_INFO",
    "COLLECTORS",
    "CONSECUTIVE_FAILURES",
    "DATABASE_UP",
    "DURATION",
    "FAILURES",
    "FAILURE_CLASSES",
    "INTERVAL",
    "ISOLATED_COMPANIES",
    "ISOLATED_COMPANY",
    "LAST_SUCCESS",
    "METRICS",
    "MISPLACED",
    "REBASES",
    "SAMPLES",
    "SKIPPED",
    "STATE",
    "STATES",
    "UP",
]

COLLECTORS = areas_with(Part.COLLECTOR)
"""The collectors, each named as its area."""
STATES = ("pending", "fresh", "stale", "expired", "disabled")
FAILURE_CLASSES = ("unreachable", "timeout", "permission", "schema", "data", "internal")

_COLLECTOR = Label(name="collector", help="Collector, named as its area.", values=COLLECTORS)

UP = Metric(
    name="ledgerscope_collector_up",
    kind=Kind.GAUGE,
    help="Whether the last run of the collector succeeded.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
STATE = Metric(
    name="ledgerscope_collector_state",
    kind=Kind.GAUGE,
    help="1 for the state the collector's values are in: pending before the first run, fresh, stale (served "
    "although too old), expired (no longer served), disabled (its relations are missing).",
    unit=Unit.COUNT,
    labels=(_COLLECTOR, Label(name="state", help="State of the values.", values=STATES)),
    owner=PLATFORM,
)
AGE = Metric(
    name="ledgerscope_collector_age_seconds",
    kind=Kind.GAUGE,
    help="Time since the instant that the served values describe.",
    unit=Unit.SECONDS,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
LAST_SUCCESS = Metric(
    name="ledgerscope_collector_last_success_timestamp_seconds",
    kind=Kind.GAUGE,
    help="When the collector last succeeded.",
    unit=Unit.TIMESTAMP,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
INTERVAL = Metric(
    name="ledgerscope_collector_interval_seconds",
    kind=Kind.GAUGE,
    help="Time between two runs of the collector, as configured.",
    unit=Unit.SECONDS,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
DURATION = Metric(
    name="ledgerscope_collector_duration_seconds",
    kind=Kind.GAUGE,
    help="How long the last run took, successful or not.",
    unit=Unit.SECONDS,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
SAMPLES = Metric(
    name="ledgerscope_collector_samples",
    kind=Kind.GAUGE,
    help="Samples that the collector's served values consist of.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
FAILURES = Metric(
    name="ledgerscope_collector_failures_total",
    kind=Kind.COUNTER,
    help="Failed runs by class of failure.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR, Label(name="class", help="Class of failure.", values=FAILURE_CLASSES)),
    owner=PLATFORM,
)
CONSECUTIVE_FAILURES = Metric(
    name="ledgerscope_collector_consecutive_failures",
    kind=Kind.GAUGE,
    help="Failed runs since the last success.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
SKIPPED = Metric(
    name="ledgerscope_collector_skipped_total",
    kind=Kind.COUNTER,
    help="Runs that were due while the one before was still going on.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
DATABASE_UP = Metric(
    name="ledgerscope_database_up",
    kind=Kind.GAUGE,
    help="Whether the database answered when it was last asked.",
    unit=Unit.COUNT,
    owner=PLATFORM,
)
REBASES = Metric(
    name="ledgerscope_tally_rebases_total",
    kind=Kind.COUNTER,
    help="Full recounts of the event counters because the database was restored, replaced or failed over.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
MISPLACED = Metric(
    name="ledgerscope_collector_misplaced_events",
    kind=Kind.GAUGE,
    help="Events with a label value unknown to the catalogue; no counter of the collector holds them.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
ISOLATED_COMPANIES = Metric(
    name="ledgerscope_collector_isolated_companies",
    kind=Kind.GAUGE,
    help="Companies whose values the collector left out of its last successful run, because their data "
    "cannot be used.",
    unit=Unit.COUNT,
    labels=(_COLLECTOR,),
    owner=PLATFORM,
)
ISOLATED_COMPANY = Metric(
    name="ledgerscope_collector_isolated_company",
    kind=Kind.GAUGE,
    help="1 for a company whose values the collector left out of its last successful run; absent for all "
    "others. At most 20 companies are named; the log and /health name all, with the reason.",
    unit=Unit.COUNT,
    labels=(
        _COLLECTOR,
        Label(name="company_id", help="Tenant whose values are left out.", bound=20),
    ),
    owner=PLATFORM,
)
BUILD_INFO = Metric(
    name="ledgerscope_build_info",
    kind=Kind.GAUGE,
    help="Always 1; the label holds the version.",
    unit=Unit.COUNT,
    labels=(Label(name="version", help="Version of Ledgerscope.", bound=1),),
    owner=PLATFORM,
)

METRICS = (
    UP,
    STATE,
    AGE,
    LAST_SUCCESS,
    INTERVAL,
    DURATION,
    SAMPLES,
    FAILURES,
    CONSECUTIVE_FAILURES,
    SKIPPED,
    DATABASE_UP,
    REBASES,
    MISPLACED,
    ISOLATED_COMPANIES,
    ISOLATED_COMPANY,
    BUILD_INFO,
)
