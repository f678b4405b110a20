"""What a failure says, where it points, and how it is summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.promql.plugin.suites import RULES, TESTS, WRONG, outcome

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]


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


def test_a_faulty_file_is_reported_without_a_traceback(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, a__test_yml="rule_files: [none.yml]\ntest: []\n")
    found.assert_outcomes(failed=1)
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


def test_a_script_that_cannot_be_read_is_reported_without_a_traceback(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_scripts = *.test\n")
    (pytester.path / "a.test").write_text("lod 1m\n")
    found = outcome(pytester)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["*a.test:1: *"])


def test_junit_xml_names_file_group_and_case(pytester: pytest.Pytester) -> None:
    outcome(pytester, "--junitxml=out.xml", rules_yml=RULES, errors__test_yml=TESTS)
    cases = list(ET.parse(pytester.path / "out.xml").getroot().iter("testcase"))  # noqa: S314 - our own
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("errors.test.yml.errors", "alert Errors at 3m"),
        ("errors.test.yml.errors", "alert Errors at 10m"),
        ("errors.test.yml.errors", "expr job:errors:rate5m > 0 at 10m"),
    ]


def test_a_summary_is_one_line_with_what_differs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # pytest 7.4 cuts it to the width of the terminal
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
    found.stdout.fnmatch_lines(["FAILED a.test.yml::file - a.test.yml:1:14: no rule file matches *"])
