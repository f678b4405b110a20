"""The reusable workflow: valid by its schema, and its commands do in a project what they promise."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
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

WORKFLOW = Path(__file__).parents[3] / ".github" / "workflows" / "rule-tests.yml"
TESTS_RUN = "Run the rule tests"
_INPUT = re.compile(r"\$\{\{ inputs\.([\w-]+) \}\}")


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    return dict(yaml.safe_load(WORKFLOW.read_text("utf-8")))


class Runner:
    """Runs commands of the workflow in an environment that holds pip and nothing else."""

    def __init__(self, workflow: dict[Any, Any], folder: Path) -> None:
        virtualenv = ("virtualenv", "--quiet", "--no-download", "--no-periodic-update")
        processes.run(sys.executable, "-m", *virtualenv, folder, check=True)
        (job,) = workflow["jobs"].values()
        self.steps = {step["name"]: step for step in job["steps"] if "run" in step}
        declared = workflow[True]["workflow_call"]["inputs"]  # YAML 1.1 reads `on` as true
        self.defaults = {name: str(each["default"]) for name, each in declared.items()}
        self.environment = os.environ | {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            # What the wheel needs comes from here instead of a registry.
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "PYTEST_ADDOPTS": "-p no:ledgerscope-promql -p no:randomly -p no:hypothesispytest",
        }

    def run(self, name: str, project: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        values = self.defaults | {name.replace("_", "-"): value for name, value in inputs.items()}
        step = self.steps[name]
        given = {name: _INPUT.sub(lambda found: values[found[1]], text) for name, text in step["env"].items()}
        return processes.run("bash", "-e", "-c", step["run"], cwd=project, env=self.environment | given)


@pytest.fixture(scope="module")
def runner(workflow: dict[Any, Any], wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    runner = Runner(workflow, tmp_path_factory.mktemp("runner"))
    done = runner.run("Install", wheel.parent, package=str(wheel))
    assert done.returncode == 0, done.stdout + done.stderr
    return runner


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    (tmp_path / "test_more.py").write_text("import a_module_that_nobody_has\n", "utf-8")
    return tmp_path


def test_it_is_valid_by_the_schema_of_workflows() -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    done = processes.run(program, "--builtin-schema", "vendor.github-workflows", WORKFLOW)
    assert done.returncode == 0, done.stdout


def test_no_input_becomes_part_of_a_command(workflow: dict[Any, Any]) -> None:
    (job,) = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "${{" in step.get("run", "")] == []


def test_every_command_is_run_here(runner: Runner) -> None:
    assert list(runner.steps) == ["Install", TESTS_RUN]


def test_it_runs_the_rule_tests_with_what_it_installed(runner: Runner, project: Path) -> None:
    (project / "tests.yml").write_text(TESTS, "utf-8")
    done = runner.run(TESTS_RUN, project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert "promql-0.1.0" in done.stdout
    assert (project / "rule-coverage.html").is_file()


def test_a_failed_rule_test_fails_it(runner: Runner, project: Path) -> None:
    (project / "tests.yml").write_text(WRONG, "utf-8")
    done = runner.run(TESTS_RUN, project)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "tests.yml:9:5: alert 'Errors' at 10m" in done.stdout


def test_too_little_coverage_fails_it(runner: Runner, project: Path) -> None:
    (project / "tests.yml").write_text(TESTS, "utf-8")
    (project / "more.yml").write_text(RULES.replace("Errors", "Others"), "utf-8")
    done = runner.run(TESTS_RUN, project, least_coverage="90", options="--promql-cov-rules *.yml")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "3 passed" in done.stdout
    assert "more.yml:7 alert Others: 0 of " in done.stdout
