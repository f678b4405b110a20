"""Mutation testing over the tests of a run: choose rules, judge mutants, name what is missing."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.model import Verdict
from ledgerscope.promql.mutation.report import MissingTest, Report, Survivor, shown_path
from ledgerscope.promql.mutation.search import Budget, find
from ledgerscope.promql.mutation.written import bare_skeleton, found_test, skeleton

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ledgerscope.promql.mutation.model import Judged, Mutant, RuleId
    from ledgerscope.promql.mutation.trial import Reaching, Trial

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is: the rule at hand of all chosen ones, and the mutants judged and surviving."""

    rule: int
    rules: int
    name: str
    judged: int
    survived: int

    def __str__(self) -> str:
        return (
            f"rule mutation: rule {self.rule} of {self.rules} ({self.name}),"
            f" {self.judged} mutants judged, {self.survived} survived"
        )


def mutate(
    trial: Trial,
    patterns: Sequence[str],
    base: Path,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Judge the mutants of all rules whose name or file matches one of the patterns; of all without any.

    on_progress: called before each rule and after each mutant.
    """
    killed: list[Judged] = []
    survivors: list[Survivor] = []
    budget = Budget()
    owners = chosen(trial.rules, patterns, base)

    def tell(rule: int) -> None:
        name = owners[rule - 1].name
        on_progress(Progress(rule, len(owners), name, len(killed) + len(survivors), len(survivors)))

    for rule, owner in enumerate(owners, 1):
        tell(rule)
        for judged in trial.judge(owner):
            if judged.verdict is Verdict.KILLED:
                killed.append(judged)
            else:
                survivors.append(Survivor(judged, missing_test(trial, judged.mutant, budget)))
            tell(rule)
    survivors.sort(key=lambda each: each.judged.mutant.order)
    return Report(tuple(killed), tuple(survivors), trial.same)


def chosen(owners: Iterable[RuleId], patterns: Sequence[str], base: Path) -> list[RuleId]:
    """Those whose name or path (from the folder) matches a pattern; a folder means everything below."""
    return [
        owner for owner in owners if not patterns or any(_matches(owner, each, base) for each in patterns)
    ]


def _matches(owner: RuleId, pattern: str, base: Path) -> bool:
    path = shown_path(owner.where.file, base)
    names = (owner.name, path, Path(path).name)
    return any(fnmatch.fnmatch(name, pattern) for name in names) or path.startswith(
        f"{pattern.rstrip('/*')}/"
    )


def missing_test(trial: Trial, mutant: Mutant, budget: Budget) -> MissingTest:
    """The test that would have noticed a mutant: found by search, or what it has to show."""
    reaching = trial.reaching(mutant.rule_id)
    if reaching:
        return _found(trial, mutant, reaching, budget)
    loading = trial.rules[mutant.rule_id]
    add_to = str(loading[0].run.file.path) if loading else ""
    interval_ms = loading[0].run.file.evaluation_interval_ms if loading else _MINUTE_MS
    return MissingTest(bare_skeleton(mutant, interval_ms), complete=False, add_to=add_to)


def _found(trial: Trial, mutant: Mutant, reaching: Sequence[Reaching], budget: Budget) -> MissingTest:
    found = find(mutant, reaching, trial.dialect, budget)
    if found is not None:
        return MissingTest(found_test(found, mutant), complete=True, add_to=str(found.run.file.path))
    run = reaching[0].asked.run
    return MissingTest(skeleton(mutant, run), complete=False, add_to=str(run.file.path))
