"""Installing the distribution changes no result of a project that has nothing to do with it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests import processes
from tests.promql.packaging.guests import PROJECTS, Project
from tests.thoroughness import thorough_only

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = thorough_only()

#: What differs between any two runs: durations, addresses, the worker that ran a test.
_BY_CHANCE = re.compile(r"\d+\.\d+s|0x[0-9a-f]+|\d{9,}|\bgw\d+")
_PLUGINS = "plugins: "
_SUMMARY = re.compile("=+ .* in [.]{3} =+")


@dataclass(frozen=True, slots=True)
class Report:
    """What a run says."""

    status: int
    plugins: str
    cases: list[tuple[str, ...]]
    lines: list[str]


def written(project: Project, folder: Path) -> Path:
    for name, content in project.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder


def run(project: Project, folder: Path, *path: Path) -> Report:
    """The project's own tests, with what is in these folders installed."""
    junit = folder.parent / "junit.xml"
    options: tuple[str | Path, ...] = (
        "-p",
        "no:ledgerscope-promql",
        *project.options,
        f"--junitxml={junit}",
        "--rootdir",
        folder,
    )
    installed = {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTEST_ADDOPTS": "", "COLUMNS": "400"}
    done = processes.run(sys.executable, "-m", "pytest", *options, cwd=folder, env=os.environ | installed)
    lines = _BY_CHANCE.sub("...", done.stdout + done.stderr).splitlines()
    plugins = " ".join(line for line in lines if line.startswith(_PLUGINS))
    cases = sorted(map(_case, ET.parse(junit).iter("testcase")))  # noqa: S314 - pytest has just written it
    others = [line for line in lines if not line.startswith(_PLUGINS)]
    return Report(done.returncode, plugins, cases, others)


def _case(case: ET.Element) -> tuple[str, ...]:
    """A test's names, and its outcomes with all that is said about them."""
    outcomes = [(each.tag, each.get("message", ""), each.text or "") for each in case]
    said = (text for outcome in outcomes for text in outcome)
    return (case.get("classname", ""), case.get("name", ""), *(_BY_CHANCE.sub("...", text) for text in said))


@pytest.mark.parametrize("name", PROJECTS)
def test_it_changes_no_result(name: str, tmp_path: Path, site: Path) -> None:
    project = PROJECTS[name]
    folder = written(project, tmp_path / "project")
    before, after = run(project, folder), run(project, folder, site)
    assert "promql-" not in before.plugins
    assert "promql-" in after.plugins
    (summary,) = (line for line in before.lines if _SUMMARY.fullmatch(line))
    assert {each: int(count) for count, each in re.findall(r"(\d+) (\w+)", summary)} == project.outcomes
    assert after.status == before.status
    assert after.cases == before.cases
    assert after.lines == before.lines
