"""What test files of one run share: rule files are read and planned once, however many files name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledgerscope.promql.rules.load import load_rule_file
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.testing.limits import too_many
from ledgerscope.promql.testing.load import load_tests
from ledgerscope.promql.testing.runner import GroupRun, Options
from ledgerscope.promql.yaml.collection_pause import collection_paused
from ledgerscope.promql.yaml.nodes import Fault, FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledgerscope.promql.rules.alert_history import OnRuleBranch
    from ledgerscope.promql.rules.model import RuleGroup
    from ledgerscope.promql.testing.model import TestFile
    from ledgerscope.promql.testing.outcome import Outcome


#: Samples of evaluations that are kept at a time: about 16 bytes each.
_MOST_SAMPLES = 4_000_000


@dataclass(slots=True)
class TestSession:
    """Opens test files and makes their groups runnable."""

    __test__ = False  # not a class of tests, whatever its name

    options: Options = field(default_factory=Options)
    on_branch: OnRuleBranch | None = None
    _plans: dict[tuple[object, ...], RulePlan] = field(default_factory=dict)
    _kept: dict[int, tuple[GroupRun, int]] = field(default_factory=dict)
    _samples: int = 0
    #: What in the files opened so far is hardly meant.
    file_warnings: list[Fault] = field(default_factory=list)

    def open(self, path: Path) -> list[GroupRun]:
        """The groups of a test file over the rules it names. Raises FileError."""
        with collection_paused():
            file, faults = load_tests(
                path,
                dialect=self.options.dialect,
                lenient=self.options.lenient,
                extensions=self.options.extensions,
            )
        groups: list[RuleGroup] = []
        warnings = list(file.warnings)
        for each in file.rule_files:
            try:
                rules = load_rule_file(each, dialect=self.options.dialect, lenient=self.options.lenient)
                groups += rules.groups
                warnings += rules.warnings
            except FileError as error:
                faults += error.faults
        faults += self._beyond_reach(file)
        if faults:
            raise FileError(faults)
        self.file_warnings += dict.fromkeys(warnings)
        plan = self._plan(groups, file.group_eval_order)
        return [GroupRun(file, group, plan, self.options, self.on_branch) for group in file.groups]

    def _beyond_reach(self, file: TestFile) -> Iterator[Fault]:
        """The cases, and the input that is evaluated to its end, for which rules are evaluated too often."""
        hint = "write an earlier time, or a longer evaluation_interval"
        for group in file.groups:
            ends = [(case.eval_time_ms, case.where) for case in group.cases]
            if self.options.to_end:
                ends.append((group.end_of_input_ms, group.where))
            for end_ms, where in ends:
                reason = too_many(end_ms, file.evaluation_interval_ms)
                if reason:
                    yield Fault(where, reason, hint)

    def keep(self, run: GroupRun) -> None:
        """Keep a group's evaluation for its next case; those longest unused go when there is too much."""
        known = self._kept.pop(id(run), None)
        if known is None:
            run.evaluation.cache.clear()
            known = run, run.evaluation.storage.samples_held
            self._samples += known[1]
        self._kept[id(run)] = known
        while self._samples > _MOST_SAMPLES and len(self._kept) > 1:
            oldest, samples = self._kept.pop(next(iter(self._kept)))
            self._samples -= samples
            oldest.forget()

    def drop(self, run: GroupRun) -> None:
        """Give back what is kept of a group."""
        _, samples = self._kept.pop(id(run), (run, 0))
        self._samples -= samples
        run.forget()

    def _plan(self, groups: list[RuleGroup], order: tuple[str, ...]) -> RulePlan:
        """The plan of some rules, shared with other files of the same rules."""
        key = (*map(id, groups), *order)
        if key not in self._plans:
            self._plans[key] = RulePlan.of(groups, order, self.options.dialect)
        return self._plans[key]


def verdicts(path: Path, options: Options | None = None) -> list[Outcome]:
    """Every outcome of a test file. Raises FileError where it cannot be read."""
    runs = TestSession(options or Options()).open(path)
    return [outcome for run in runs for outcome in run.outcomes()]
