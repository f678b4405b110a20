"""The five generic package names are ours, wherever the tests are started from."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("room", ["exporter", "collectors", "rules", "dashboards", "alertmanager"])
def test_the_room_that_is_imported_is_the_one_in_this_tree(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / room
