"""The distribution pytest-promql: built from this package, installed by itself, running a foreign suite."""

from __future__ import annotations

import os
import sys
import zipfile
from email.parser import Parser
from typing import TYPE_CHECKING

from tests import processes
from tests.promql.plugin.suites import RULES, TESTS

if TYPE_CHECKING:
    from pathlib import Path

PYTHON_TEST = """
import sys

def test_it(promql):
    promql.load('up{job="a"} 1x5')
    assert promql.at("1m", "up") == {'up{job="a"}': 1}
    assert not [name for name in sys.modules if name.partition(".")[0] == "ledgerscope"]
"""


def test_it_brings_no_top_level_name_but_its_own(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"pytest_promql", "pytest_promql-0.1.0.dist-info"}
    assert "pytest_promql/py.typed" in names
    assert "pytest_promql/plugin/hooks.py" in names


def test_no_module_names_what_it_was_built_from(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        naming = [
            name
            for name in archive.namelist()
            if name.endswith(".py") and b"ledgerscope" in archive.read(name)
        ]
    assert naming == []


def test_it_needs_numpy_pyyaml_and_pytest_alone_on_python_3_10(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = Parser().parsestr(archive.read("pytest_promql-0.1.0.dist-info/METADATA").decode())
    assert metadata.get_all("Requires-Dist") == ["numpy>=1.26", "pytest>=7.4", "pyyaml>=6"]
    assert metadata["Requires-Python"] == ">=3.10"


def test_it_runs_a_foreign_suite(site: Path, tmp_path: Path) -> None:
    for name, text in (("rules.yml", RULES), ("errors.yml", TESTS), ("test_it.py", PYTHON_TEST)):
        (tmp_path / name).write_text(text, "utf-8")
    done = processes.run(
        sys.executable, "-m", "pytest", "-p", "no:ledgerscope-promql", "-p", "no:cacheprovider", "-p",
        "no:randomly", "--promql-cov", "-c", "/dev/null", "--rootdir", tmp_path, tmp_path,
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    assert "rule coverage: " in done.stdout
