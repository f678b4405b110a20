"""The cases judged by our own engine: in both of Prometheus' readings of a window, and against slips.

A mutant is a rule as it would be after a slip: another limit, another comparison, another hold, no minimum
volume. Each has to fail a case, so that no number of a rule can change without somebody meaning it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledgerscope.catalogue import Unit
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession
from rules.areas import AREAS
from rules.check import vocabulary
from rules.exporter import ABSENT, WATCHDOG
from rules.links import DEFAULT_LINKS
from rules.render import render_area, rule_path
from rules.scenarios.areas import CASES
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rules.model import Alert, Comparison, Limit, RuleArea

EVERY_ALERT = [pytest.param(area, alert, id=alert.name) for area in AREAS for alert in area.alerts]
KNOWN = vocabulary()
OTHER_EDGE: dict[Comparison, Comparison] = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}
EQUIVALENT = {
    (ABSENT.name, "lower limit"): "absent() is 1 or not there at all",
    (WATCHDOG.name, "lower limit"): "it always fires, whatever it is compared with",
}
"""Mutants that behave as the rule does, and why; no case can distinguish them."""


def failing(tree: Path, area: str, compat: str = "3", about: str = "") -> list[str]:
    """The cases that fail, of all or of those whose group is `about` one alert."""
    runs = TestSession(Options(compat=compat)).open(tree / "tests" / "rules" / f"{area}.test.yml")
    outcomes = [each for run in runs if run.group.title.startswith(about) for each in run.outcomes()]
    assert outcomes
    return [str(outcome) for outcome in outcomes if not outcome.passed]


@pytest.mark.parametrize("compat", ["2", "3"])
@pytest.mark.parametrize("area", [cases.area.name for cases in CASES])
def test_rules_do_what_their_cases_say_in_every_version(tree: Path, area: str, compat: str) -> None:
    assert failing(tree, area, compat) == []


def mutants(area: RuleArea, alert: Alert) -> Iterator[tuple[str, Alert]]:
    for limit in alert.limits:
        step = 1 if alert.unit is Unit.COUNT else abs(limit.value) / 10 or 1
        yield "higher limit", with_limit(alert, limit, replace(limit, value=limit.value + step))
        yield "lower limit", with_limit(alert, limit, replace(limit, value=limit.value - step))
        yield "longer hold", with_limit(alert, limit, replace(limit, hold=limit.hold + area.interval))
        if limit.hold:
            yield "shorter hold", with_limit(alert, limit, replace(limit, hold=limit.hold - area.interval))
    yield "other edge", replace(alert, comparison=OTHER_EDGE[alert.comparison])
    if alert.given:
        yield "no minimum volume", replace(alert, given="")


def with_limit(alert: Alert, old: Limit, new: Limit) -> Alert:
    return replace(alert, limits=tuple(new if one is old else one for one in alert.limits))


@pytest.mark.parametrize(("area", "alert"), sample(EVERY_ALERT, 6))
def test_every_slip_in_a_rule_fails_a_case(tree: Path, area: RuleArea, alert: Alert) -> None:
    path = rule_path(area.name)
    try:
        for slip, mutant in mutants(area, alert):
            alerts = tuple(mutant if one is alert else one for one in area.alerts)
            (tree / path).write_bytes(render_area(replace(area, alerts=alerts), DEFAULT_LINKS, KNOWN))
            survives = not failing(tree, area.name, about=f"{alert.name}: ")
            assert survives is ((alert.name, slip) in EQUIVALENT), slip
    finally:
        (tree / path).write_bytes(render_area(area, DEFAULT_LINKS, KNOWN))
