"""What the test files of one run share, and what they give back."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledgerscope.promql.testing import session as module
from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import TestSession
from ledgerscope.promql.yaml.nodes import FileError

TESTS = """
rule_files: [r.yml]
tests:
- input_series: [{series: up, values: 1x9}]
  promql_expr_test: [{expr: up, eval_time: 9m}]
"""


def write(folder: Path) -> None:
    (folder / "r.yml").write_text("groups: [{name: g, rules: [{record: a, expr: up}]}]")
    for name in ("a", "b"):
        (folder / f"{name}.test.yml").write_text(TESTS)


def test_files_that_name_the_same_rules_share_one_plan(tmp_path: Path) -> None:
    write(tmp_path)
    session = TestSession()
    runs = [session.open(tmp_path / f"{name}.test.yml")[0] for name in ("a", "b")]
    assert runs[0].plan is runs[1].plan


def test_a_changed_rule_file_is_read_again(tmp_path: Path) -> None:
    write(tmp_path)
    session = TestSession()
    before = session.open(tmp_path / "a.test.yml")[0].plan
    (tmp_path / "r.yml").write_text("groups: [{name: other, rules: []}]")
    assert session.open(tmp_path / "a.test.yml")[0].plan is not before


def test_what_is_wrong_with_a_test_file_and_with_its_rules_is_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text("groups: [{name: g, rules: [{record: a, expr: up +}]}]")
    (tmp_path / "a.test.yml").write_text(TESTS.replace("eval_time", "eval_tme").replace("1x9", "1y9"))
    with pytest.raises(FileError) as caught:
        TestSession().open(tmp_path / "a.test.yml")
    places = [(Path(each.where.file).name, each.where.line) for each in caught.value.faults]
    assert places == [("a.test.yml", 4), ("a.test.yml", 5), ("r.yml", 1)]


def test_evaluations_longest_unused_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.setattr(module, "_MOST_SAMPLES", 30)
    session = TestSession()
    first, second = (session.open(tmp_path / f"{name}.test.yml")[0] for name in ("a", "b"))
    session.keep(first)
    kept = first.evaluation
    session.keep(first)
    assert first.evaluation is kept
    session.keep(second)
    assert first.evaluation is not kept


def test_what_rules_shared_while_they_ran_is_given_back(tmp_path: Path) -> None:
    write(tmp_path)
    session = TestSession()
    (run,) = session.open(tmp_path / "a.test.yml")
    before = len(run.evaluation.cache)
    session.keep(run)
    assert (before, len(run.evaluation.cache)) == (1, 0)


def test_a_group_that_is_dropped_gives_its_samples_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    monkeypatch.setattr(module, "_MOST_SAMPLES", 30)
    session = TestSession()
    first, second = (session.open(tmp_path / f"{name}.test.yml")[0] for name in ("a", "b"))
    session.keep(first)
    evaluated = first.evaluation
    session.drop(first)
    session.drop(second)  # nothing is kept of it
    session.keep(second)
    kept = second.evaluation
    session.keep(first)
    assert first.evaluation is not evaluated
    assert second.evaluation is not kept


def test_a_time_that_takes_too_many_evaluations_is_a_fault_of_its_case(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "a.test.yml"
    path.write_text(TESTS.replace("eval_time: 9m", "eval_time: 290y"))
    message = r"a.test.yml:5:22: up to 290y the rules would be evaluated 152,424,001 times, once every 1m"
    with pytest.raises(FileError, match=message):
        TestSession().open(path)
    path.write_text(TESTS.replace("eval_time: 9m", "eval_time: 19y"))
    assert len(TestSession().open(path)) == 1


def test_input_to_its_end_counts_only_where_rules_run_to_its_end(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "a.test.yml"
    path.write_text(TESTS.replace("input_series", "interval: 40y\n  input_series"))
    assert len(TestSession().open(path)) == 1
    with pytest.raises(FileError, match=r"a.test.yml:4:3: up to 360y"):
        TestSession(Options(to_end=True)).open(path)


def test_a_fault_of_a_file_is_reported_once(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "r.yml").write_text("groups: [{name: g, rules: [{record: a, expr: up +}]}]")
    (tmp_path / "link.yml").symlink_to("r.yml")
    path = tmp_path / "a.test.yml"
    path.write_text(TESTS.replace("[r.yml]", "[r.yml, ./r.yml, '*.yml']"))
    with pytest.raises(FileError) as caught:
        TestSession().open(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(set(lines))
