"""Rates of counters survive a replaced exporter, in the rules as they are and not without the join."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from ledgerscope.catalogue import all_metrics, credit, jobs
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession
from rules.areas import AREAS, all_recordings
from rules.check import vocabulary
from rules.expr import rise
from rules.expressions import check_expression
from rules.joined import joined, joined_selector
from rules.rollout import ahead, between, joined_cases
from rules.scenarios.areas import CASES
from rules.scenarios.model import given
from tests.thoroughness import sample

ROOT = Path(__file__).parents[2]
FOUND_OUTSIDE = sorted((ROOT / "tests" / "rules" / "cases").glob("*.test.yml"))
"""Found by running the rules in other surroundings; our own engine judges them as part of the suite."""
COUNTED = [metric for metric in all_metrics() if metric.is_counted_in_database]
BREACH = {"company_id": "acme", "severity": "warning", "override_used": "false"}


def failing(path: Path, about: str = "") -> list[str]:
    runs = [run for run in TestSession(Options()).open(path) if about in run.group.title]
    assert runs
    return [str(outcome) for run in runs for outcome in run.outcomes() if not outcome.passed]


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("path", sample(FOUND_OUTSIDE, 1), ids=lambda path: path.name)
def test_promtool_agrees(path: Path) -> None:
    verdict = subprocess.run(
        ["promtool", "test", "rules", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(
    ("join", "slip", "title"),
    [
        # Without the join: the increase of each exporter's own series, the greatest of them.
        (r"max by \([\w, ]+\) \(max_over_time\((\w+)\[15m\]\)\)", r"\1", "an exporter that is replaced"),
        # Without the reach: the value falls back when the exporter ahead goes, which counts as a reset.
        (
            r"max_over_time\((\w+)\[15m\]\)",
            r"\1",
            "an exporter that goes ahead of the others",
        ),
    ],
)
@pytest.mark.parametrize("area", sample(["credit", "lifecycle", "jobs"], 1))
def test_rules_that_do_not_join_the_counters_fail(
    tree: Path, tmp_path: Path, area: str, join: str, slip: str, title: str
) -> None:
    root = tmp_path / "slip"
    shutil.copytree(tree, root)
    file = root / "rules" / "generated" / f"{area}.yml"
    text, changes = re.subn(join, slip, file.read_text())
    assert changes
    file.write_text(text)
    tests = root / "tests" / "rules" / f"{area}.test.yml"
    assert failing(tests, title)


@pytest.mark.parametrize("metric", COUNTED, ids=str)
def test_every_counter_of_the_database_is_joined_and_its_join_is_tested(metric: object) -> None:
    names = {one.name for one in all_recordings()}
    (counter,) = [one for one in COUNTED if one is metric]
    assert joined(counter).name in names
    asked = {case.expr for one in CASES for case in joined_cases(one.area, one.metrics, one.area.interval)}
    assert joined(counter).name in asked


def test_the_exporters_own_counters_are_not_joined() -> None:
    joins = [one.name for area in AREAS if area.name == "exporter" for one in area.recordings if one.grows]
    assert joins == []


@pytest.mark.parametrize("function", ["rate", "irate", "increase", "resets", "delta", "idelta", "deriv"])
def test_a_counter_of_the_database_is_never_rated_directly(function: str) -> None:
    found = check_expression(f"{function}(customer_credit_breach_total[1h])", vocabulary())
    assert (
        f"{function}() of customer_credit_breach_total breaks when an exporter is replaced: "
        "use company_severity_override_used:customer_credit_breach_total:max"
    ) in found


def test_a_counter_of_the_exporter_itself_is_rated_for_each_instance() -> None:
    assert check_expression("rate(ledgerscope_collector_failures_total[5m])", vocabulary()) == []


def test_a_joined_counter_is_read_under_a_rate_only() -> None:
    name = joined(credit.BREACH).name
    assert check_expression(f"increase({name}[1h])", vocabulary()) == []
    assert check_expression(name, vocabulary()) == [f"{name} only grows: put it under rate() or increase()"]
    assert check_expression(f"rate({name}[2m])", vocabulary()) == [
        f"the window 2m is too short: at least 4m, four evaluations of {name}"
    ]


def test_the_selection_of_a_counter_becomes_that_of_its_join() -> None:
    assert str(joined_selector(credit.BREACH.where(severity="critical"))) == (
        'company_severity_override_used:customer_credit_breach_total:max{severity="critical"}'
    )
    buckets = joined_selector(jobs.DURATION.bucket.where(queue="mail"))
    assert str(buckets).startswith("company_queue_job_name_status_le:telecom_billing_job_processing_duration")
    assert rise(credit.BREACH, timedelta(hours=1)).startswith("increase(company_severity_override_used:")


def test_the_new_exporter_comes_when_the_counter_has_moved() -> None:
    series = between([given(credit.BREACH, "0x3 5x3", **BREACH)])
    assert [(one.labels["instance"], one.values) for one in series] == [
        ("pod-1:9108", "0x3 stale"),
        ("pod-2:9108", "_x4 5x3"),
    ]


def test_the_exporter_that_is_ahead_goes_after_the_first_move() -> None:
    series = ahead([given(credit.BREACH, "0x3 5x6", **BREACH)])
    assert [(one.labels["instance"], one.values) for one in series] == [
        ("pod-1:9108", "0x3 5 stale"),
        ("pod-2:9108", "0x6 5x3"),
    ]
