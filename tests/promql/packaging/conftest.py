"""The wheel of the distribution, built once for a process, and a folder that holds what it brings."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from tests import processes

PROJECT = Path(__file__).parents[3] / "packaging" / "pytest-promql"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    processes.run(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=PROJECT, check=True
    )
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder
