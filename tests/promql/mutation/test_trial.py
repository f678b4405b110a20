"""Which tests judge a mutant, and what counts as noticing it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest
import yaml

from ledgerscope.promql.mutation.campaign import missing_test, mutate
from ledgerscope.promql.mutation.model import Verdict
from ledgerscope.promql.mutation.search import Budget
from ledgerscope.promql.testing.runner import Options
from tests.promql.mutation.runs import named, report_of, trial_of

if TYPE_CHECKING:
    from pathlib import Path

RULES = """\
groups:
- name: g
  rules:
  - record: a:max
    expr: max by (job) (a)
  - alert: High
    expr: a:max > 5
  - record: b:ratio
    expr: b / on (job) c
"""
TESTS = """\
rule_files: [rules.yml]
tests:
- name: of a
  interval: 1m
  input_series:
  - {series: 'a{job="x", pod="1"}', values: 5.5 5 4.5}
  - {series: 'a{job="x", pod="2"}', values: 1x2}
  alert_rule_test:
  - {eval_time: 0m, alertname: High, exp_alerts: [{exp_labels: {job: x}}]}
  - {eval_time: 1m, alertname: High}
- name: of b
  interval: 1m
  input_series:
  - {series: 'b{job="x", pod="1"}', values: 1}
  - {series: 'c{job="x"}', values: 2}
  - {series: 'b{job="y"}', values: 3}
  - {series: 'c{job="y"}', values: 2}
  promql_expr_test:
  - expr: b:ratio
    eval_time: 0m
    exp_samples: [{labels: 'b:ratio{job="x"}', value: 0.5}, {labels: 'b:ratio{job="y"}', value: 1.5}]
"""


def judged(folder: Path, rule: str, tests: str = TESTS) -> dict[str, str]:
    """What each mutant of a rule was killed by."""
    trial = trial_of(folder, RULES, tests)
    (owner,) = [each for each in trial.rules if each.name == rule]
    return {str(each.mutant).partition(": ")[2]: each.by for each in trial.judge(owner)}


def test_an_alert_judges_the_recording_that_it_reads(tmp_path: Path) -> None:
    assert judged(tmp_path, "a:max") == {
        "`by job` is dropped": "a.test.yml::of a::alert High at 0s",
        "`max` becomes `min`": "a.test.yml::of a::alert High at 0s",
    }


def test_a_mutant_whose_evaluation_fails_is_killed(tmp_path: Path) -> None:
    """Without the label, two series are on either side."""
    assert judged(tmp_path, "b:ratio")["`on job` is dropped"].startswith("a.test.yml::of b::")


def test_tests_that_have_nothing_for_a_rule_are_not_run(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, RULES, TESTS)
    reached = {
        owner.name: [each.asked.run.group.title for each in trial.reaching(owner)] for owner in trial.rules
    }
    assert reached == {"a:max": ["of a"], "High": ["of a"], "b:ratio": ["of b"]}


def test_a_series_that_the_matchers_leave_out_reaches_a_rule(tmp_path: Path) -> None:
    rules = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: 'x{a=\"b\"} > 1'}\n"
    tests = """\
rule_files: [rules.yml]
tests:
- input_series: [{series: 'x{a="other"}', values: 9}]
  alert_rule_test: [{eval_time: 0m, alertname: A}]
"""
    trial = trial_of(tmp_path, rules, tests)
    (owner,) = trial.rules
    verdicts = {str(each.mutant).partition(": ")[2]: each.verdict for each in trial.judge(owner)}
    assert verdicts['`a="b"` is dropped'] is Verdict.KILLED
    assert verdicts["`>` becomes `>=`"] is Verdict.SURVIVED


def test_selectors_without_a_name_see_everything(tmp_path: Path) -> None:
    rules = "groups:\n- name: g\n  rules:\n  - {record: 'n', expr: 'count({job=\"x\"})'}\n"
    tests = """\
rule_files: [rules.yml]
tests:
- input_series: [{series: 'x{job="x"}', values: 9}, {series: 'y{job="y"}', values: 9}]
  promql_expr_test:
  - {expr: '{__name__=~"n"}', eval_time: 0m, exp_samples: [{labels: 'n', value: 1}]}
"""
    assert named(report_of(tmp_path, rules, tests)) == [
        ("4:26", "n", "aggregation: `count` becomes `group`"),
    ]


def test_a_template_that_asks_for_a_rule_judges_it(tmp_path: Path) -> None:
    rules = """\
groups:
- name: g
  rules:
  - {record: r, expr: max(x)}
  - alert: A
    expr: vector(1) > 0
    annotations: {now: '{{ with query "r" }}{{ . | first | value }}{{ end }}'}
"""
    tests = """\
rule_files: [rules.yml]
tests:
- input_series: [{series: 'x{a="1"}', values: 1}, {series: 'x{a="2"}', values: 2}]
  alert_rule_test:
  - {eval_time: 0m, alertname: A, exp_alerts: [{exp_annotations: {now: "2"}}]}
"""
    survivors = {mutant for _, _, mutant in named(report_of(tmp_path, rules, tests))}
    assert "aggregation: `max` becomes `min`" not in survivors


def test_a_search_without_steps_leaves_a_test_to_complete(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, RULES, TESTS.replace("5.5 5 4.5", "9 5 4.5"))
    (owner,) = [each for each in trial.rules if each.name == "High"]
    (survivor,) = [each.mutant for each in trial.judge(owner) if each.verdict is Verdict.SURVIVED]
    found = missing_test(trial, survivor, Budget())
    assert found.complete
    left = missing_test(trial, survivor, Budget(of_all=0))
    assert not left.complete
    assert left.text.startswith("# has to show a value between 5 and 6\n- name: ")


def test_dates_are_searched_for(tmp_path: Path) -> None:
    rules = "groups:\n- name: g\n  rules:\n  - {record: r, expr: vector(1) and on () month() >= 3}\n"
    tests = "rule_files: [rules.yml]\ntests:\n- promql_expr_test: [{expr: r, eval_time: 0m}]\n"
    report = report_of(tmp_path, rules, tests)
    texts = [each.missing.text for each in report.survivors]
    assert texts
    assert all(each.missing.complete for each in report.survivors)
    assert any("start_timestamp" in yaml.safe_load(text)[0] for text in texts)


@pytest.mark.parametrize("compat", ["2", "3"])
def test_either_generation_is_mutated(tmp_path: Path, compat: str) -> None:
    trial = trial_of(tmp_path, RULES, TESTS, Options(compat))
    assert {each.verdict for owner in trial.rules for each in trial.judge(owner)} == {Verdict.KILLED}


def test_mutants_of_a_long_chain_are_judged(tmp_path: Path) -> None:
    length = 150
    expr = " or ".join(f"m{index}" for index in range(length))
    rules = f"groups: [{{name: g, rules: [{{record: r, expr: '{expr}'}}]}}]"
    asked = {"expr": "r", "eval_time": "0m", "exp_samples": [{"labels": "r", "value": 0}]}
    series = [{"series": "m0", "values": "0"}, {"series": "m7", "values": "7"}]
    tests = {"rule_files": ["rules.yml"], "tests": [{"input_series": series, "promql_expr_test": [asked]}]}
    trial = trial_of(tmp_path, rules, yaml.safe_dump(tests))
    (owner,) = trial.rules
    judged = list(islice(trial.judge(owner), 2))
    assert [(each.mutant.before, each.verdict) for each in judged] == [
        (f"{expr[:79]}…", Verdict.KILLED),
        (f"or m{length - 1}", Verdict.SURVIVED),
    ]


UNRELATED = """\
rule_files: [rules.yml]
tests:
- input_series:
  - {series: 'a{job="x"}', values: 6x5}
  - {series: 'b{job="x"}', values: 1x5}
  - {series: 'd{job="x"}', values: 1x5}
  alert_rule_test: [{eval_time: 5m, alertname: High, exp_alerts: [{exp_labels: {job: x}}]}]
  promql_expr_test:
  - {expr: 'a:max + on (job) d', eval_time: 5m, exp_samples: [{labels: '{job="x"}', value: 7}]}
"""


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        (RULES, ["a", "d"]),
        (RULES.replace("a:max > 5", """'{job="x"} > 5'"""), ["a", "b", "d"]),
        (RULES.replace("> 5", "> 5\n    annotations: {text: '{{ query \"b\" }}'}"), ["a", "b", "d"]),
        (RULES.replace("> 5", "> 5 unless b:ratio"), ["a", "b", "d"]),
        (RULES.replace("b / on (job) c", "c / c"), ["a", "d"]),
        (RULES.replace("b / on (job) c", """'{job="y"} + 1'"""), ["a", "b", "d"]),
    ],
    ids=["by names", "without a name", "queries", "of a rule that is read", "of none", "of others"],
)
def test_a_mutant_is_judged_over_the_series_that_it_may_see(
    tmp_path: Path, rules: str, names: list[str]
) -> None:
    trial = trial_of(tmp_path, rules, UNRELATED)
    (owner,) = (each for each in trial.rules if each.name == "a:max")
    (reaching,) = trial.reaching(owner)
    assert [each.labels["__name__"] for each in reaching.narrowed.run.group.series] == names


def test_the_verdicts_over_fewer_series_are_those_over_all(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, RULES, UNRELATED)
    whole = trial_of(tmp_path, RULES, UNRELATED)
    for owner in trial.rules:
        for each in whole.reaching(owner):
            each.__dict__["narrowed"] = each.asked
        verdicts = [(str(each.mutant), each.verdict, each.by) for each in trial.judge(owner)]
        assert verdicts == [(str(each.mutant), each.verdict, each.by) for each in whole.judge(owner)]


def test_progress_is_told_rule_by_rule_and_mutant_by_mutant(tmp_path: Path) -> None:
    told: list[str] = []
    report = mutate(trial_of(tmp_path, RULES, UNRELATED), (), tmp_path, lambda each: told.append(str(each)))
    count, survived = len(report.killed) + len(report.survivors), len(report.survivors)
    assert len(told) == count + 3
    assert told[0] == "rule mutation: rule 1 of 3 (a:max), 0 mutants judged, 0 survived"
    assert told[-1] == f"rule mutation: rule 3 of 3 (b:ratio), {count} mutants judged, {survived} survived"
