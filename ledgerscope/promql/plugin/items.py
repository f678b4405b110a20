"""Rule tests as pytest sees them: a file, its groups, and their cases or (where a setting says so) no cases.

Loaded only where there is such a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.promql.plugin import settings
from ledgerscope.promql.plugin.doubts import FileWarning, RuleTestWarning, warn_at
from ledgerscope.promql.plugin.failures import RuleTestFailed, reading
from ledgerscope.promql.plugin.judging import Judge, session_of
from ledgerscope.promql.plugin.shown_items import FaultyFile, ShownItem, unique

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledgerscope.promql.testing.model import Case


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
            fault = session.file_warnings.pop(0)
            warn_at(fault.where, FileWarning(str(fault)))
        seen: dict[str, int] = {}
        kind = RuleTestGroupItem if settings.one_item_per_group(self.config) else RuleTestGroup
        for run in runs:
            # pytest takes everything behind a bracket for the last part of a node id.
            title = run.group.title.replace("[", "(").replace("]", ")")
            yield kind.from_parent(self, name=unique(title, seen), judge=Judge(run, self.config))


class RuleTestGroup(pytest.Collector):
    """A test group: its input, and the cases over it."""

    def __init__(self, *, judge: Judge, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.judge = judge
        self.cases_left = 0

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The cases, and where it is judged by itself that the rules can be evaluated."""
        cases = self.judge.cases
        self.cases_left = len(cases)
        seen: dict[str, int] = {}
        for case in cases:
            title = "rules evaluate" if case is None else case.title
            yield RuleTestCase.from_parent(self, name=unique(title, seen), case=case)

    def case_is_judged(self) -> None:
        """Behind the last case the evaluation is not needed any more."""
        self.cases_left -= 1
        if self.cases_left <= 0:
            self.judge.finish()


class RuleTestCase(ShownItem):
    """One expectation."""

    parent: RuleTestGroup

    def __init__(self, *, case: Case | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.case = case

    @property
    def judge(self) -> Judge:
        """Knows the verdict."""
        return self.parent.judge

    @property
    def cases(self) -> tuple[Case | None, ...]:
        """What is judged here."""
        return (self.case,)

    def runtest(self) -> None:
        """Compare; what differs is reported in full."""
        try:
            self.judge.judge(self.case, self.warn)
        finally:
            self.parent.case_is_judged()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report; a warning alone where warnings are errors."""
        if isinstance(excinfo.value, RuleTestWarning):
            return str(self.judge.as_failure(self.case, excinfo.value))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place in the file, and the title."""
        return self.path, self.judge.where(self.case).line - 1, f"{self.parent.name}: {self.name}"


class RuleTestGroupItem(ShownItem):
    """All expectations of a test group as one item."""

    def __init__(self, *, judge: Judge, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.judge = judge

    @property
    def cases(self) -> tuple[Case | None, ...]:
        """What is judged here."""
        return self.judge.cases

    def runtest(self) -> None:
        """Compare; everything that differs is reported in full."""
        try:
            self.judge.judge_all(self.warn)
        finally:
            self.judge.finish()

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place in the file, and the name of the group."""
        return self.path, self.judge.where(None).line - 1, self.name
