"""Keys that promtool does not have: partial labels, patterns, tolerances, repeated series."""

from __future__ import annotations

import pytest

from tests.promql.plugin.suites import RULES, outcome

pytest_plugins = ["pytester"]

HEAD = """
rule_files: [rules.yml]
tests:
- name: errors
  interval: 1m
  input_series:
  - series: 'errors_total{job="$job", instance="web-$n"}'
    values: 0+${n}0x30
    repeat: {job: [a, b], n: 6..7}
"""
ALERTS = """
  alert_rule_test:
  - eval_time: 10m
    alertname: Errors
    exp_alerts:
    - match_labels: '{job=~"a|c",severity="page"}'
      match_annotations: {summary: '.* errors/s'}
    - match_labels: '{job="b"}'
"""
SAMPLES = """
  promql_expr_test:
  - expr: count by (job) (errors_total)
    eval_time: 10m
    exp_samples: [{match_labels: '{job="a"}', value: 2}, {match_labels: '{job=~".+"}', value: 2}]
  - expr: sum(errors_total) / 7
    eval_time: 10m
    exp_samples: [{value: 371, tolerance: 0.5, match_labels: '{}'}]
  - expr: sum(errors_total) / 7
    eval_time: 11m
    exp_samples: [{value: 410, tolerance: 1%}]
"""


def test_some_labels_patterns_and_tolerances_are_enough(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=RULES, a__test_yml=HEAD + ALERTS + SAMPLES)
    found.assert_outcomes(passed=4)


def test_what_does_not_match_is_reported(pytester: pytest.Pytester) -> None:
    wrong = (ALERTS + SAMPLES).replace('job="b"', 'job="c"').replace("tolerance: 0.5", "tolerance: 0.1")
    wrong = wrong.replace("value: 2}]", "value: 3}]")
    found = outcome(pytester, rules_yml=RULES, a__test_yml=HEAD + wrong)
    found.assert_outcomes(failed=3, passed=1)
    found.stdout.fnmatch_lines(
        [
            '  missing (expected at line 17): {job="c"}',
            '  {job="*"}: expected 3, found 2',
            "  {}: expected 371 ± 0.1, found 371.42857142857144",
        ]
    )


def test_each_expectation_has_an_alert_of_its_own(pytester: pytest.Pytester) -> None:
    both = ALERTS.replace('job="b"', 'job="a"')
    outcome(pytester, rules_yml=RULES, a__test_yml=HEAD + both).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("6..7", "6-7"), "repeat: '6-7' is no range; write it like 1..100, or as a list"),
        (
            HEAD.replace("6..7", "7..6"),
            "repeat: '7..6' has no number, so no series is made; write 6..7",
        ),
        (
            HEAD.replace("[a, b]", "[]"),
            "repeat: nothing to put in, so no series is made; list at least one value",
        ),
        (HEAD.replace("$job", "$jib"), "repeat: 'jib' is not among job, n; write $$ for a dollar sign"),
        (HEAD + SAMPLES.replace("1%", "near"), "tolerance: 'near' is no distance; write it like 0.01 or 1%"),
        (HEAD + ALERTS.replace("'.* errors/s'", "'('"), "match_annotations: error parsing regexp: missing *"),
        (HEAD + ALERTS.replace('{job="b"}', "{job=}"), "match_labels: unexpected *; write it like *"),
        (
            HEAD + ALERTS.replace("match_annotations", "exp_annotations"),
            "match_... and exp_... stand for one*",
        ),
    ],
)
def test_a_mistake_has_its_place(pytester: pytest.Pytester, text: str, message: str) -> None:
    found = outcome(pytester, rules_yml=RULES, a__test_yml=text)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([f"*a.test.yml:*: {message}"])


def test_they_can_be_refused(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_extensions = false\n")
    found = outcome(pytester, rules_yml=RULES, a__test_yml=HEAD + ALERTS + SAMPLES)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(
        ["*unknown field 'repeat' in an input series*", "*unknown field 'match_labels' in an expected alert*"]
    )


SPANS = """
  alert_rule_test:
  - {alertname: Errors, fires_between: [7m, 34m]}
  - {alertname: Errors, fires_between: [7m, 20m], match_labels: '{job="a"}'}
  - {alertname: Errors, fires_between: [8m, 20m]}
  - {alertname: Errors, fires_between: [5m, 20m]}
"""


def test_an_alert_fires_over_a_stretch_of_time(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=RULES, a__test_yml=HEAD + SPANS)
    found.assert_outcomes(passed=1, failed=3)
    found.stdout.fnmatch_lines(
        [
            "  expected to fire from 7m to before 20m; at 20m it fires",
            "  expected to fire from 8m to before 20m; at 7m it fires",
            "  expected to fire from 5m to before 20m; at 5m it does not fire",
        ]
    )


def test_a_stretch_needs_two_times(pytester: pytest.Pytester) -> None:
    wrong = HEAD + SPANS.replace("[8m, 20m]", "[20m, 8m]")
    found = outcome(pytester, rules_yml=RULES, a__test_yml=wrong)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["*a.test.yml:*: fires_between needs a time and a later one; write it like*"])
