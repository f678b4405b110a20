"""Renaming anything in the catalogue breaks the build in every package that uses it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thoroughness import sample
from tests.uncovered import environment

ROOT = Path(__file__).parents[2]
PACKAGES = ("alertmanager", "collectors", "dashboards", "docs", "exporter", "ledgerscope", "rules")
BUILD = "from ledgerscope.cli import main; main(['build', '--check'])"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of everything that the build reads and compares."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("node_modules", "*.png"),
        )
    shutil.copytree(ROOT / "tests" / "rules", tmp_path / "tests" / "rules")
    return tmp_path


def build(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BUILD],
        cwd=project,
        env=environment(PYTHONPATH=str(project)),
        capture_output=True,
        text=True,
        check=False,
    )


def rename(project: Path, file: str, before: str, after: str, package: str = "catalogue") -> None:
    path = project / "ledgerscope" / package / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_copy_builds_as_it_is(project: Path) -> None:
    result = build(project)
    assert result.returncode == 0, result.stdout + result.stderr


def test_another_metric_name_changes_every_generated_file_that_used_it(project: Path) -> None:
    rename(project, "exporter.py", '"ledgerscope_build_info"', '"ledgerscope_program_info"')
    result = build(project)
    assert result.returncode == 1
    for path in ("dashboards/generated/exporter.json", "docs/metrics.md"):
        assert f"{path}: different" in result.stdout


def test_a_runbook_that_asks_for_a_name_that_is_none_is_refused_with_the_nearest(project: Path) -> None:
    runbook = "rules/runbooks/aging/CustomerAgingDoesNotReconcile.md"
    prose = (project / runbook).read_text(encoding="utf-8")
    assert "customer_receivable_amount{" in prose
    misspelt = prose.replace("customer_receivable_amount{", "customer_receivables_amount{")
    (project / runbook).write_text(misspelt, encoding="utf-8")
    result = build(project)
    assert result.returncode == 1
    finding, end = result.stderr.splitlines()
    assert finding == (
        f"{runbook}: neither the catalogue nor a recording provides 'customer_receivables_amount' "
        "(did you mean 'customer_receivable_amount'?)"
    )
    assert end.endswith("nothing was written")


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    sample(
        [
            ("aging.py", 'Label(name="bucket"', 'Label(name="age"', "has no label 'bucket'"),
            ("aging.py", "OPEN_AMOUNT", "OPEN_SUM", "OPEN_AMOUNT"),
            ("churn.py", 'values=("logo"', 'values=("logos"', "label kind never has the value 'logo'"),
            (
                "jobs.py",
                '_QUEUE = Label(name="queue"',
                '_QUEUE = Label(name="lane"',
                "the event carries no label lane",
            ),
        ],
        2,
    ),
)
def test_another_label_value_or_constant_is_refused(
    project: Path, file: str, before: str, after: str, message: str
) -> None:
    rename(project, file, before, after)
    result = build(project)
    assert result.returncode != 0
    assert message in result.stdout + result.stderr


def test_a_bucket_that_the_domain_no_longer_has_is_refused(project: Path) -> None:
    rename(project, "aging.py", '("90+", None)', '("91+", None)', package="domain")
    result = build(project)
    assert result.returncode != 0
    assert "'90+'" in result.stdout + result.stderr
