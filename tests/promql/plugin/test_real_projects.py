"""Plain `pytest` in the root of other people's projects finds their rule tests."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.promql.plugin.suites import PLUGIN

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
CONFORMANCE = Path(os.environ.get("LEDGERSCOPE_CONFORMANCE", ROOT / "../shared/conformance"))
FOLDER = CONFORMANCE if CONFORMANCE.is_absolute() else ROOT / CONFORMANCE

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"nothing at {FOLDER}: set LEDGERSCOPE_CONFORMANCE"),
]

#: What makes a file one of rule tests, whatever it is called.
CASES = re.compile(r"^[\s-]*(?:alert_rule_test|promql_expr_test):", re.MULTILINE)
#: Share of the files that have to be found.
WANTED = 0.95


def rule_tests(project: Path) -> set[str]:
    """The rule tests of a project, by their text."""
    files = (path for path in project.rglob("*") if path.suffix in (".yml", ".yaml"))
    return {path.relative_to(project).as_posix() for path in files if CASES.search(path.read_text("utf-8"))}


def test_plain_pytest_finds_the_rule_tests_of_real_projects(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, found = set(), set()
    for project in sorted([*(FOLDER / "rule-tests").iterdir(), FOLDER / "promtool"]):
        root = pytester.path / project.name
        shutil.copytree(project, root)
        monkeypatch.chdir(root)
        shown = pytester.runpytest_inprocess(*PLUGIN, "--collect-only", "-q", "--rootdir=.")
        wanted |= {f"{project.name}/{name}" for name in rule_tests(project)}
        found |= {f"{project.name}/{line.partition('::')[0]}" for line in shown.outlines if "::" in line}
    print(f"{len(wanted & found)} of {len(wanted)} found")
    assert len(wanted & found) >= WANTED * len(wanted), sorted(wanted - found)
    assert found <= wanted  # nothing else is taken for a rule test
