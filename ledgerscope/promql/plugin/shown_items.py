"""Items whose failure is a text for a person, without a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.promql.plugin.failures import RuleTestFailed, shown

if TYPE_CHECKING:
    from pathlib import Path


class ShownItem(pytest.Item):
    """An item whose failure is its report alone."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report; with `--tb=line` its one line, which pytest prints by itself."""
        if not isinstance(excinfo.value, RuleTestFailed):
            return super().repr_failure(excinfo, style)
        representation = shown(excinfo)
        if self.config.getoption("tbstyle") == "line":
            representation.reprtraceback.reprentries = []
        return representation


class FaultyFile(ShownItem):
    """A file that cannot be used: it fails, and the others run."""

    def __init__(self, *, error: RuleTestFailed, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.error = error

    def runtest(self) -> None:
        """Fail with what is wrong with the file."""
        raise self.error

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place of the first fault."""
        return self.path, self.error.line - 1, self.name


_LONGEST_NAME = 120


def unique(title: str, seen: dict[str, int]) -> str:
    """The title as a part of a node id that pytest finds again, numbered from the second time on."""
    name = " ".join(title.split()).replace("::", ": :")
    name = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name} #{seen[name]}"
