"""What is a typing error is refused, what promtool accepts though hardly meant is a warning."""

from __future__ import annotations

import pytest

from tests.promql.plugin.suites import outcome

pytest_plugins = ["pytester"]

TESTS = """
rule_files: [rules.yml]
tests:
  - input_series: [{series: 'up', values: '1x5'}]
    alert_rule_test: [{eval_time: 5m, alertname: A}]
"""
MANIFEST = """
apiVersion: monitoring.coreos.com/v1
kind: KIND
metadata: {name: x}
spec:
  groups:
    - name: g
      rules: [{alert: A, expr: up == 0}]
"""


@pytest.mark.parametrize(
    ("kind", "hint"),
    [("PrometheusRules", "did you mean 'PrometheusRule'?"), ("ConfigMap", "rules have kind PrometheusRule")],
)
def test_a_manifest_of_another_kind_is_no_rule_file(pytester: pytest.Pytester, kind: str, hint: str) -> None:
    found = outcome(pytester, rules_yml=MANIFEST.replace("KIND", kind), a__test_yml=TESTS)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([f"*rules.yml:3:7: a manifest of kind '{kind}' has no rules; {hint}"])


def test_other_manifests_beside_rules_are_passed_over(pytester: pytest.Pytester) -> None:
    text = f"{MANIFEST.replace('KIND', 'ConfigMap')}---{MANIFEST.replace('KIND', 'PrometheusRule')}"
    outcome(pytester, rules_yml=text, a__test_yml=TESTS).assert_outcomes(passed=1)


TWO = """groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]
---
groups: [{name: h, rules: [{alert: A, expr: up == 1}]}]
"""


def test_a_second_document_is_ignored_with_a_warning(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=TWO, a__test_yml=TESTS)
    found.assert_outcomes(passed=1, warnings=1)
    found.stdout.fnmatch_lines(["*rules.yml:3:1: Prometheus reads the first document of a rule file only*"])


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ("''", "series: names no series; write it like 'up{job=\"x\"}'"),
        ("'   '", "series: names no series*"),
        ("'# up'", "series: names no series*"),
        ("'{}'", "series: names no series*"),
        ("""'up{a="1",a="2"}'""", 'series: label name "a" is not unique*'),
    ],
)
def test_a_series_that_is_none_is_refused(pytester: pytest.Pytester, series: str, message: str) -> None:
    test = f"tests:\n  - input_series:\n    - {{series: {series}, values: '1x5'}}\n"
    found = outcome(pytester, a__test_yml=test)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([f"*a.test.yml:3:*: {message}"])


def test_a_series_without_values_is_a_warning(pytester: pytest.Pytester) -> None:
    test = "tests:\n  - input_series: [{series: up}]\n    promql_expr_test: [{expr: up, eval_time: 1m}]\n"
    found = outcome(pytester, a__test_yml=test)
    found.assert_outcomes(passed=1, warnings=1)
    found.stdout.fnmatch_lines(["*a.test.yml:2:20: an input series without 'values' has no samples*"])


def test_values_may_stand_in_several_lines(pytester: pytest.Pytester) -> None:
    test = """
tests:
  - input_series:
      - series: up
        values: |
          1x2
          0x2
    promql_expr_test:
      - {expr: 'sum_over_time(up[1h])', eval_time: 10m, exp_samples: [{value: 3, labels: '{}'}]}
"""
    outcome(pytester, a__test_yml=test).assert_outcomes(passed=1)
