"""The hook for pre-commit, in a repository whose own tests need more than is installed for the hook."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests import processes
from tests.promql.plugin.suites import RULES, TESTS, WRONG
from tests.thoroughness import thorough_only

if TYPE_CHECKING:
    import subprocess

pytestmark = thorough_only()

MANIFEST = Path(__file__).parents[3] / ".pre-commit-hooks.yaml"
PROGRAMS = Path(sys.executable).parent
DEMANDING = """
[pytest]
addopts = --cov --strict-config
required_plugins = pytest-that-nobody-has
asyncio_mode = auto
python_files = check_*.py
filterwarnings =
    error
    ignore::a_module_that_nobody_has.Warning
"""


@pytest.fixture(scope="module")
def hook() -> dict[str, Any]:
    (hook,) = yaml.safe_load(MANIFEST.read_text("utf-8"))
    return dict(hook)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    processes.run("git", "init", "--quiet", tmp_path, check=True)
    for name, text in {
        "pytest.ini": DEMANDING,
        "conftest.py": "import a_module_that_nobody_has\n",
        "test_more.py": "import a_module_that_nobody_has\n",
        "alerts/rules.yml": RULES,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def ran(hook: dict[str, Any], repository: Path) -> subprocess.CompletedProcess[str]:
    """As pre-commit runs it: programs of its environment come first, and nothing is passed to the entry."""
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    environment = os.environ | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}", "PYTEST_ADDOPTS": ""}
    return processes.run(*shlex.split(hook["entry"]), cwd=repository, env=environment)


def test_pre_commit_accepts_the_manifest() -> None:
    done = processes.run(PROGRAMS / "pre-commit", "validate-manifest", MANIFEST)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_environment_gets_what_the_wheel_of_the_project_does_not_bring(hook: dict[str, Any]) -> None:
    assert hook["additional_dependencies"] == ["numpy>=1.26", "pytest>=7.4"]


def test_rule_tests_pass_whatever_else_the_repository_holds(hook: dict[str, Any], repository: Path) -> None:
    (repository / "alerts/tests.yml").write_text(TESTS, "utf-8")
    done = ran(hook, repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("3 passed in ")
    assert not (repository / ".pytest_cache").exists()


def test_a_rule_test_that_fails_stops_the_commit(hook: dict[str, Any], repository: Path) -> None:
    (repository / "alerts/tests.yml").write_text(WRONG, "utf-8")
    done = ran(hook, repository)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "alerts/tests.yml:9:5: alert 'Errors' at 10m" in done.stdout


def test_a_repository_without_rule_tests_is_told_so(hook: dict[str, Any], repository: Path) -> None:
    done = ran(hook, repository)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "no tests ran" in done.stdout
