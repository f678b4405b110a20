"""What becomes an item, under which name, and when it passes."""

from __future__ import annotations

import pytest

from tests.promql.plugin.suites import PLUGIN, RULES, TESTS, WRONG, outcome

pytest_plugins = ["pytester"]


def test_cases_become_items_named_by_group_and_case(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--collect-only", "-q", rules_yml=RULES, errors__test_yml=TESTS)
    assert found.outlines[:3] == [
        "errors.test.yml::errors::alert Errors at 3m",
        "errors.test.yml::errors::alert Errors at 10m",
        "errors.test.yml::errors::expr job:errors:rate5m > 0 at 10m",
    ]


def test_a_suite_that_holds_passes(pytester: pytest.Pytester) -> None:
    outcome(pytester, rules_yml=RULES, errors__test_yml=TESTS).assert_outcomes(passed=3)


def test_scripts_are_collected_where_a_pattern_says_so(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_scripts = *.test\n")
    script = "load 1m\n  x 1+1x3\n\neval instant at 2m x\n  x 3\n\neval instant at 2m x * 2\n  {} 7\n"
    (pytester.path / "a.test").write_text(script)
    found = outcome(pytester, "-v")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["a.test::line 4: x PASSED*", "a.test::line 7: x * 2 FAILED*"])


def test_a_suite_for_prometheus_2_keeps_its_names(pytester: pytest.Pytester) -> None:
    rules = "groups: [{name: g, rules: [{record: smooth, expr: 'holt_winters(x[5m], 0.5, 0.5)'}]}]"
    tests = (
        "rule_files: [rules.yml]\ntests:\n- interval: 1m\n  input_series: [{series: x, values: 0+2x9}]\n"
        "  promql_expr_test: [{expr: 'smooth == holt_winters(x[5m], 0.5, 0.5)', eval_time: 9m,"
        " exp_samples: [{labels: smooth, value: 18}]}]\n"
    )
    found = outcome(pytester, rules_yml=rules, a__test_yml=tests)
    found.stdout.fnmatch_lines(['*a.test.yml:5:40: *"holt_winters", which Prometheus 3 calls "double_expo*'])
    pytester.makeini("[pytest]\npromql_compat = 2\n")
    outcome(pytester).assert_outcomes(passed=1)


def test_every_node_id_selects_its_case(pytester: pytest.Pytester) -> None:
    tests = TESTS.replace("name: errors", 'name: "a [b] :: c / d"').replace(
        "rate5m > 0\n", "rate5m > 0 # a::b[1]\n"
    )
    found = outcome(pytester, "--collect-only", "-q", rules_yml=RULES, errors__test_yml=tests)
    ids = found.outlines[:3]
    assert len(ids) == 3
    for each in ids:
        outcome(pytester, each).assert_outcomes(passed=1)
    outcome(pytester, "-k", "alert and 10m").assert_outcomes(passed=1, deselected=2)


def test_long_expressions_have_short_names(pytester: pytest.Pytester) -> None:
    long = " + ".join(["x"] * 200)
    tests = (
        f"tests: [{{promql_expr_test: [{{expr: {long}, eval_time: 1m}}, {{expr: {long}, eval_time: 2m}}]}}]"
    )
    found = outcome(pytester, "--collect-only", "-q", a__test_yml=tests)
    assert [len(each) < 150 for each in found.outlines[:2]] == [True, True]
    assert found.outlines[0] != found.outlines[1]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_written_on_windows_are_read(pytester: pytest.Pytester, newline: str, mark: str) -> None:
    folder = pytester.path / "with space"
    folder.mkdir()
    for name, text in (("rules.yml", RULES), ("a b.test.yml", TESTS)):
        (folder / name).write_text(mark + text, "utf-8", newline=newline)
    outcome(pytester).assert_outcomes(passed=3)


@pytest.mark.parametrize("text", ["", "# nothing\n", "tests: []\n", "tests:\n"])
def test_a_file_without_tests_has_none(pytester: pytest.Pytester, text: str) -> None:
    assert outcome(pytester, a__test_yml=text).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_failures_run_first_the_next_time(pytester: pytest.Pytester) -> None:
    (pytester.path / "rules.yml").write_text(RULES)
    (pytester.path / "errors.test.yml").write_text(WRONG)
    options = (*PLUGIN, "-p", "no:randomly", "-W", "default", "--lf")
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=1, failed=5)
    pytester.runpytest_inprocess(*options).assert_outcomes(failed=5)


LATE_TROUBLE = """
rule_files: [rules.yml]
tests:
- name: joined
  interval: 1m
  input_series:
  - {series: a, values: 1x30}
  - {series: 'b{i="1"}', values: 1x30}
  - {series: 'b{i="2"}', values: _x20 1x10}
  promql_expr_test: [{expr: x, eval_time: 5m, exp_samples: [{labels: x, value: 1}]}]
"""


def test_rules_are_evaluated_up_to_the_last_assertion(pytester: pytest.Pytester) -> None:
    rules = "groups: [{name: g, rules: [{record: x, expr: a * on () b}]}]"
    outcome(pytester, rules_yml=rules, a__test_yml=LATE_TROUBLE).assert_outcomes(passed=1)


def test_rules_are_evaluated_to_the_end_of_the_input_on_request(pytester: pytest.Pytester) -> None:
    rules = "groups: [{name: g, rules: [{record: x, expr: a * on () b}]}]"
    options = ("-o", "promql_evaluate=input", "-v")
    found = outcome(pytester, *options, rules_yml=rules, a__test_yml=LATE_TROUBLE)
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(
        [
            "a.test.yml::joined::rules evaluate FAILED*",
            "a.test.yml::joined::expr x at 5m PASSED*",
            "a.test.yml:4:3: the rules cannot be evaluated in 'joined'",
            "  rules.yml:1:46: rule 'x' fails at 20m: *",
            "  after the last assertion, which is at 5m",
        ]
    )
