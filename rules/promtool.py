"""Rendering cases as rule tests in promtool's format: promtool and our own engine judge the same files.

Annotations are expected in full: the text of the case, and the links as the alert's labels complete them.
"""

from __future__ import annotations

import re
from itertools import compress
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from rules.areas import AREAS
from rules.artefact import yaml_artefact
from rules.check import vocabulary
from rules.expressions import series_names
from rules.links import DEFAULT_LINKS
from rules.render import group_names, rule_annotations, rule_labels, rule_path
from rules.rollout import REPLACEMENTS, joined_cases, replaced_case
from rules.scenarios.areas import CASES
from rules.timing import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rules.links import Links
    from rules.model import Alert, Limit, RuleArea
    from rules.scenarios.areas import AreaCases
    from rules.scenarios.model import Given, Moment, RecordingCase, Scenario
    from rules.vocabulary import Vocabulary

__all__ = ["render_rule_tests"]

_LABEL = re.compile(r"\{\{ \$labels\.(\w+)( \| urlquery)? \}\}")
_TO_ROOT = "../.."


def render_rule_tests(links: Links = DEFAULT_LINKS) -> dict[str, bytes]:
    """Every test file by its path in the project."""
    known = vocabulary()
    return {f"tests/rules/{cases.area.name}.test.yml": _file(cases, links, known) for cases in CASES}


def _file(cases: AreaCases, links: Links, known: Vocabulary) -> bytes:
    areas = _needed(cases)
    tests = [
        *(_alert_test(scenario, cases.area, links, known) for scenario in _scenarios(cases)),
        *(_recording_test(case, cases.area) for case in _recording_cases(cases)),
    ]
    content = {
        "rule_files": [f"{_TO_ROOT}/{rule_path(area.name)}" for area in areas],
        "evaluation_interval": duration(cases.area.interval),
        # Without an order promtool runs groups in any order, and a reader may run before what it reads.
        "group_eval_order": [name for area in areas for name in _group_names(area)],
        "tests": tests,
    }
    return yaml_artefact(
        content, f"Tests of the rules of the area {cases.area.name}, for `promtool test rules`."
    )


def _scenarios(cases: AreaCases) -> Iterator[Scenario]:
    for case in cases.alerts:
        yield from case.scenarios(cases.area)
        for title, replacement in REPLACEMENTS.items():
            yield from case.replaced(cases.area, title, replacement)


def _recording_cases(cases: AreaCases) -> Iterator[RecordingCase]:
    for case in cases.recordings:
        yield case
        yield from case.with_one_behind()
        yield from replaced_case(case)
    yield from joined_cases(cases.area, cases.metrics, cases.area.interval)


def _needed(cases: AreaCases) -> list[RuleArea]:
    """The area and those whose recordings it reads, what is read before its readers."""
    ordered: list[RuleArea] = []
    texts = [case.expr for case in cases.recordings]
    for text in texts:
        _add_providers(text, ordered)
    _add(cases.area, ordered)
    return ordered


def _add(area: RuleArea, ordered: list[RuleArea]) -> None:
    if area in ordered:
        return
    for text in _texts(area):
        _add_providers(text, ordered, besides=area)
    ordered.append(area)


def _add_providers(text: str, ordered: list[RuleArea], besides: RuleArea | None = None) -> None:
    for name in sorted(series_names(text)):
        for area in AREAS:
            if area is not besides and any(one.name == name for one in area.recordings):
                _add(area, ordered)


def _texts(area: RuleArea) -> Iterable[str]:
    yield from (one.expr for one in area.recordings)
    yield from (alert.expr(limit) for alert in area.alerts for limit in alert.limits)


def _group_names(area: RuleArea) -> Iterator[str]:
    yield from compress(group_names(area.name), (area.recordings, area.alerts))


def _alert_test(scenario: Scenario, area: RuleArea, links: Links, known: Vocabulary) -> dict[str, object]:
    return {
        "name": f"{scenario.alert.name}: {scenario.title}",
        "interval": duration(area.interval),
        "input_series": _series(scenario.series),
        "alert_rule_test": [_moment(moment, scenario, area, links, known) for moment in scenario.moments],
    }


def _recording_test(case: RecordingCase, area: RuleArea) -> dict[str, object]:
    samples = [{"labels": _sample_labels(case.expr, labels), "value": value} for labels, value in case.yields]
    return {
        "name": case.title,
        "interval": duration(area.interval),
        "input_series": _series(case.series),
        "promql_expr_test": [{"expr": case.expr, "eval_time": duration(case.at), "exp_samples": samples}],
    }


def _sample_labels(name: str, labels: Mapping[str, str]) -> str:
    inner = ", ".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{inner}}}"


def _series(series: Iterable[Given]) -> list[dict[str, str]]:
    return [{"series": str(one), "values": one.values} for one in series]


def _moment(
    moment: Moment, scenario: Scenario, area: RuleArea, links: Links, known: Vocabulary
) -> dict[str, object]:
    alert = scenario.alert
    firing = [limit for limit in alert.limits if limit.severity in moment.firing]
    return {
        "eval_time": duration(moment.at),
        "alertname": alert.name,
        "exp_alerts": [
            _expected(alert, limit, scenario.labels, moment.firing[limit.severity], area, links, known)
            for limit in firing
        ],
    }


def _expected(
    alert: Alert,
    limit: Limit,
    labels: Mapping[str, str],
    says: str,
    area: RuleArea,
    links: Links,
    known: Vocabulary,
) -> dict[str, object]:
    templates = rule_annotations(area, alert, limit, links, known)
    annotations = {name: _filled_in(text, labels) for name, text in templates.items()}
    return {
        "exp_labels": dict(sorted({**labels, **rule_labels(area, alert, limit)}.items())),
        "exp_annotations": annotations | {"description": says},
    }


def _filled_in(text: str, labels: Mapping[str, str]) -> str:
    return _LABEL.sub(lambda found: quote_plus(labels[found[1]]) if found[2] else labels[found[1]], text)
