"""The tests of the rules notice nearly every small change of a rule; those that they do not are explained.

The explanations are in docs/rule-testing.md. `make mutate` shows the test that would notice a change.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ledgerscope.promql.mutation.model import Verdict
from ledgerscope.promql.mutation.trial import Asked, Trial
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession
from tests.thoroughness import sample

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "rules"
MANUAL = (ROOT / "docs" / "rule-testing.md").read_text("utf-8")
FILES = (*FOLDER.glob("*.test.yml"), *(FOLDER / "cases").glob("*.test.yml"))
#: File, operator, what becomes what: how often.
EXPLAINED = Counter(
    {
        ("exporter.yml", "aggregation", "max", "min"): 10,
        ("aging.yml", "aggregation", "sum", "max"): 1,
        ("revenue.yml", "aggregation", "sum", "max"): 1,
        ("jobs.yml", "comparison", ">=", ">"): 1,
        ("credentials.yml", "aggregation", "sum", "max"): 1,
        ("statements.yml", "comparison", ">=", ">"): 1,
        ("statements.yml", "threshold", "0", "-1"): 1,
        ("transfers.yml", "comparison", ">=", ">"): 2,
        ("transfers.yml", "threshold", "0", "-1"): 2,
        ("transfers.yml", "threshold", "0", "1"): 1,
        ("transfers.yml", "aggregation", "sum", "max"): 1,
        ("jobs.yml", "threshold", "0", "-1"): 1,
        ("lifecycle.yml", "window", "1w", "2w"): 1,
    }
)


def test_what_no_test_notices_is_explained() -> None:
    session = TestSession(Options())
    tests = [Asked(run, run.group.cases) for path in FILES for run in session.open(path)]
    trial = Trial(tests, session.options.dialect, keep=session.keep)
    owners = sample(trial.rules, 16)
    found = [each for owner in owners for each in trial.judge(owner)]
    survivors = [each.mutant for each in found if each.verdict is not Verdict.KILLED]
    places = Counter(
        (Path(each.where.file).name, each.operator, each.before, each.after) for each in survivors
    )
    assert len(found) > 100
    assert places <= EXPLAINED
    if len(owners) == len(trial.rules):
        assert places == EXPLAINED
        killed = len(found) - len(survivors)
        share = f"{killed} ({100 * killed / len(found):.1f} %)"
        assert f"Our own rules have {len(found)} mutants, of which `make mutate` kills {share}" in MANUAL
