"""The exporter runs on requirements/serve.txt alone; a command that needs more names the extra to install."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVE = ROOT / "requirements" / "serve.txt"
OURS = {"ledgerscope"}
BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def locked() -> set[str]:
    """The distributions that the exporter's image installs."""
    return {
        normal(name) for name in re.findall(r"^([\w.-]+)==", SERVE.read_text(encoding="utf-8"), re.MULTILINE)
    }


@cache
def not_in_the_image() -> set[str]:
    """Every importable module of this environment that belongs to none of those distributions."""
    allowed = locked() | OURS
    return {
        module
        for module, distributions in packages_distributions().items()
        if not allowed.intersection(map(normal, distributions)) and not module.startswith("_")
    }


def run(program: str) -> subprocess.CompletedProcess[str]:
    blocked = BLOCKED.format(blocked=not_in_the_image())
    arguments = [sys.executable, "-c", blocked + program]
    return subprocess.run(arguments, check=False, capture_output=True, text=True, cwd=ROOT, timeout=120)


def command(*arguments: str) -> str:
    return f"from ledgerscope.cli import main\nmain({list(arguments)!r}, prog_name='ledgerscope')"


def test_what_only_generators_and_tests_need_is_not_in_the_image() -> None:
    assert {"grafanalib", "jinja2", "numpy", "requests", "rich", "pytest"}.isdisjoint(locked())
    assert {"grafanalib", "jinja2", "numpy", "requests", "rich", "pytest"} <= not_in_the_image()


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["serve", "--print-settings"]])
def test_the_exporter_starts_with_the_packages_of_the_image(arguments: list[str]) -> None:
    done = run(command(*arguments))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("name", ["collect", "db", "demo", "metrics"])
def test_commands_of_the_image_start_with_its_packages(name: str) -> None:
    done = run(command(name, "--help"))
    assert (done.returncode, done.stderr) == (0, "")


def test_the_exporter_is_imported_with_the_packages_of_the_image() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for folder in ("exporter", "collectors")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    done = run(f"import importlib\nfor name in {modules!r}: importlib.import_module(name)\nprint('all')")
    assert (done.returncode, done.stdout) == (0, "all\n"), done.stderr


def test_a_command_that_needs_more_says_which_extra_to_install() -> None:
    done = run(command("build", "--check"))
    assert done.returncode == 1
    assert re.match(
        r"ledgerscope: build needs packages that are not installed \(no \w+\); "
        r"install them with:  pip install 'ledgerscope\[build\]'\n",
        done.stderr,
    )
    assert "Traceback" not in done.stderr
