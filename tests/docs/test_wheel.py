"""The page of definitions is part of the distribution, so that an installed program can print it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledgerscope.catalogue import definitions

ROOT = Path(__file__).parents[2]

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The content of the wheel, unpacked outside the repository."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("ledgerscope", "exporter", "collectors", "rules", "dashboards", "alertmanager"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "generated"))
    (source / "docs").mkdir()
    for name in ("pyproject.toml", "README.md", definitions.PAGE):
        shutil.copyfile(ROOT / name, source / name)
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(target)], cwd=source, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(target / done.stdout.split()[-1]) as wheel:
        wheel.extractall(target / "site")
    yield target / "site"
    shutil.rmtree(target)


def test_the_wheel_holds_the_page_as_it_is_in_the_repository(installed: Path) -> None:
    page = installed / "ledgerscope" / "definitions.md"
    assert page.read_text(encoding="utf-8") == (ROOT / definitions.PAGE).read_text(encoding="utf-8")


def test_an_installed_program_prints_a_definition(installed: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); import ledgerscope.cli; ledgerscope.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, "metrics", "chom_csat_score"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Example: Any scale, each respondent once" in done.stdout
