"""What several tests of the rules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rules.promtool import render_rule_tests
from rules.render import render_rules

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rule files and their tests, laid out as in the project."""
    root = tmp_path_factory.mktemp("bundle")
    for path, content in (render_rules() | render_rule_tests()).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root
