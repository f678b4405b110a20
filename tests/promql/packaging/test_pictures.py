"""The pictures in the README of the distribution are what pytest prints today."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import processes
from tests.thoroughness import thorough_only

pytestmark = thorough_only()

PICTURES = Path(__file__).parents[3] / "packaging" / "pytest-promql" / "pictures"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pictures")
    processes.run(sys.executable, PICTURES / "draw.py", "--out", out, check=True)
    return out


@pytest.mark.parametrize("name", ["failure.svg", "coverage.svg"])
def test_a_picture_is_as_drawn_anew(drawn: Path, name: str) -> None:
    assert (PICTURES / name).read_text("utf-8") == (drawn / name).read_text("utf-8")


def test_the_readme_shows_them_all() -> None:
    readme = (PICTURES.parent / "README.md").read_text("utf-8")
    assert [name.name for name in PICTURES.glob("*.svg") if f"(pictures/{name.name})" not in readme] == []
