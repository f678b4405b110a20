"""A small suite of rules and tests, and pytest run over it inside this process."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import ledgerscope.promql.engine.functions.table
import ledgerscope.promql.engine.operations.binary
import ledgerscope.promql.engine.subqueries
import ledgerscope.promql.plugin.items
import ledgerscope.promql.regex.syntax
import ledgerscope.promql.rules.stepping
import ledgerscope.promql.scripts.run
import ledgerscope.promql.testing.coverage_output
import ledgerscope.promql.testing.reports.report
import ledgerscope.promql.testing.scenario  # noqa: F401 - runs inside this process would load NumPy anew

if TYPE_CHECKING:
    import pytest

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
