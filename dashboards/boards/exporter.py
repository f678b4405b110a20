"""The exporter itself: whether the figures of all other boards can be believed, and how old they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.model import Board, Mapping, Query, Row
from dashboards.panels import lines, stat, states
from dashboards.query import RATE_WINDOW
from ledgerscope.catalogue import Unit, exporter
from rules import exporter as rules
from rules.expr import by
from rules.target import EXPORTER_JOB, INSTANCE, UP

if TYPE_CHECKING:
    from ledgerscope.catalogue import Label, Metric

__all__ = ["BOARD"]

_COLLECTOR = exporter.UP.label("collector")
_COMPANY = exporter.ISOLATED_COMPANY.label("company_id")
_CLASS = exporter.FAILURES.label("class")
_VERSION = exporter.BUILD_INFO.label("version")

_STATES = (
    Mapping(0, "pending", "blue"),
    Mapping(1, "fresh", "green"),
    Mapping(2, "stale", "orange"),
    Mapping(3, "expired", "red"),
    Mapping(4, "disabled", "text"),
)
_STATE_NUMBER = "\n+ ".join(
    f"{one.value} * {by('max', exporter.STATE.where(state=one.text), INSTANCE, _COLLECTOR)}"
    for one in _STATES[1:]
)
_EACH = "{{instance}} {{collector}}"


def _per_hour(metric: Metric, *labels: Label) -> str:
    return f"3600 * {by('sum', f'rate({metric}[{RATE_WINDOW}])', *labels)}"


BOARD = Board(
    area="exporter",
    title="Exporter",
    question="Can the figures on the other boards be trusted, and how old are they?",
    variables=(),
    span="6h",
    rows=(
        Row(
            "Can they be trusted",
            (
                stat(
                    "Scraped",
                    Query(by("max", UP.where(job=EXPORTER_JOB), INSTANCE), "{{instance}}"),
                    about="1 while Prometheus can scrape the exporter. The heartbeat alarms by its absence.",
                    unit=Unit.COUNT,
                    draws=(rules.DOWN,),
                    indicates=(rules.ABSENT, rules.WATCHDOG),
                    width=6,
                ),
                stat(
                    "Database",
                    Query(by("max", exporter.DATABASE_UP), "any exporter"),
                    about="1 while the database answers at least one exporter.",
                    unit=Unit.COUNT,
                    draws=(rules.DATABASE_DOWN,),
                    width=6,
                ),
                stat(
                    "Oldest values",
                    Query(by("max", exporter.AGE, INSTANCE), "{{instance}}"),
                    about="Age of the oldest values served.",
                    unit=Unit.SECONDS,
                    width=6,
                ),
                stat(
                    "Version",
                    Query(by("max", exporter.BUILD_INFO, INSTANCE, _VERSION), "{{instance}} {{version}}"),
                    about="Which version each exporter runs.",
                    unit=Unit.COUNT,
                    width=6,
                ),
            ),
        ),
        Row(
            "How old",
            (
                states(
                    "State of the values",
                    Query(_STATE_NUMBER, _EACH),
                    about="Stale values are out of date but served; expired values are no longer served.",
                    mappings=_STATES,
                    indicates=(rules.STALE, rules.EXPIRED, rules.DISABLED),
                ),
                lines(
                    "Age",
                    Query(by("max", exporter.AGE, INSTANCE, _COLLECTOR), _EACH),
                    about="Time since the instant that the values describe: a sawtooth of one interval.",
                    unit=Unit.SECONDS,
                ),
                lines(
                    "Last success",
                    Query(by("max", exporter.LAST_SUCCESS, INSTANCE, _COLLECTOR) + " * 1000", _EACH),
                    about="When each collector last succeeded.",
                    unit=Unit.TIMESTAMP,
                ),
            ),
        ),
        Row(
            "Runs",
            (
                lines(
                    "Share of the interval in use",
                    Query(str(rules.LOAD), _EACH),
                    about="At 100 % a run takes as long as the interval.",
                    unit=Unit.RATIO,
                    draws=(rules.SLOW,),
                ),
                lines(
                    "Duration of the last run",
                    Query(by("max", exporter.DURATION, INSTANCE, _COLLECTOR), _EACH),
                    about="Duration of the last run, successful or not.",
                    unit=Unit.SECONDS,
                ),
                lines(
                    "Failures in a row",
                    Query(by("max", exporter.CONSECUTIVE_FAILURES, INSTANCE, _COLLECTOR), _EACH),
                    about="Zero after every success.",
                    unit=Unit.COUNT,
                    draws=(rules.FAILING,),
                ),
                lines(
                    "Failures per hour, by class",
                    Query(
                        _per_hour(exporter.FAILURES, INSTANCE, _COLLECTOR, _CLASS),
                        _EACH + " {{class}}",
                    ),
                    about="The class of failure shows where to look.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Skipped per hour",
                    Query(_per_hour(exporter.SKIPPED, INSTANCE, _COLLECTOR), _EACH),
                    about="Runs skipped because the previous one had not finished.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Last run succeeded",
                    Query(by("max", exporter.UP, INSTANCE, _COLLECTOR), _EACH),
                    about="1 after a success, 0 after a failure.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Recounts",
                    Query(by("max", f"increase({exporter.REBASES}[1h])", INSTANCE, _COLLECTOR), _EACH),
                    about="Full recounts of the last hour, after the database was restored or replaced.",
                    unit=Unit.COUNT,
                    draws=(rules.REBASED,),
                ),
                lines(
                    "Events in no counter",
                    Query(by("max", exporter.MISPLACED, INSTANCE, _COLLECTOR), _EACH),
                    about="Events with an unknown label value; no counter includes them.",
                    unit=Unit.COUNT,
                    draws=(rules.MISPLACED,),
                ),
                lines(
                    "Companies left out",
                    Query(by("max", exporter.ISOLATED_COMPANIES, INSTANCE, _COLLECTOR), _EACH),
                    Query(
                        by("max", exporter.ISOLATED_COMPANY, INSTANCE, _COLLECTOR, _COMPANY),
                        _EACH + " {{company_id}}",
                    ),
                    about="Companies whose values a collector left out, because their data cannot be used: "
                    "how many, and up to 20 of them. /health has the reasons.",
                    unit=Unit.COUNT,
                    draws=(rules.ISOLATED,),
                    width=24,
                ),
                lines(
                    "Samples served",
                    Query(by("max", exporter.SAMPLES, INSTANCE, _COLLECTOR), _EACH),
                    about="Series of each collector. A jump is usually a new company, a fall missing data.",
                    unit=Unit.COUNT,
                    width=24,
                ),
            ),
        ),
    ),
)
