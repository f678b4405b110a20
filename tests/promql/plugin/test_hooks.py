"""Settings, the fixture in a test of somebody else, coverage of rules as options ask for it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests import processes
from tests.promql.plugin.suites import PLUGIN, RULES, TESTS, outcome

pytest_plugins = ["pytester"]


def test_the_patterns_of_files_are_a_setting(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_rule_tests = spec/*.yaml *.spec.yml\n")
    found = outcome(pytester, rules_yml=RULES, errors__spec_yml=TESTS, other__test_yml=TESTS)
    found.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("promql_compat=4", "promql_compat is '4'; write 2 or 3"),
        ("promql_evaluate=all", "*asserted or input"),
    ],
)
def test_a_setting_that_is_none_is_refused(pytester: pytest.Pytester, setting: str, message: str) -> None:
    found = outcome(pytester, "-o", setting)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"*{message}"])


def test_a_run_without_rule_tests_does_not_load_numpy() -> None:
    root = Path(__file__).parents[3]
    code = "import sys, ledgerscope.promql.plugin.hooks; print('numpy' in sys.modules, 'yaml' in sys.modules)"
    done = processes.run(sys.executable, "-c", code, cwd=root, check=True)
    assert done.stdout.split() == ["False", "False"]


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
            "  ···pppppFFFF*  pending from 3m, fires at 8m*",
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
