"""The thirty gaps of a suite are named, each with a test that closes it, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from ledgerscope.promql.testing.session import verdicts
from tests.promql.mutation.runs import named, report_of, trial_of
from tests.promql.mutation.seeded import GAPS, RULES, TESTS

if TYPE_CHECKING:
    from pathlib import Path

    from ledgerscope.promql.mutation.report import Report


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return report_of(tmp_path_factory.mktemp("seeded"), RULES, TESTS)


def test_the_suite_passes(tmp_path: Path) -> None:
    trial_of(tmp_path, RULES, TESTS)
    assert [each for each in verdicts(tmp_path / "a.test.yml") if not each.passed] == []


def test_all_thirty_gaps_are_named_and_nothing_else(report: Report) -> None:
    assert len(GAPS) == 30
    assert named(report) == GAPS


def test_every_gap_comes_with_a_test_that_was_run(report: Report) -> None:
    assert [str(each.judged.mutant) for each in report.survivors if not each.missing.complete] == []


def test_with_the_missing_tests_nothing_survives(report: Report, tmp_path: Path) -> None:
    missing = [test for each in report.survivors for test in yaml.safe_load(each.missing.text)]
    suite = yaml.safe_load(TESTS)
    suite["tests"] += missing
    (tmp_path / "whole").mkdir()
    whole = report_of(tmp_path / "whole", RULES, yaml.safe_dump(suite, sort_keys=False))
    assert named(whole) == []
    assert whole.percent == 100


def test_what_provably_changes_nothing_is_left_out(report: Report) -> None:
    named_rules = {each.judged.mutant.rule_id.name for each in report.survivors}
    assert named_rules.isdisjoint({"HeartbeatMissing", "NodesMany"})
    assert report.same > 0
