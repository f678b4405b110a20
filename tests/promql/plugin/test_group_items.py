"""One item for a test group (`promql_items = group`): the verdicts of one item per case, and all failures."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from tests.promql.plugin.suites import RULES, TESTS, WRONG, outcome
from tests.promql.plugin.test_mutation import AT_THE_LIMIT, LIMITS, summary

pytest_plugins = ["pytester"]

GROUP = "--promql-items=group"
BROKEN_RULES = """
groups:
- name: joined
  rules: [{record: x, expr: a * on () b}]
"""
BROKEN = """
rule_files: [broken.yml]
tests:
- name: the rules fail
  interval: 1m
  input_series: [{series: a, values: 1x9}, {series: 'b{i="$i"}', values: 1x9, repeat: {i: 1..2}}]
  promql_expr_test:
  - {expr: a, eval_time: 2m, exp_samples: [{labels: a, value: 1}]}
  - {expr: a, eval_time: 5m, exp_samples: [{labels: a, value: 1}]}
- name: the rules fail later
  interval: 1m
  input_series:
  - {series: a, values: 1x9}
  - {series: 'b{i="1"}', values: 1x9}
  - {series: 'b{i="2"}', values: _x5 1x4}
  promql_expr_test: [{expr: x, eval_time: 2m, exp_samples: [{labels: x, value: 1}]}]
- name: no cases
  input_series: [{series: a, values: 1}]
"""
DOUBTFUL = """
rule_files: [rules.yml]
tests:
- name: doubtful
  input_series: [{series: 'errors_total{job="a"}', values: 0x30}]
  alert_rule_test:
  - {eval_time: 5m, alertname: Error}
  - {eval_time: 6m, alertname: Errors}
  - {eval_time: 7m, alertname: Eror}
"""
SUITE = {
    "rules_yml": RULES,
    "broken_yml": BROKEN_RULES,
    "right__test_yml": TESTS,
    "wrong__test_yml": WRONG,
    "broken__test_yml": BROKEN,
    "doubtful__test_yml": DOUBTFUL,
    "faulty__test_yml": "rule_files: [none.yml]\ntests: [{alert_rule_test: [{alertname: A}]}]\n",
}
SETTINGS = ((), ("-W", "error"), ("-o", "promql_strict=true"), ("-o", "promql_evaluate=input"))


def verdicts(found: pytest.RunResult) -> dict[tuple[str, str], bool]:
    """Whether each group passes, by file and name, from the lines of `-v`."""
    passed: dict[tuple[str, str], bool] = {}
    for line in found.outlines:
        match = re.match(r"(\S+\.test\.yml)::(.*) (PASSED|FAILED)", line)
        if match:
            key = match[1], match[2].split("::")[0]
            passed[key] = passed.get(key, True) and match[3] == "PASSED"
    return passed


def reports(found: pytest.RunResult) -> list[str]:
    """The first lines of all reports on cases and files."""
    return sorted({line for line in found.outlines if re.match(r"\w+\.(test\.)?yml:\d+:\d+: ", line)})


@pytest.mark.parametrize("settings", SETTINGS, ids=" ".join)
def test_verdicts_and_reports_are_those_of_one_item_per_case(
    pytester: pytest.Pytester, settings: tuple[str, ...]
) -> None:
    each = outcome(pytester, "-v", *settings, **SUITE)
    together = outcome(pytester, "-v", GROUP, *settings)
    assert verdicts(together) == verdicts(each)
    assert set(verdicts(each).values()) == {True, False}
    assert reports(together) == reports(each)
    assert len(reports(each)) >= 7
    assert together.ret == each.ret == pytest.ExitCode.TESTS_FAILED


def test_a_group_is_one_item_named_as_it_is(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--collect-only", "-q", GROUP, rules_yml=RULES, errors__test_yml=TESTS)
    assert found.outlines[:2] == ["errors.test.yml::errors", ""]
    outcome(pytester, GROUP, "errors.test.yml::errors").assert_outcomes(passed=1)


def test_the_setting_of_the_project_counts_too(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_items = group\n")
    outcome(pytester, rules_yml=RULES, errors__test_yml=TESTS).assert_outcomes(passed=1)
    outcome(pytester, "--promql-items=case").assert_outcomes(passed=3)


def test_another_value_is_refused(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--promql-items=file")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines(["ERROR: promql_items is 'file'; write case or group"])


def test_all_failing_cases_are_reported_each_at_its_place(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, GROUP, "--junitxml=junit.xml", rules_yml=RULES, wrong__test_yml=WRONG)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        [
            "5 of 6 cases fail",
            "",
            "wrong.test.yml:9:5: alert 'Errors' at 10m",
            "*    - severity: 'ticket'",
            "",
            "wrong.test.yml:13:5: alert 'Errors' at 5m",
            "*wrong.test.yml:19:5: alert 'Mistake' at 5m",
            "*expr 'job:errors:rate5m' at 10m",
            "  error: invalid * label_replace*",
            "FAILED wrong.test.yml::errors - severity: expected 'ticket', found 'page'*",
        ]
    )
    failure = ET.parse(pytester.path / "junit.xml").find(".//failure")  # noqa: S314 - pytest wrote it
    assert failure is not None
    assert failure.attrib["message"].endswith("(and 4 more)")


def test_what_fails_every_case_is_said_once(pytester: pytest.Pytester) -> None:
    found = outcome(
        pytester, GROUP, "-k", "rules and not later", broken_yml=BROKEN_RULES, broken__test_yml=BROKEN
    )
    found.assert_outcomes(failed=1, deselected=2)
    assert found.outlines.count("2 of 2 cases fail") == 1
    assert len(reports(found)) == 1


def test_warnings_name_the_place_of_their_case(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, GROUP, rules_yml=RULES, doubtful__test_yml=DOUBTFUL)
    found.assert_outcomes(passed=1, warnings=2)
    found.stdout.fnmatch_lines(
        [
            "*UnknownAlertWarning: doubtful.test.yml:7:5: no rule defines the alert 'Error' *",
            "*UnknownAlertWarning: doubtful.test.yml:9:5: no rule defines the alert 'Eror' *",
        ]
    )


def test_coverage_is_that_of_one_item_per_case(pytester: pytest.Pytester) -> None:
    def lines(*arguments: str) -> list[str]:
        found = outcome(pytester, "--promql-cov", *arguments, **SUITE).outlines
        first = next(number for number, line in enumerate(found) if "= rule coverage =" in line)
        last = next(number for number, line in enumerate(found) if line.startswith("rule coverage: "))
        return found[first : last + 1]

    assert lines(GROUP) == lines()


def test_mutants_are_judged_as_with_one_item_per_case(pytester: pytest.Pytester) -> None:
    tests = AT_THE_LIMIT.replace("5.5 5 4.5", "5.5 4.5 4.5")
    each = outcome(pytester, "--promql-mutate", rules_yml=LIMITS, a_yml=tests)
    together = outcome(pytester, "--promql-mutate", GROUP)
    assert summary(together) == summary(each)
    assert "killed" in summary(each)[-1]
