"""The pytest plugin from outside: what it collects, how it names it, what a failure says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import ledgerscope.promql.plugin.items
import ledgerscope.promql.scripts.run
import ledgerscope.promql.testing.coverage_report
import ledgerscope.promql.testing.report
import ledgerscope.promql.testing.scenario  # noqa: F401 - runs inside this process would load NumPy anew

pytest_plugins = ["pytester"]

NAME = "ledgerscope.promql.plugin.hooks"
#: Named by hand only where the installation does not already name it.
PLUGIN = () if any(each.value == NAME for each in entry_points(group="pytest11")) else ("-p", NAME)

RULES = """
groups:
- name: billing
  rules:
  - record: job:errors:rate5m
    expr: sum by (job) (rate(errors_total[5m]))
  - alert: Errors
    expr: job:errors:rate5m > 0.5
    for: 5m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }}: {{ $value | humanize }} errors/s"}
"""
TESTS = """
rule_files: [rules.yml]
tests:
- name: errors
  interval: 1m
  input_series:
  - {series: 'errors_total{job="a"}', values: 0+60x30}
  alert_rule_test:
  - {eval_time: 3m, alertname: Errors}
  - eval_time: 10m
    alertname: Errors
    exp_alerts:
    - exp_labels: {job: a, severity: page}
      exp_annotations: {summary: "a: 1 errors/s"}
  promql_expr_test:
  - expr: job:errors:rate5m > 0
    eval_time: 10m
    exp_samples: [{labels: 'job:errors:rate5m{job="a"}', value: 1}]
"""
WRONG = """
rule_files: [rules.yml]
tests:
- name: errors
  interval: 1m
  input_series:
  - {series: 'errors_total{job="a"}', values: 0+60x30}
  alert_rule_test:
  - eval_time: 10m
    alertname: Errors
    exp_alerts:
    - exp_labels: {job: a, severity: ticket}
  - eval_time: 5m
    alertname: Errors
    exp_alerts:
    - exp_labels: {job: a, severity: page}
      exp_annotations: {summary: "a: 1 errors/s"}
  - {eval_time: 5m, alertname: Error}
  - {eval_time: 5m, alertname: Mistake, exp_alerts: [{exp_labels: {a: b}}]}
  promql_expr_test:
  - expr: job:errors:rate5m
    eval_time: 10m
    exp_samples: [{labels: 'job:errors:rate5m{job="a"}', value: 2}, {labels: other, value: 3}]
  - expr: errors_total + on () label_replace(errors_total, "z", "", "z", "(")
    eval_time: 1m
"""


def outcome(pytester: pytest.Pytester, *arguments: str, **files: str) -> pytest.RunResult:
    """A run of its own over the given files (`a__test` is `a.test.yml`)."""
    for name, text in files.items():
        (pytester.path / name.replace("__", ".").replace("_yml", ".yml")).write_text(text, "utf-8")
    options = (*PLUGIN, "-p", "no:randomly", "-p", "no:cacheprovider", "-W", "default")
    return pytester.runpytest_inprocess(*options, *arguments)


def test_cases_become_items_named_by_group_and_case(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--collect-only", "-q", rules_yml=RULES, errors__test_yml=TESTS)
    assert found.outlines[:3] == [
        "errors.test.yml::errors::alert Errors at 3m",
        "errors.test.yml::errors::alert Errors at 10m",
        "errors.test.yml::errors::expr job:errors:rate5m > 0 at 10m",
    ]


def test_a_suite_that_holds_passes(pytester: pytest.Pytester) -> None:
    outcome(pytester, rules_yml=RULES, errors__test_yml=TESTS).assert_outcomes(passed=3)


def test_a_failure_says_what_differs_and_how_it_came_to_that(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=RULES, errors__test_yml=WRONG)
    found.assert_outcomes(passed=1, failed=5)
    found.stdout.fnmatch_lines(
        [
            "*errors.test.yml:9:5: alert 'Errors' at 10m",
            "  expected to fire: 1, firing: 1, pending: 0",
            "  differs (- expected at line 12, + firing):",
            "    labels:",
            "      - severity: 'ticket'",
            "      + severity: 'page'",
            "    annotations:",
            "      + summary: 'a: 1 errors/s'",
            "  over time (job:errors:rate5m > 0.5, for 5m):",
            '    {alertname="Errors", job="a", severity="page"}',
            "    ···pppppFFFF*  pending from 3m, fires at 8m",
            '    value job:errors:rate5m{job="a"}: 0.2 to 1',
            "    0s * 30m  (asserted at 10m)",
        ]
    )
    found.stdout.fnmatch_lines(
        [
            "*errors.test.yml:13:5: alert 'Errors' at 5m",
            "  expected to fire: 1, firing: 0, pending: 1",
            '  missing (expected at line 16): {alertname="Errors", job="a", severity="page"}',
            '  only pending: {alertname="Errors", job="a", severity="page"}',
        ]
    )
    found.stdout.fnmatch_lines(["  no rule defines the alert 'Mistake'"])
    found.stdout.fnmatch_lines(
        [
            "*expr 'job:errors:rate5m' at 10m",
            "  expected samples: 2, found: 1",
            '  job:errors:rate5m{job="a"}: expected 2, found 1',
            "  missing (line 23): other 3",
        ]
    )
    found.stdout.fnmatch_lines(["  error: invalid * label_replace*"])


def test_an_alert_that_no_rule_defines_is_warned_of_where_none_is_expected(pytester: pytest.Pytester) -> None:
    tests = TESTS.replace("{eval_time: 3m, alertname: Errors}", "{eval_time: 3m, alertname: Erors}")
    found = outcome(pytester, rules_yml=RULES, errors__test_yml=tests)
    found.assert_outcomes(passed=3, warnings=1)
    found.stdout.fnmatch_lines(
        ["*: no rule defines the alert 'Erors' (did you mean 'Errors'?), so it can never fire"]
    )


def test_an_unknown_alertname_is_an_error_in_strict_mode(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_strict = true\n")
    found = outcome(pytester, rules_yml=RULES, errors__test_yml=WRONG)
    found.stdout.fnmatch_lines(["  no rule defines the alert 'Error' (did you mean 'Errors'?)"])


def test_a_faulty_file_is_told_without_a_traceback(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, a__test_yml="rule_files: [none.yml]\ntest: []\n")
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines(
        ["*a.test.yml:1:14: no rule file matches 'none.yml'*", "*a.test.yml:2:1: unknown field 'test'*"]
    )
    found.stdout.no_fnmatch_line("*Traceback*")


def test_a_failing_rule_fails_its_group(pytester: pytest.Pytester) -> None:
    rules = "groups: [{name: g, rules: [{record: x, expr: a + on () b}]}]"
    series = "[{series: 'a{c=\"1\"}', values: 1}, {series: 'a{c=\"2\"}', values: 1}, {series: b, values: 1}]"
    tests = f"rule_files: [rules.yml]\ntests: [{{input_series: {series}}}]"
    found = outcome(pytester, rules_yml=rules, a__test_yml=tests)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        [
            "*a.test.yml:2:9: the rules cannot be evaluated in 'group 1'",
            "  *rules.yml:1:46: rule 'x' fails at 0s: multiple matches for labels*",
        ]
    )


def test_the_patterns_of_files_are_a_setting(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_rule_tests = spec/*.yaml *.spec.yml\n")
    found = outcome(pytester, rules_yml=RULES, errors__spec_yml=TESTS, other__test_yml=TESTS)
    found.assert_outcomes(passed=3)


def test_scripts_are_collected_where_a_pattern_says_so(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_scripts = *.test\n")
    script = "load 1m\n  x 1+1x3\n\neval instant at 2m x\n  x 3\n\neval instant at 2m x * 2\n  {} 7\n"
    (pytester.path / "a.test").write_text(script)
    found = outcome(pytester, "-v")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["a.test::line 4: x PASSED*", "a.test::line 7: x * 2 FAILED*"])


def test_a_script_that_cannot_be_read_is_told_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_scripts = *.test\n")
    (pytester.path / "a.test").write_text("lod 1m\n")
    found = outcome(pytester)
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines(["*a.test:1: *"])


def test_junit_xml_names_file_group_and_case(pytester: pytest.Pytester) -> None:
    outcome(pytester, "--junitxml=out.xml", rules_yml=RULES, errors__test_yml=TESTS)
    cases = list(ET.parse(pytester.path / "out.xml").getroot().iter("testcase"))  # noqa: S314 - our own
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("errors.test.yml.errors", "alert Errors at 3m"),
        ("errors.test.yml.errors", "alert Errors at 10m"),
        ("errors.test.yml.errors", "expr job:errors:rate5m > 0 at 10m"),
    ]


PYTHON = """
import re
import pytest
from ledgerscope.promql.testing.label_match import ANY

def test_errors(promql):
    promql.rules("rules.yml").load('errors_total{job="a"} 0+60x30 1800x40')
    errors = promql.alerts("Errors", job="a")
    assert errors.first_fires_at == "8m"
    assert errors.resolved_by("40m")
    assert promql.alerts("Errors", job=re.compile("b.*")).never_fires()
    assert promql.at("10m", "job:errors:rate5m").value == pytest.approx(1)

def test_wrong(promql):
    promql.rules("rules.yml").load('errors_total{job="a"} 0+60x30')
    assert promql.alerts("Errors", job=ANY).never_fires()
"""


def test_a_failed_python_test_shows_the_story_of_its_alerts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_errors=PYTHON)
    found = outcome(pytester, rules_yml=RULES)
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(
        [
            'E   * <Errors{job=~".+"} never fires: False>',
            "*- promql -*",
            'alerts Errors{job=~".+"}:',
            "  ···pppppFFFF*  pending from 3m, fires at 8m",
        ]
    )


REFUSED = """
def test_wrong_value(promql):
    promql.load("up 1")
    assert promql.at("0s", "up") == {"up": 2}

def test_wrong_expression(promql):
    promql.load("up 1").at("0s", "rate(up)")

def test_wrong_file(promql):
    promql.rules("rulez.yml")
"""


def test_what_a_scenario_refuses_is_shown_at_the_line_that_asked(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_refused=REFUSED)
    found = outcome(pytester, rules_yml=RULES)
    found.assert_outcomes(failed=3)
    found.stdout.fnmatch_lines(
        [
            "E *assert up at 0s is not as expected:",
            "E *up: expected 2, found 1.0",
            "E       *ParseError: 1:6: parse error: expected type range vector in call to function *",
            "test_refused.py:6: ParseError",
            "E       *ScenarioError: there is no rule file 'rulez.yml'; did you mean 'rules.yml'?",
            "test_refused.py:9: ScenarioError",
        ]
    )
    found.stdout.no_fnmatch_line("*ledgerscope/promql/*")


def test_rule_coverage_is_reported_in_three_forms(pytester: pytest.Pytester) -> None:
    quiet = TESTS.partition("  - eval_time: 10m")[0]
    arguments = ("--promql-cov-json=cov.json", "--promql-cov-html=cov.html", "errors.test.yml")
    found = outcome(pytester, *arguments, rules_yml=RULES, errors__test_yml=quiet)
    found.stdout.fnmatch_lines(
        [
            "rules.yml:7 alert Errors: 3 of 4",
            "    not seen: waits out its `for`",
            "rule coverage: 4 of 5 points, 80.0 %",
        ]
    )
    document = json.loads((pytester.path / "cov.json").read_text())
    assert [(rule["kind"], rule["name"]) for rule in document["rules"]] == [
        ("record", "job:errors:rate5m"),
        ("alert", "Errors"),
    ]
    assert document["total"] == 5
    assert "<b>Errors</b>" in (pytester.path / "cov.html").read_text("utf-8")


def test_too_little_coverage_fails_the_run(pytester: pytest.Pytester) -> None:
    tests = "rule_files: [rules.yml]\ntests: [{}]"
    found = outcome(pytester, "--promql-cov-fail-under=50", rules_yml=RULES, errors__test_yml=tests)
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["FAIL: rule coverage 0.0 % is below 50 %"])


def test_enough_coverage_does_not(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--promql-cov-fail-under=100", rules_yml=RULES, errors__test_yml=TESTS)
    assert found.ret == pytest.ExitCode.OK
    found.stdout.fnmatch_lines(["rule coverage: 5 of 5 points, 100.0 %"])


def test_coverage_of_workers_is_put_together(pytester: pytest.Pytester) -> None:
    for name, text in (("rules.yml", RULES), ("a.test.yml", TESTS), ("b.test.yml", TESTS)):
        (pytester.path / name).write_text(text)
    options = (*PLUGIN, "-p", "no:cacheprovider", "-n2", "--promql-cov")
    found = pytester.runpytest_subprocess(*options)
    found.assert_outcomes(passed=6)
    found.stdout.fnmatch_lines(["rule coverage: 5 of 5 points, 100.0 %"])


def test_a_run_without_rule_tests_does_not_load_numpy() -> None:
    root = Path(__file__).parents[3]
    code = "import sys, ledgerscope.promql.plugin.hooks; print('numpy' in sys.modules, 'yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


ALERT_FIRST = """
groups:
- name: alerts
  rules: [{alert: High, expr: recorded > 1}]
- name: records
  rules: [{record: recorded, expr: x}]
"""


def order_tests(fires: str, eval_time: str = "0s") -> str:
    return (
        "rule_files: [rules.yml]\ntests:\n- interval: 1m\n  input_series: [{series: x, values: 2x5}]\n"
        f"  alert_rule_test: [{{eval_time: {eval_time}, alertname: High, exp_alerts: {fires}}}]\n"
    )


FIRES = "[{exp_labels: {}}]"


def test_a_failure_tells_when_the_order_of_groups_decides(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=ALERT_FIRST, a__test_yml=order_tests(FIRES))
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        [
            "  note: High in group 'alerts' reads recorded in the later group 'records', one step late",
            "  with that group first this passes; group_eval_order sets the order",
        ]
    )
    ordered = "group_eval_order: [records, alerts]\n" + order_tests(FIRES)
    outcome(pytester, rules_yml=ALERT_FIRST, a__test_yml=ordered).assert_outcomes(passed=1)


def test_a_verdict_that_another_order_would_turn_round_is_warned_of(pytester: pytest.Pytester) -> None:
    warning = (
        "passes only in the order of the files: High in group 'alerts' reads recorded in the later group"
        " 'records', one step late; write group_eval_order to settle it"
    )
    files = {"rules_yml": ALERT_FIRST, "a__test_yml": order_tests("[]")}
    found = outcome(pytester, **files)
    found.assert_outcomes(passed=1, warnings=1)
    found.stdout.fnmatch_lines([f"*a.test.yml:5: GroupOrderWarning: {warning}"])
    found = outcome(pytester, "-W", "error")
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([f"a.test.yml:5:21: {warning}"])


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        (order_tests(FIRES, "1m"), "holds in either order"),
        ("group_eval_order: [alerts, records]\n" + order_tests("[]"), "is settled"),
        (order_tests("[]").replace("series: x", "series: y"), "has no data"),
    ],
)
def test_nothing_is_warned_of_where_the_order_does_not_matter(
    pytester: pytest.Pytester, tests: str, why: str
) -> None:
    found = outcome(pytester, rules_yml=ALERT_FIRST, a__test_yml=tests)
    found.assert_outcomes(passed=1, warnings=0)
    assert why


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


def test_a_summary_is_one_line_with_what_differs(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "--tb=line", "-vv", rules_yml=RULES, errors__test_yml=WRONG)
    found.stdout.fnmatch_lines(
        [
            "*errors.test.yml:9: severity: expected 'ticket', found 'page'",
            "FAILED errors.test.yml::errors::alert Errors at 10m - severity: expected 'ticket', found 'page'",
            "FAILED errors.test.yml::errors::alert Errors at 5m - expected firing: 1, found: 0",
        ]
    )
    found.stdout.no_fnmatch_line("*over time*")


def test_paths_begin_where_pytest_was_started(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=RULES, errors__test_yml=WRONG)
    found.stdout.fnmatch_lines(["errors.test.yml:9:5: alert 'Errors' at 10m"])
    found = outcome(pytester, a__test_yml="rule_files: [none.yml]\ntest: []\n")
    found.stdout.fnmatch_lines(["ERROR a.test.yml - a.test.yml:1:14: no rule file matches *"])


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


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("promql_compat=4", "promql_compat is '4'; write 2 or 3"),
        ("promql_evaluate=all", "*asserted or input"),
    ],
)
def test_a_setting_that_is_none_is_refused(pytester: pytest.Pytester, setting: str, told: str) -> None:
    found = outcome(pytester, "-o", setting)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"*{told}"])
