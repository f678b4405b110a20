"""Rule tests and PromQL scripts as pytest sees them: a file, its groups, their cases.

Loaded only where there is such a file. The rules of a group are evaluated once, when its first case runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.plugin.hooks import coverage_of
from ledgerscope.promql.testing.report import Report
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession
from ledgerscope.promql.yaml.nodes import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun

_SESSION = pytest.StashKey[TestSession]()


class RuleTestFailed(Exception):
    """A case whose outcome is not as expected; its text is the report."""


def session_of(config: pytest.Config) -> TestSession:
    """What the rule-test files of this run share."""
    found = config.stash.get(_SESSION, None)
    if found is None:
        options = Options(
            config.getini("promql_compat"),
            config.getini("promql_strict"),
            config.getini("promql_ignore_unknown_fields"),
        )
        found = config.stash[_SESSION] = TestSession(options)
    return found


class _FileCollector(pytest.File):
    """A file whose faults are shown as they are, without a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ARG002
        """The faults, line by line."""
        if isinstance(excinfo.value, PromQLError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)


class RuleTestFile(_FileCollector):
    """A file of rule tests."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The groups, each with a name of its own."""
        seen: dict[str, int] = {}
        for run in session_of(self.config).open(Path(self.path)):
            yield RuleTestGroup.from_parent(self, name=_unique(run.group.title, seen), run=run)


class RuleTestGroup(pytest.Collector):
    """A test group: its input, and the cases over it."""

    def __init__(self, *, run: GroupRun, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.run = run
        self.covered = False

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The cases; where there is none, that the rules can be evaluated."""
        if not self.run.group.cases:
            yield RuleTestCase.from_parent(self, name="rules evaluate", case=None)
        seen: dict[str, int] = {}
        for case in self.run.group.cases:
            yield RuleTestCase.from_parent(self, name=_unique(case.title, seen), case=case)

    def outcome(self, case: Case | None) -> Outcome:
        """The verdict on a case, from the one evaluation of the group."""
        outcome = self.run.rules_outcome() if case is None else self.run.outcome(case)
        coverage = coverage_of(self.config)
        if coverage is not None and not self.covered:
            coverage.add(self.run.plan, self.run.evaluation, self.run.engine)
            self.covered = True
        session_of(self.config).keep(self.run)
        return outcome


class RuleTestCase(pytest.Item):
    """One expectation."""

    parent: RuleTestGroup

    def __init__(self, *, case: Case | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.case = case

    def runtest(self) -> None:
        """Compare; what differs is told in full."""
        outcome = self.parent.outcome(self.case)
        if not outcome.passed:
            raise RuleTestFailed(str(Report(self.parent.run, outcome)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report alone."""
        if isinstance(excinfo.value, (RuleTestFailed, FileError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place in the file, and the title."""
        where = self.parent.run.group.where if self.case is None else self.case.where
        return Path(self.path), where.line - 1, f"{self.parent.name}: {self.name}"


class ScriptFile(_FileCollector):
    """A PromQL script: load, clear and eval commands."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """One item per eval."""
        from ledgerscope.promql.engine.engine import Engine  # noqa: PLC0415 - only where there are scripts
        from ledgerscope.promql.scripts.run import run_script  # noqa: PLC0415 - only where there are scripts

        engine = Engine(compat=self.config.getini("promql_compat"))
        for result in run_script(Path(self.path), engine):
            name = f"line {result.line}: {' '.join(result.expression.split())}"
            yield ScriptEval.from_parent(self, name=name, problems=result.problems, line=result.line)


class ScriptEval(pytest.Item):
    """One eval of a script."""

    def __init__(self, *, problems: tuple[str, ...], line: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.problems = problems
        self.line = line

    def runtest(self) -> None:
        """Fail with what is not as expected."""
        if self.problems:
            raise RuleTestFailed("\n".join((f"{self.path}:{self.line}", *self.problems)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems alone."""
        if isinstance(excinfo.value, RuleTestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place in the script."""
        return Path(self.path), self.line - 1, self.name


def _unique(title: str, seen: dict[str, int]) -> str:
    """The title, numbered from the second time on."""
    seen[title] = seen.get(title, 0) + 1
    return title if seen[title] == 1 else f"{title} #{seen[title]}"
