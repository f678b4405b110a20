"""Mutation testing over texts, without pytest in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.campaign import mutate
from ledgerscope.promql.mutation.trial import Asked, Trial
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ledgerscope.promql.mutation.report import Report


def trial_of(folder: Path, rules: str, tests: str, options: Options | None = None) -> Trial:
    """The trial of a rule file by a test file that names it `rules.yml`."""
    options = options or Options()
    (folder / "rules.yml").write_text(rules, "utf-8")
    (folder / "a.test.yml").write_text(tests, "utf-8")
    runs = TestSession(options).open(folder / "a.test.yml")
    return Trial([Asked(run, run.group.cases) for run in runs], options.dialect)


def report_of(folder: Path, rules: str, tests: str, patterns: Sequence[str] = ()) -> Report:
    """What mutation testing finds."""
    return mutate(trial_of(folder, rules, tests), patterns, folder)


def named(report: Report) -> list[tuple[str, str, str]]:
    """The survivors: place, rule, mutant."""
    mutants = [each.judged.mutant for each in report.survivors]
    return [(f"{each.where.line}:{each.where.column}", each.rule_id.name, str(each)) for each in mutants]
