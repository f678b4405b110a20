"""The five generic package names are ours, wherever the tests are started from."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("package", ["exporter", "collectors", "rules", "dashboards", "alertmanager"])
def test_the_package_that_is_imported_is_the_one_in_this_tree(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / package
