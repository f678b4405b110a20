"""Every alert is seen to fire and to stay silent by Prometheus' own judge, on the files that are deployed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledgerscope.catalogue import UnknownLabel, UnknownLabelValue, aging, jobs
from rules.areas import all_alerts, all_recordings
from rules.exporter import WATCHDOG
from rules.expressions import series_names
from rules.promtool import render_rule_tests
from rules.render import render_rules
from rules.scenarios.areas import CASES
from rules.scenarios.model import given, steady

if TYPE_CHECKING:
    from pathlib import Path

PROMTOOL = shutil.which("promtool")
needs_promtool = [
    pytest.mark.prometheus,
    pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed"),
]
TESTS = sorted(render_rule_tests())


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    assert PROMTOOL is not None
    return subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, text=True, check=False)


def with_marks(*values: str) -> list[object]:
    return [pytest.param(value, marks=needs_promtool) for value in values]


@pytest.mark.parametrize("path", with_marks(*sorted(render_rules())))
def test_promtool_accepts_the_rule_file(tree: Path, path: str) -> None:
    verdict = promtool("check", "rules", "--lint=all", "--lint-fatal", tree / path)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize("path", with_marks(*TESTS))
def test_rules_do_what_their_cases_say(tree: Path, path: str) -> None:
    verdict = promtool("test", "rules", tree / path)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_every_limit_of_every_alert_is_seen_to_fire() -> None:
    fired = {
        (case.alert.name, severity) for cases in CASES for case in cases.alerts for severity in case.says
    }
    assert fired == {(alert.name, limit.severity) for alert in all_alerts() for limit in alert.limits}


def test_every_alert_is_seen_to_stay_silent_but_the_one_that_never_does() -> None:
    silent = {case.alert.name for cases in CASES for case in cases.alerts if case.within}
    assert silent == {alert.name for alert in all_alerts()} - {WATCHDOG.name}


def test_every_minimum_volume_is_seen_to_hold_back() -> None:
    held_back = {case.alert.name for cases in CASES for case in cases.alerts if case.few}
    assert held_back == {alert.name for alert in all_alerts() if alert.given}


def test_every_recording_takes_part_in_a_test() -> None:
    asked = {name for cases in CASES for case in cases.recordings for name in series_names(case.expr)}
    texts = [one.expr for one in all_recordings()]
    texts += [alert.expr(limit) for alert in all_alerts() for limit in alert.limits]
    asked |= {name for text in texts for name in series_names(text)}
    assert {one.name for one in all_recordings()} <= asked


def test_a_series_of_a_case_has_the_labels_of_its_metric() -> None:
    with pytest.raises(UnknownLabel):
        given(jobs.STUCK, steady(1), company_id="acme")
    with pytest.raises(UnknownLabel):
        given(jobs.STUCK, steady(1), company_id="acme", queue="mail", colour="red")
    with pytest.raises(UnknownLabelValue):
        given(aging.OPEN_INVOICES, steady(1), company_id="acme", bucket="91+")


def test_a_series_reads_as_in_the_exposition() -> None:
    series = given(jobs.DURATION, "0+1x5", le="1.0", **_RUN)
    assert str(series) == (
        'telecom_billing_job_processing_duration_seconds_bucket{company_id="acme", queue="mail", '
        'job_name="send", status="completed", le="1.0"}'
    )
    assert str(replace(series, labels={})) == "telecom_billing_job_processing_duration_seconds_bucket"


_RUN = {"company_id": "acme", "queue": "mail", "job_name": "send", "status": "completed"}
