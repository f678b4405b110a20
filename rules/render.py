"""Rendering rules as Prometheus rule files: one file per area, in the order in which rules are evaluated.

Only fields that Prometheus 2.42 accepts are written. Severity, team, area and both links are put on here, in
one pass over all alerts, so that none can lack one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.areas import AREAS
from rules.artefact import yaml_artefact
from rules.check import alert_labels, vocabulary
from rules.links import DEFAULT_LINKS
from rules.timing import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rules.links import Links
    from rules.model import Alert, Limit, Recording, RuleArea
    from rules.vocabulary import Vocabulary

__all__ = ["group_names", "render_area", "render_rules", "rule_annotations", "rule_labels", "rule_path"]

_BUNDLE = "ledgerscope"


def render_rules(links: Links = DEFAULT_LINKS, areas: Sequence[RuleArea] = AREAS) -> dict[str, bytes]:
    """Every rule file by its path in the project."""
    known = vocabulary(areas)
    return {rule_path(area.name): render_area(area, links, known) for area in areas}


def render_area(area: RuleArea, links: Links, known: Vocabulary) -> bytes:
    """The rule file of one area."""
    groups = [group for group in _groups(area, links, known) if group["rules"]]
    return yaml_artefact({"groups": groups}, f"Rules of the area {area.name}.")


def rule_path(area: str) -> str:
    """Where the rule file of an area lies in the project."""
    return f"rules/generated/{area}.yml"


def group_names(area: str) -> tuple[str, str]:
    """The groups of an area in the order in which they read each other: recordings, alerts.

    Joined counters stand in the group of their readers, which therefore see the values of the same instant.
    """
    stem = f"{_BUNDLE}.{area}"
    return stem if area == "compat" else f"{stem}.rules", f"{stem}.alerts"


def rule_labels(area: RuleArea, alert: Alert, limit: Limit) -> dict[str, str]:
    """The labels that routing reads."""
    return {"area": area.name, "severity": limit.severity.value, "team": alert.owner.team}


def rule_annotations(
    area: RuleArea, alert: Alert, limit: Limit, links: Links, known: Vocabulary
) -> dict[str, str]:
    """What a person reads: what happened, what it means, where to look."""
    return {
        "dashboard_url": links.panel(area, alert, alert_labels(alert, known)),
        "description": alert.says(limit),
        "runbook_url": links.runbook(area.name, alert.name),
        "summary": alert.summary,
    }


def _groups(area: RuleArea, links: Links, known: Vocabulary) -> Iterator[dict[str, object]]:
    interval = duration(area.interval)
    recordings = [_recording_rule(one) for one in area.recordings]
    alerts = [
        _alert_rule(area, alert, limit, links, known) for alert in area.alerts for limit in alert.limits
    ]
    for name, rules in zip(group_names(area.name), (recordings, alerts), strict=True):
        yield {"name": name, "interval": interval, "rules": rules}


def _recording_rule(one: Recording) -> dict[str, object]:
    return {"record": one.name, "expr": one.expr}


def _alert_rule(
    area: RuleArea, alert: Alert, limit: Limit, links: Links, known: Vocabulary
) -> dict[str, object]:
    rule: dict[str, object] = {"alert": alert.name, "expr": alert.expr(limit)}
    if limit.hold:
        rule["for"] = duration(limit.hold)
    if area.keeps_firing:
        rule["keep_firing_for"] = duration(area.keeps_firing)
    rule["labels"] = rule_labels(area, alert, limit)
    rule["annotations"] = rule_annotations(area, alert, limit, links, known)
    return rule
