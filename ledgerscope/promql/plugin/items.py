"""Rule tests and PromQL scripts as pytest sees them: a file, its groups, their cases.

Loaded only where there is such a file. The rules of a group are evaluated once, when its first case runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.promql.plugin import settings
from ledgerscope.promql.plugin.coverage import coverage_of
from ledgerscope.promql.plugin.doubts import FileWarning, RuleTestWarning, doubts, remarks
from ledgerscope.promql.plugin.failures import RuleTestFailed, nearer, reading, shown
from ledgerscope.promql.testing.session import TestSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun
    from ledgerscope.promql.yaml.nodes import Where

_LONGEST_NAME = 120
_SESSION = pytest.StashKey[TestSession]()


def session_of(config: pytest.Config) -> TestSession:
    """What the rule-test files of this run share."""
    found = config.stash.get(_SESSION, None)
    if found is None:
        coverage = coverage_of(config)
        found = config.stash[_SESSION] = TestSession(settings.options(config), coverage and coverage.branch)
    return found


class RuleTestFile(pytest.File):
    """A file of rule tests."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The groups, each with a name of its own; for a file that cannot be used, one item that fails."""
        session = session_of(self.config)
        try:
            with reading(self.path, self.config):
                runs = session.open(self.path)
        except RuleTestFailed as error:
            yield FaultyFile.from_parent(self, name="file", error=error)
            return
        while session.file_warnings:
            self.warn(FileWarning(str(session.file_warnings.pop(0))))
        seen: dict[str, int] = {}
        for run in runs:
            # pytest takes everything behind a bracket for the last part of a node id.
            title = run.group.title.replace("[", "(").replace("]", ")")
            yield RuleTestGroup.from_parent(self, name=_unique(title, seen), run=run)


class RuleTestGroup(pytest.Collector):
    """A test group: its input, and the cases over it."""

    def __init__(self, *, run: GroupRun, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.run = run
        self.covered = False

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The cases, and where it is judged by itself that the rules can be evaluated."""
        if self.run.judges_rules:
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


class _TestItem(pytest.Item):
    """An item whose failure is its report alone."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report; with `--tb=line` its one line, which pytest prints by itself."""
        if not isinstance(excinfo.value, RuleTestFailed):
            return super().repr_failure(excinfo, style)
        representation = shown(excinfo)
        if self.config.getoption("tbstyle") == "line":
            representation.reprtraceback.reprentries = []
        return representation


class FaultyFile(_TestItem):
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


class RuleTestCase(_TestItem):
    """One expectation."""

    parent: RuleTestGroup

    def __init__(self, *, case: Case | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.case = case

    def runtest(self) -> None:
        """Compare; what differs is reported in full."""
        outcome = self.parent.outcome(self.case)
        for remark in remarks(self.parent.run, outcome):
            if session_of(self.config).is_new(str(remark)):
                self.warn(remark)
        if not outcome.passed:
            from ledgerscope.promql.testing.reports.report import Report  # noqa: PLC0415 - only where a case fails

            report = Report(self.parent.run, outcome)
            text = nearer(str(report), self.config)
            raise RuleTestFailed(text, report.summary, self.path, self.where.line)
        for doubt in doubts(self.parent.run, outcome):
            self.warn(doubt)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report; a warning alone where warnings are errors."""
        if isinstance(excinfo.value, RuleTestWarning):
            return nearer(f"{self.where}: {excinfo.value}", self.config)
        return super().repr_failure(excinfo, style)

    @property
    def where(self) -> Where:
        """The place of the case in its file."""
        return self.parent.run.group.where if self.case is None else self.case.where

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place in the file, and the title."""
        return self.path, self.where.line - 1, f"{self.parent.name}: {self.name}"


class ScriptFile(pytest.File):
    """A PromQL script: load, clear and eval commands."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """One item per eval."""
        from ledgerscope.promql.engine.engine import Engine  # noqa: PLC0415 - only where there are scripts
        from ledgerscope.promql.scripts.run import run_script  # noqa: PLC0415 - only where there are scripts

        engine = Engine(settings.compat(self.config), features=settings.script_features(self.config))
        try:
            with reading(self.path, self.config):
                results = list(run_script(self.path, engine))
        except RuleTestFailed as error:
            yield FaultyFile.from_parent(self, name="file", error=error)
            return
        for result in results:
            name = _unique(f"line {result.line}: {result.expression}", {})
            yield ScriptEval.from_parent(self, name=name, problems=result.problems, line=result.line)


class ScriptEval(_TestItem):
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


def _unique(title: str, seen: dict[str, int]) -> str:
    """The title as a part of a node id that pytest finds again, numbered from the second time on."""
    name = " ".join(title.split()).replace("::", ": :")
    name = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name} #{seen[name]}"
