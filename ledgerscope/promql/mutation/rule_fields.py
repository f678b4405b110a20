"""Mutations of an alert beside its expression: how long it waits and lasts, how severe it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledgerscope.promql.template.alert import is_template
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.rules.model import AlertingRule

SEVERITY = "severity"
_MOST_SEVERE = ("critical", "page", "error")
_LESS_SEVERE = "warning"


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """A change of a field of an alert. `place` is the field as rule files name it."""

    operator: str
    place: str
    before: str
    after: str
    shows: str
    rule: AlertingRule


def field_edits(rule: AlertingRule, interval_ms: int) -> Iterator[FieldEdit]:
    """All changes; `interval_ms` is how often the rule is evaluated, 0 where that is not known."""
    yield from _waits(rule, interval_ms)
    yield from _lasts(rule, interval_ms)
    yield from _severities(rule)


def _waits(rule: AlertingRule, interval_ms: int) -> Iterator[FieldEdit]:
    for for_ms in _others(rule.for_ms, interval_ms):
        before, after = map(format_duration, (rule.for_ms, for_ms))
        shows = f"that the alert fires {before} after its series begins, not {after} after it"
        changed = replace(rule, for_ms=for_ms)
        yield FieldEdit("for", "for", f"for: {before}", _set("for", for_ms), shows, changed)


def _lasts(rule: AlertingRule, interval_ms: int) -> Iterator[FieldEdit]:
    name = "keep_firing_for"
    for keep_ms in _others(rule.keep_firing_for_ms, interval_ms):
        before, after = map(format_duration, (rule.keep_firing_for_ms, keep_ms))
        shows = f"that the alert is over {before} after its series, not {after} after it"
        changed = replace(rule, keep_firing_for_ms=keep_ms)
        yield FieldEdit(name, name, f"{name}: {before}", _set(name, keep_ms), shows, changed)


def _set(name: str, duration_ms: int) -> str:
    return f"{name}: {format_duration(duration_ms)}" if duration_ms else ""


def _others(duration_ms: int, interval_ms: int) -> Iterator[int]:
    """None, twice and half as long, where that makes a difference in steps of evaluation."""
    for other in (0, duration_ms * 2, duration_ms // 2) if duration_ms else ():
        if not interval_ms or _steps(other, interval_ms) != _steps(duration_ms, interval_ms):
            yield other


def _steps(duration_ms: int, interval_ms: int) -> int:
    """The evaluations that a duration spans: what ends between two of them ends at the later one."""
    return -(-duration_ms // interval_ms)


def _severities(rule: AlertingRule) -> Iterator[FieldEdit]:
    before = rule.labels.get(SEVERITY, "")
    if before and not is_template(before):
        after = _LESS_SEVERE if before in _MOST_SEVERE else _MOST_SEVERE[0]
        changed = replace(rule, labels={**rule.labels, SEVERITY: after})
        shows = "the severity of the alert"
        yield FieldEdit(SEVERITY, "labels", f"{SEVERITY}: {before}", f"{SEVERITY}: {after}", shows, changed)
