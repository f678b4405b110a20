"""Every alert is seen to fire and to stay silent by Prometheus' own judge, on the files that are deployed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledgerscope.catalogue import UnknownLabel, UnknownLabelValue, aging, jobs
from rules.promtool import render_rule_tests
from rules.render import render_rules
from rules.scenarios.model import given, steady
from tests.thoroughness import sample

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


@pytest.mark.parametrize("path", with_marks(*sample(TESTS, 2)))
def test_rules_do_what_their_cases_say(tree: Path, path: str) -> None:
    verdict = promtool("test", "rules", tree / path)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


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
