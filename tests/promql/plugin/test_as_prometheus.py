"""Rules evaluate what Prometheus evaluates, and what it remarks on is shown."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.promql.plugin.suites import PLUGIN, outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

pytest_plugins = ["pytester"]

ABSENT = """
groups:
  - name: g
    rules:
      - {alert: A, expr: 'absent(x{a="1",a!~"b",c="d"})'}
      - {record: r, expr: 'absent(x{a="1",a!~"b",c="d"})'}
      - {record: s, expr: 'absent_over_time(x{a="1",a!~"b",c="d"}[5m])'}
"""
ABSENT_TESTS = """
rule_files: [rules.yml]
tests:
  - interval: 1m
    alert_rule_test: [{eval_time: 5m, alertname: A, exp_alerts: [{exp_labels: {a: "1", c: d}}]}]
    promql_expr_test:
      - {expr: r, eval_time: 5m, exp_samples: [{labels: 'r{a="1",c="d"}', value: 1}]}
      - {expr: s, eval_time: 5m, exp_samples: [{labels: 's{a="1",c="d"}', value: 1}]}
      - {expr: 'absent(x{a="1",a!~"b",c="d"})', eval_time: 5m, exp_samples: [{labels: '{c="d"}', value: 1}]}
"""


def test_a_rule_is_evaluated_as_it_is_printed(pytester: pytest.Pytester) -> None:
    outcome(pytester, rules_yml=ABSENT, a__test_yml=ABSENT_TESTS).assert_outcomes(passed=4)


RANGE = """
groups:
  - name: g
    rules: [{record: r, expr: 'up[5m]'}, {alert: A, expr: 'up[5m]'}]
"""
RANGE_TESTS = """
rule_files: [rules.yml]
tests:
  - interval: 1m
    alert_rule_test: [{eval_time: 5m, alertname: A}]
  - interval: 1m
    input_series: [{series: 'up', values: '1x5'}]
    alert_rule_test: [{eval_time: 5m, alertname: A}]
"""


def test_a_rule_of_the_wrong_type_fails_with_and_without_input(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=RANGE, a__test_yml=RANGE_TESTS)
    found.assert_outcomes(failed=2)
    found.stdout.fnmatch_lines(["*rule 'r' fails at 0s: rule result is not a vector or scalar"] * 2)


REMARKABLE = """
groups:
  - name: g
    rules:
      - record: r
        expr: |
          sum(
            rate(load[5m]))
      - {record: s, expr: 'quantile(2, load)'}
"""
REMARKABLE_TESTS = """
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series: [{series: 'load', values: '1x20'}]
    promql_expr_test:
      - {expr: 'r', eval_time: 10m, exp_samples: [{labels: r, value: 0}]}
      - {expr: 'increase(load[5m])', eval_time: 10m, exp_samples: [{labels: '{}', value: 0}]}
"""


def shown_by(pytester: pytest.Pytester, *options: str) -> Sequence[str]:
    return outcome(pytester, *options, rules_yml=REMARKABLE, a__test_yml=REMARKABLE_TESTS).outlines


def test_what_promql_remarks_on_is_a_warning_with_its_place(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=REMARKABLE, a__test_yml=REMARKABLE_TESTS)
    found.assert_outcomes(passed=2, warnings=5)
    found.stdout.fnmatch_lines_random(
        [
            '*PromQLInfo: *rules.yml:6:15: r: PromQL info: metric might not be a counter*"load" (2:8)',
            "*PromQLWarning: *rules.yml:9:*: s: PromQL warning: quantile value should be between 0 and 1*",
            "*PromQLInfo: *a.test.yml:8:9: PromQL info: metric might not be a counter*",
        ]
    )


def test_each_item_with_a_doubt_has_it_whatever_the_order(pytester: pytest.Pytester) -> None:
    outcome(pytester, rules_yml=REMARKABLE, a__test_yml=REMARKABLE_TESTS)
    error = ("-W", "error::ledgerscope.promql.plugin.doubts.PromQLWarning")
    for names in (["expr r at 10m", "expr increase(load[5m]) at 10m"], ["expr r at 10m"]):
        for order in (names, names[::-1]):
            nodes = [f"a.test.yml::group 1::{name}" for name in order]
            found = pytester.runpytest(*PLUGIN, "-p", "no:randomly", *error, *nodes)
            found.assert_outcomes(failed=len(names))


def test_a_warning_of_many_items_is_shown_once(pytester: pytest.Pytester) -> None:
    shown = shown_by(pytester)
    assert len([line for line in shown if "PromQLWarning" in line]) == 1


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_files_in_utf_16_are_read_as_promtool_reads_them(pytester: pytest.Pytester, codec: str) -> None:
    mark = "\ufeff" if codec.endswith("e") else ""
    rules = "groups: [{name: g, rules: [{record: r, expr: load}]}]"
    tests = REMARKABLE_TESTS.partition("      - {expr: 'incr")[0].replace("value: 0", "value: 1")
    for name, text in (("rules.yml", rules), ("a.test.yml", tests)):
        (pytester.path / name).write_bytes((mark + text).encode(codec))
    promtool = shutil.which("promtool")
    if promtool is not None:
        subprocess.run([promtool, "test", "rules", "a.test.yml"], cwd=pytester.path, check=True)
    pytester.runpytest(*PLUGIN).assert_outcomes(passed=1)


def test_infos_can_be_left_out(pytester: pytest.Pytester) -> None:
    shown = shown_by(pytester, "-W", "ignore::ledgerscope.promql.plugin.doubts.PromQLInfo")
    assert not [line for line in shown if "PromQL info" in line]
    assert [line for line in shown if "PromQL warning" in line]
