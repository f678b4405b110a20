"""The checks on rules: expressions against the catalogue, and the house rules for names, times and texts.

All findings are reported in one run. The first group looks at one rule, the second at all of them together.
Adding a check is adding a line to a tuple.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ledgerscope.catalogue import AREAS as CATALOGUE_AREAS
from ledgerscope.catalogue import OWNERS, Part, all_metrics
from rules.areas import AREAS
from rules.errors import Finding
from rules.expressions import check_expression, series_names
from rules.infer import labels_of
from rules.joined import joined
from rules.model import Severity
from rules.parse import parse
from rules.target import METRICS as PROMETHEUS_METRICS
from rules.timing import MIN_HOLD, duration
from rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledgerscope.catalogue import Metric
    from rules.model import Alert, Recording, RuleArea

__all__ = [
    "ALERT_CHECKS",
    "BUNDLE_CHECKS",
    "RECORDING_CHECKS",
    "alert_labels",
    "check_rules",
    "unused",
    "vocabulary",
]

RULE_LABELS = frozenset({"alertname", "area", "severity", "team"})
"""Labels that every alert gets from its rule; its expression must not have them as well."""

_RECORDING_NAME = re.compile(r"(?P<level>[a-z_]+):(?P<metric>[a-z0-9_]+):(?P<operations>[a-z0-9_]+)")
_USED_LABEL = re.compile(r"\$labels\.(\w+)")
_RISING = frozenset({">", ">="})


def check_rules(areas: Sequence[RuleArea] = AREAS, metrics: Iterable[Metric] | None = None) -> list[Finding]:
    """Everything that is wrong with the rules, measured against the metrics of the catalogue."""
    known = vocabulary(areas, metrics)
    unjoined = list(_counters_are_joined(areas, metrics))
    if unjoined:
        return unjoined
    findings = [*_check_recordings(areas, known), *_check_alerts(areas, known)]
    findings.extend(finding for one in BUNDLE_CHECKS for finding in one(areas, known))
    return findings


def _counters_are_joined(areas: Sequence[RuleArea], metrics: Iterable[Metric] | None) -> Iterator[Finding]:
    """Without the joined counters, every rate of them names an unknown series."""
    recorded = {one.name for area in areas for one in area.recordings}
    known = None if metrics is None else set(metrics)
    for area in CATALOGUE_AREAS:
        for metric in area.metrics:
            missing = metric.is_counted_in_database and joined(metric).name not in recorded
            if missing and (known is None or metric in known):
                yield Finding(
                    Part.RULES.path(area.name),
                    f"nothing joins {metric}: add *joined_counters({area.name}.METRICS) to the recordings",
                )


def vocabulary(areas: Sequence[RuleArea] = AREAS, metrics: Iterable[Metric] | None = None) -> Vocabulary:
    """Every series that rules and panels may name."""
    scraped = [*(all_metrics() if metrics is None else metrics), *PROMETHEUS_METRICS]
    return Vocabulary.of(scraped, [one for area in areas for one in area.recordings])


def alert_labels(alert: Alert, known: Vocabulary) -> frozenset[str]:
    """The labels that the alert's expression gives it: those of its signal, which no comparison changes."""
    return labels_of(parse(alert.signal), known)


def unused(areas: Sequence[RuleArea], read_elsewhere: Iterable[str]) -> list[Finding]:
    """Recordings that no rule and no panel reads. `read_elsewhere` are the expressions of the panels.

    A joined counter that nothing reads is found as a metric that nothing shows.
    """
    read = {name for text in (*_expressions(areas), *read_elsewhere) for name in series_names(text)}
    return [
        Finding(one.name, "nothing reads this recording: use it in a rule or a panel, or remove it")
        for area in areas
        for one in area.recordings
        if one.name not in read and not one.compat and not one.grows
    ]


def _expressions(areas: Sequence[RuleArea]) -> Iterator[str]:
    for area in areas:
        yield from (one.expr for one in area.recordings)
        yield from (alert.expr(limit) for alert in area.alerts for limit in alert.limits)


def _check_recordings(areas: Sequence[RuleArea], known: Vocabulary) -> Iterator[Finding]:
    for area in areas:
        for one in area.recordings:
            wrong = check_expression(one.expr, known, joins=one.grows)
            wrong = wrong or [message for check in RECORDING_CHECKS for message in check(one, known)]
            yield from (Finding(one.name, message) for message in wrong)


def _check_alerts(areas: Sequence[RuleArea], known: Vocabulary) -> Iterator[Finding]:
    for area in areas:
        for alert in area.alerts:
            wrong = [m for limit in alert.limits for m in check_expression(alert.expr(limit), known)]
            wrong = wrong or [m for c in ALERT_CHECKS for m in c(alert, known)]
            yield from (Finding(alert.name, message) for message in dict.fromkeys(wrong))


# --- one recording ---------------------------------------------------------------------------------------


def _declares_its_labels(one: Recording, known: Vocabulary) -> Iterator[str]:
    yields = labels_of(parse(one.expr), known)
    if yields != set(one.metric.label_names):
        declared = _listed(one.metric.label_names)
        yield f"declares the labels {declared}, and its expression yields {_listed(yields)}"


def _is_named_for_what_it_does(one: Recording, known: Vocabulary) -> Iterator[str]:
    if one.compat:
        return
    named = _RECORDING_NAME.fullmatch(one.name)
    if not named:
        yield "recordings are named level:metric:operations"
        return
    level = "_".join(name.removesuffix("_id") for name in one.metric.label_names)
    if named["level"] != level:
        yield f"its labels make it the level {level!r}, not {named['level']!r}"
    if named["metric"] not in (known.series if one.grows else _stems(known)):
        yield f"the middle of its name, {named['metric']!r}, is no metric"


def _stems(known: Vocabulary) -> frozenset[str]:
    return frozenset(series.metric.name.removesuffix("_total") for series in known.series.values())


RECORDING_CHECKS: tuple[Callable[[Recording, Vocabulary], Iterator[str]], ...] = (
    _declares_its_labels,
    _is_named_for_what_it_does,
)

# --- one alert -------------------------------------------------------------------------------------------


def _holds_longer_than_a_blip(alert: Alert, _known: Vocabulary) -> Iterator[str]:
    for limit in alert.limits:
        if limit.severity is not Severity.NONE and limit.hold < MIN_HOLD:
            yield f"holds for {duration(limit.hold)}: at least {duration(MIN_HOLD)}, two scrapes"


def _limits_say_when_to_change_them(alert: Alert, _known: Vocabulary) -> Iterator[str]:
    for limit in alert.limits:
        if bool(limit.change_when) == bool(limit.fixed_because):
            yield f"its {limit.severity} limit needs either change_when or fixed_because"
        if limit.change_when.startswith("never"):
            yield f"its {limit.severity} limit is never changed: say why in fixed_because"


def _severities_are_distinct(alert: Alert, _known: Vocabulary) -> Iterator[str]:
    for severity, times in Counter(alert.severities).items():
        if times > 1:
            yield f"has {times} limits of severity {severity}"
    if not alert.limits:
        yield "has no limit"


def _worse_is_further_out(alert: Alert, _known: Vocabulary) -> Iterator[str]:
    by_severity = {limit.severity: limit.value for limit in alert.limits}
    if by_severity.keys() >= {Severity.WARNING, Severity.CRITICAL}:
        warning, critical = by_severity[Severity.WARNING], by_severity[Severity.CRITICAL]
        if (critical > warning) != (alert.comparison in _RISING) or critical == warning:
            yield f"critical ({critical:g}) begins before warning ({warning:g})"


def _summary_is_a_fixed_sentence(alert: Alert, _known: Vocabulary) -> Iterator[str]:
    if "{{" in alert.summary or not re.fullmatch(r"[A-Z].*\.", alert.summary):
        yield "the summary is one sentence without templates, so that a group of alerts shares it"


def _description_uses_labels_it_has(alert: Alert, known: Vocabulary) -> Iterator[str]:
    has, used = alert_labels(alert, known), frozenset(_USED_LABEL.findall(alert.description))
    for label in sorted(used - has):
        yield f"the description names the label {label!r}, which the alert lacks; it has {_listed(has)}"
    for label in sorted(has - used):
        yield f"the description leaves out the label {label!r}, so nobody can tell which one is meant"


def _labels_do_not_clash(alert: Alert, known: Vocabulary) -> Iterator[str]:
    for label in sorted(alert_labels(alert, known) & RULE_LABELS):
        yield f"its expression keeps the label {label!r}, which the rule overwrites: aggregate it away"


def _owner_is_known(alert: Alert, _known: Vocabulary) -> Iterator[str]:
    if alert.owner not in OWNERS:
        yield f"the owner {alert.owner.team!r} is not in owners.py"


ALERT_CHECKS: tuple[Callable[[Alert, Vocabulary], Iterator[str]], ...] = (
    _holds_longer_than_a_blip,
    _limits_say_when_to_change_them,
    _severities_are_distinct,
    _worse_is_further_out,
    _summary_is_a_fixed_sentence,
    _description_uses_labels_it_has,
    _labels_do_not_clash,
    _owner_is_known,
)

# --- all together ----------------------------------------------------------------------------------------


def _names_are_unique(areas: Sequence[RuleArea], known: Vocabulary) -> Iterator[Finding]:
    recorded = Counter(one.name for area in areas for one in area.recordings)
    alerts = Counter(alert.name for area in areas for alert in area.alerts)
    for name, times in (recorded + alerts).items():
        if times > 1:
            yield Finding(name, f"{times} rules share this name")
    for name in sorted(known.clashes):
        yield Finding(name, "the exporter serves a metric of this name: a recording would mix with it")


def _recordings_precede_their_readers(areas: Sequence[RuleArea], _known: Vocabulary) -> Iterator[Finding]:
    """Rules of one group run in order: reading a later one means reading its value of a round before."""
    for area in areas:
        later = {one.name for one in area.recordings}
        for one in area.recordings:
            for name in sorted(series_names(one.expr) & later):
                yield Finding(one.name, f"reads {name}, which is recorded later in the same group")
            later.discard(one.name)


BUNDLE_CHECKS: tuple[Callable[[Sequence[RuleArea], Vocabulary], Iterator[Finding]], ...] = (
    _names_are_unique,
    _recordings_precede_their_readers,
)


def _listed(labels: Iterable[str]) -> str:
    return ", ".join(sorted(labels)) or "none"
