"""Puts `ledgerscope.promql` into the wheel under a name of its own: the same code, no copy to maintain."""  # noqa: INP001

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "pytest_promql"
SOURCE_NAME = "ledgerscope.promql"


def renamed(source: Path, target: Path) -> None:
    """Write a package's modules to a folder, its imports of itself renamed."""
    for path in sorted(source.rglob("*.py")):
        written = target / path.relative_to(source)
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(path.read_text("utf-8").replace(SOURCE_NAME, NAME), "utf-8")
    (target / "py.typed").touch()


class CustomBuildHook(BuildHookInterface[Any]):
    """Renames the package before the wheel is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's signature
        """Add the renamed package to what the wheel includes."""
        self.folder = Path(tempfile.mkdtemp(prefix="pytest-promql-"))
        renamed(Path(self.root).parents[1] / "ledgerscope" / "promql", self.folder / NAME)
        build_data["force_include"][str(self.folder / NAME)] = NAME

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - same
        """Remove what was written for the build."""
        shutil.rmtree(self.folder)
