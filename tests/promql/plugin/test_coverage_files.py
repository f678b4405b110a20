"""Coverage over rule files that no test names, in a summary that fits a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.promql.plugin.suites import RULES, TESTS, outcome

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]


def other_rules(folder: Path, count: int) -> None:
    rules = "".join(f"  - {{record: r{number}, expr: x > {number}}}\n" for number in range(count))
    (folder / "rules" / "deep").mkdir(parents=True)
    (folder / "rules" / "deep" / "other.yml").write_text(f"groups:\n- name: o\n  rules:\n{rules}", "utf-8")


def test_rules_that_no_test_names_are_not_covered(pytester: pytest.Pytester) -> None:
    other_rules(pytester.path, 1)
    found = outcome(pytester, "--promql-cov-rules=rules/**", rules_yml=RULES, a_yml=TESTS)
    found.assert_outcomes(passed=3)
    found.stdout.fnmatch_lines(
        [
            "rules/deep/other.yml:4 record r0: 0 of 3",
            "    not seen: sees data",
            "rule coverage: * points, *",
        ]
    )


def test_rules_that_a_test_runs_count_once(pytester: pytest.Pytester) -> None:
    shown = []
    for options in (["--promql-cov"], ["--promql-cov-rules=*.yml"]):
        found = outcome(pytester, *options, rules_yml=RULES, a_yml=TESTS)
        shown.append([line for line in found.outlines if line.startswith("rule coverage:")])
    assert shown[0] == shown[1] != []


def test_they_count_for_the_least_coverage(pytester: pytest.Pytester) -> None:
    other_rules(pytester.path, 20)
    options = ("--promql-cov-rules", "rules/**", "--promql-cov-fail-under=50")
    found = outcome(pytester, *options, rules_yml=RULES, a_yml=TESTS)
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["FAIL: rule coverage * is below 50 %"])


def test_the_summary_has_at_most_forty_lines(pytester: pytest.Pytester) -> None:
    other_rules(pytester.path, 100)
    found = outcome(pytester, "--promql-cov-rules=rules/**", rules_yml=RULES, a_yml=TESTS)
    lines = found.outlines
    first = next(number for number, line in enumerate(lines) if "= rule coverage =" in line)
    last = next(number for number, line in enumerate(lines) if line.startswith("rule coverage:"))
    assert len([line for line in lines[first + 1 : last + 1] if line]) == 40
    found.stdout.fnmatch_lines(["and * more rules; --promql-cov-html FILE shows what is missing"])


def test_a_rule_file_that_cannot_be_read_is_named(pytester: pytest.Pytester) -> None:
    bad = "groups: [{name: g, rules: [{record: r}]}]"
    found = outcome(pytester, "--promql-cov-rules=bad.yml", rules_yml=RULES, a_yml=TESTS, bad_yml=bad)
    found.stdout.fnmatch_lines(["not counted: *bad.yml:1:*field 'expr' must be set in rule"])
