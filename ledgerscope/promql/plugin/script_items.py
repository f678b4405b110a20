"""PromQL scripts as pytest sees them: a file and its evals. Loaded only where there is such a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.plugin import settings
from ledgerscope.promql.plugin.failures import RuleTestFailed, nearer, reading
from ledgerscope.promql.plugin.shown_items import FaultyFile, ShownItem, unique
from ledgerscope.promql.scripts.run import run_script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ScriptFile(pytest.File):
    """A PromQL script: load, clear and eval commands."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """One item per eval."""
        engine = Engine(settings.compat(self.config), features=settings.script_features(self.config))
        try:
            with reading(self.path, self.config):
                results = list(run_script(self.path, engine))
        except RuleTestFailed as error:
            yield FaultyFile.from_parent(self, name="file", error=error)
            return
        for result in results:
            name = unique(f"line {result.line}: {result.expression}", {})
            yield ScriptEval.from_parent(self, name=name, problems=result.problems, line=result.line)


class ScriptEval(ShownItem):
    """One eval of a script."""

    def __init__(self, *, problems: tuple[str, ...], line: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.problems = problems
        self.line = line

    def runtest(self) -> None:
        """Fail with what is not as expected."""
        if self.problems:
            text = "\n".join((f"{self.path}:{self.line}", *self.problems))
            raise RuleTestFailed(nearer(text, self.config), self.problems[0], self.path, self.line)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place in the script."""
        return self.path, self.line - 1, self.name
