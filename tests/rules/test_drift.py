"""Nothing drifts: a name that changes in the catalogue breaks the build of every package that uses it.

Each case edits a copy of the sources and lets every package check and compare itself there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thoroughness import sample
from tests.uncovered import environment

ROOT = Path(__file__).parents[2]
PACKAGES = ("rules", "dashboards", "alertmanager")
CATALOGUE = "ledgerscope/catalogue"

SCRIPT = """
import sys
from importlib import import_module
from pathlib import Path
from rules.bundle import compare
generator = import_module(f"{sys.argv[1]}.generator")
problems = [*generator.check(), *compare(generator.bundle(), Path())]
print(*problems, sep="\\n")
sys.exit(bool(problems))
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the build reads and of what it has made."""
    root = tmp_path_factory.mktemp("sources")
    for folder in (
        *PACKAGES,
        CATALOGUE,
        "ledgerscope/promql",
        "ledgerscope/domain",
        "ledgerscope/text",
        "docs/runbooks",
        "tests/rules",
    ):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "ledgerscope" / "__init__.py", root / "ledgerscope")
    shutil.copy(ROOT / "docs" / "definitions.md", root / "docs")
    return root


def build(root: Path, package: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-B",
            "-P",
            "-c",
            f"import sys; sys.path.insert(0, {str(root)!r})\n{SCRIPT}",
            package,
        ],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_the_sources_as_they_are_build(sources: Path, package: str) -> None:
    verdict = build(sources, package)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    sample(
        [
            # a metric: rules, boards that read it, and nothing else
            ("aging.py", '"customer_aging_open_amount"', '"customer_aging_amount"', {"rules", "dashboards"}),
            # a label: selectors refuse it where they are written
            ("aging.py", 'Label(name="bucket"', 'Label(name="age"', {"rules", "dashboards"}),
            # a value of a closed label
            ("../domain/values.py", '"blocked"', '"locked"', {"rules", "dashboards"}),
            # a metric that only a board shows
            ("aging.py", '"customer_aging_updated_total"', '"customer_aging_made_total"', {"dashboards"}),
            # the object itself
            (
                "jobs.py",
                "OLDEST_WAIT = Metric(",
                "LONGEST_WAIT = Metric(",
                {"rules", "dashboards", "alertmanager"},
            ),
            # a team: its route, its receiver, the labels of its alerts
            ("owners.py", 'team="finance"', 'team="controlling"', {"rules", "alertmanager"}),
        ],
        2,
    ),
)
def test_a_changed_name_breaks_every_package_that_uses_it(
    sources: Path, tmp_path: Path, file: str, old: str, new: str, broken: set[str]
) -> None:
    root = tmp_path / "edited"
    shutil.copytree(sources, root)
    edited = root / CATALOGUE / file
    text = edited.read_text()
    assert old in text
    edited.write_text(text.replace(old, new))
    assert {package for package in broken if build(root, package).returncode != 0} == broken
