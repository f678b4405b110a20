"""Verdicts on the cases of a test group: a failure, or a warning about one that passes.

The same whether each case is an item of pytest or the whole group is one. The rules of a group are evaluated
once, when its first case is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.plugin import settings
from ledgerscope.promql.plugin.coverage import coverage_of
from ledgerscope.promql.plugin.doubts import RuleTestWarning, doubts, remarks, warn_at
from ledgerscope.promql.plugin.failures import RuleTestFailed, nearer
from ledgerscope.promql.plugin.mutation import recorder_of
from ledgerscope.promql.testing.session import TestSession

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledgerscope.promql.testing.model import Case
    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun
    from ledgerscope.promql.yaml.nodes import Where

_SESSION = pytest.StashKey[TestSession]()


def session_of(config: pytest.Config) -> TestSession:
    """What the rule-test files of this run share."""
    found = config.stash.get(_SESSION, None)
    if found is None:
        coverage = coverage_of(config)
        found = config.stash[_SESSION] = TestSession(settings.options(config), coverage and coverage.branch)
    return found


@dataclass(eq=False, slots=True)
class Judge:
    """The verdicts on one test group."""

    run: GroupRun
    config: pytest.Config
    _covered: bool = False

    @property
    def cases(self) -> tuple[Case | None, ...]:
        """What is to be judged; None stands for the rules alone, where there is a verdict on them."""
        return (None, *self.run.group.cases) if self.run.judges_rules else self.run.group.cases

    def where(self, case: Case | None) -> Where:
        """The place of a case in its file."""
        return self.run.group.where if case is None else case.where

    def judge(self, case: Case | None, warn: Callable[[RuleTestWarning], None]) -> None:
        """Raises RuleTestFailed where the outcome is not as expected, and what `warn` raises."""
        session = session_of(self.config)
        outcome = self._outcome(case)
        session.keep(self.run)
        for place, remark in remarks(self.run, outcome):
            warn_at(place, remark)
        if not outcome.passed:
            from ledgerscope.promql.testing.reports.report import Report  # noqa: PLC0415 - only where a case fails

            report = Report(self.run, outcome)
            text = nearer(str(report), self.config)
            raise RuleTestFailed(text, report.summary, self.run.file.path, self.where(case).line)
        for doubt in doubts(self.run, outcome):
            warn(doubt)

    def judge_all(self, warn: Callable[[RuleTestWarning], None]) -> None:
        """Raises one RuleTestFailed with everything that `judge` raises of any case."""
        failures: list[RuleTestFailed] = []
        for case in self.cases:
            try:
                self.judge(case, self._at_its_place(case, warn))
            except RuleTestFailed as failure:
                failures.append(failure)
            except RuleTestWarning as warning:
                failures.append(self.as_failure(case, warning))
        if failures:
            raise _together(failures, len(self.cases))

    def _at_its_place(
        self, case: Case | None, warn: Callable[[RuleTestWarning], None]
    ) -> Callable[[RuleTestWarning], None]:
        """Warns with the place of the case, for the item's own place is the group."""

        def warn_there(warning: RuleTestWarning) -> None:
            text = nearer(f"{self.where(case)}: {warning}", self.config)
            try:
                warn(type(warning)(text))
            except RuleTestWarning:
                raise warning from None

        return warn_there

    def as_failure(self, case: Case | None, warning: RuleTestWarning) -> RuleTestFailed:
        """A warning, where warnings are errors."""
        where = self.where(case)
        text = nearer(f"{where}: {warning}", self.config)
        return RuleTestFailed(text, str(warning), self.run.file.path, where.line)

    def finish(self) -> None:
        """Nothing is judged any more: give the memory back, unless mutants are to be judged as well."""
        if recorder_of(self.config) is None:
            session_of(self.config).drop(self.run)

    def _outcome(self, case: Case | None) -> Outcome:
        """The verdict on a case, from the one evaluation of the group."""
        outcome = self.run.rules_outcome() if case is None else self.run.outcome(case)
        coverage = coverage_of(self.config)
        if coverage is not None and not self._covered:
            coverage.add(self.run.plan, self.run.evaluation, self.run.engine)
            self._covered = True
        return outcome


def _together(failures: Sequence[RuleTestFailed], cases: int) -> RuleTestFailed:
    """The failures of a group as one: all their texts, at the place of the first."""
    first, more = failures[0], len(failures) - 1
    texts = dict.fromkeys(str(each) for each in failures)  # a rule that fails does so for every case
    summary = first.summary + (f" (and {more} more)" if more else "")
    head = f"{len(failures)} of {cases} cases fail"
    return RuleTestFailed("\n\n".join((head, *texts)), summary, first.path, first.line)
