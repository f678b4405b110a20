"""The tests of the rules notice nearly every small change of a rule; those that they do not are explained.

The explanations are in docs/rule-testing.md. `make mutate` shows the test that would notice a change.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ledgerscope.promql.mutation.model import Judged, Verdict
from ledgerscope.promql.mutation.trial import Asked, Trial
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "rules"
MANUAL = (ROOT / "docs" / "rule-testing.md").read_text("utf-8")
#: File, operator, what becomes what: how often.
EXPLAINED = {
    ("exporter.yml", "aggregation", "max", "min"): 10,
    ("aging.yml", "aggregation", "sum", "max"): 1,
    ("revenue.yml", "aggregation", "sum", "max"): 1,
    ("jobs.yml", "comparison", ">=", ">"): 1,
    ("jobs.yml", "threshold", "0", "-1"): 1,
    ("lifecycle.yml", "window", "1w", "2w"): 1,
}


def judged() -> list[Judged]:
    session = TestSession(Options())
    files = (*FOLDER.glob("*.test.yml"), *(FOLDER / "cases").glob("*.test.yml"))
    tests = [Asked(run, run.group.cases) for path in files for run in session.open(path)]
    trial = Trial(tests, session.options.dialect, keep=session.keep)
    return [each for owner in trial.rules for each in trial.judge(owner)]


def test_what_no_test_notices_is_explained() -> None:
    found = judged()
    survivors = [each.mutant for each in found if each.verdict is not Verdict.KILLED]
    places = Counter(
        (Path(each.where.file).name, each.operator, each.before, each.after) for each in survivors
    )
    assert places == EXPLAINED
    killed = len(found) - len(survivors)
    share = f"{killed} ({100 * killed / len(found):.1f} %)"
    assert f"Our own rules have {len(found)} mutants, of which `make mutate` kills {share}" in MANUAL
