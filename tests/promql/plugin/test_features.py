"""Feature flags: off as in Prometheus, until a setting or an option turns them on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledgerscope.promql.syntax.dialect import FEATURES
from tests.promql.plugin.suites import PLUGIN, outcome

pytest_plugins = ["pytester"]

NAMES = """
groups:
  - name: g
    rules:
      - alert: ErrorsOfEither
        expr: sum(rate({__name__=~"a_total|b_total"}[5m])) > 0.5
      - alert: PerMetric
        expr: label_replace(rate(a_total[5m]), "metric", "$1", "__name__", "(.+)") > 0.5
      - record: by_name
        expr: sum by (__name__) (rate(a_total[5m]))
"""
ONE_NAME = NAMES.replace("|b_total", "")
NAME_TESTS = """
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series:
      - {series: 'a_total{job="x"}', values: '0+60x20'}
      - {series: 'b_total{job="x"}', values: '0+60x20'}
    alert_rule_test:
      - {eval_time: 10m, alertname: ErrorsOfEither, exp_alerts: [{exp_labels: {}}]}
      - {eval_time: 10m, alertname: PerMetric, exp_alerts: [{exp_labels: {job: x, metric: a_total}}]}
    promql_expr_test:
      - {expr: 'count(by_name)', eval_time: 10m, exp_samples: [{labels: '{}', value: 1}]}
"""
GATED = (
    ("limitk(1, a)", "1:1: parse error: limitk() is experimental and not enabled"),
    ("mad_over_time(a[5m])", '1:1: parse error: function "mad_over_time" is not enabled'),
    ('sort_by_label(a, "job")', '1:1: parse error: function "sort_by_label" is not enabled'),
    ("info(a)", '1:1: parse error: function "info" is not enabled'),
    ("a + on() fill(0) b", "1:1: parse error: binop fill modifiers are experimental and not enabled"),
    ("rate(a[5m] smoothed)", "1:6: parse error: smoothed modifier is experimental and not enabled"),
    ("double_exponential_smoothing(a[5m], 0.5, 0.5)", "1:1: parse error: function * is not enabled"),
    ("max_of(1, 2)", '1:1: parse error: function "max_of" is not enabled'),
    ("start()", '1:1: parse error: function "start" is not enabled'),
)


def gated_rules() -> str:
    rules = "".join(f"      - {{record: r{n}, expr: '{expr}'}}\n" for n, (expr, _) in enumerate(GATED))
    return f"groups:\n  - name: g\n    rules:\n{rules}"


GATED_TESTS = """
rule_files: [rules.yml]
tests:
  - input_series: [{series: 'a{job="x"}', values: '0+60x20'}]
    promql_expr_test: [{expr: 'count(r0)', eval_time: 10m, exp_samples: [{labels: '{}', value: 1}]}]
"""


def test_what_a_flag_gates_is_refused_with_the_name_of_the_flag(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=gated_rules(), a__test_yml=GATED_TESTS)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines([f"*{message}*; the feature promql-* enables it" for _, message in GATED])


@pytest.mark.parametrize("how", ["option", "setting"])
def test_a_flag_enables_it(pytester: pytest.Pytester, how: str) -> None:
    flags = [f"promql-{each}" for each in ("experimental-functions", "binop-fill-modifiers")]
    flags.append("promql-extended-range-selectors")
    options = [f"--promql-features={','.join(flags)}"] if how == "option" else []
    if how == "setting":
        pytester.makeini(f"[pytest]\npromql_features = {' '.join(flags)}\n")
    outcome(pytester, *options, rules_yml=gated_rules(), a__test_yml=GATED_TESTS).assert_outcomes(passed=1)


def test_names_go_at_once_by_default(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=NAMES, a__test_yml=NAME_TESTS)
    found.assert_outcomes(failed=3)
    found.stdout.fnmatch_lines(
        ["*vector cannot contain metrics with the same labelset*",
         "  note: with the feature promql-delayed-name-removal this passes"]
    )  # fmt: skip


def test_a_verdict_that_depends_on_a_flag_says_so(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, rules_yml=ONE_NAME, a__test_yml=NAME_TESTS)
    found.assert_outcomes(failed=1, passed=2)
    found.stdout.fnmatch_lines(
        ["*alert 'PerMetric' at 10m", "  note: with the feature promql-delayed-name-removal this passes"]
    )
    found = outcome(pytester, "--promql-features=promql-delayed-name-removal")
    found.assert_outcomes(passed=3, warnings=1)
    found.stdout.fnmatch_lines(
        ["*FeatureWarning: without the feature promql-delayed-name-removal this fails*"]
    )


def test_the_fixture_follows_the_options(pytester: pytest.Pytester) -> None:
    test = """
def test_it(promql):
    promql.load('a_total{job="x"} 0+60x20')
    assert promql.at("10m", "limitk(1, a_total)") == {'a_total{job="x"}': 600}
def test_other(promql):
    promql.load('a_total{job="x"} 0+60x20')
    assert promql.at("10m", "holt_winters(a_total[5m], 0.5, 0.5)") == {'{job="x"}': 600}
"""
    pytester.makepyfile(test)
    pytester.inline_run("--promql-features=promql-experimental-functions").assertoutcome(passed=1, failed=1)
    pytester.inline_run("--promql-compat=2").assertoutcome(passed=1, failed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--promql-features=promql-delayed-name"], "did you mean 'promql-delayed-name-removal'?"),
        (["--promql-features=info"], "Prometheus has no PromQL feature 'info'; there are promql-*"),
        (["--promql-compat=4"], "promql_compat is '4'; write 2 or 3"),
        (["--promql-compat=2", "--promql-features=promql-binop-fill-modifiers"], "Prometheus 2.42 has no*"),
    ],
)
def test_a_flag_that_is_none_is_refused(pytester: pytest.Pytester, options: list[str], message: str) -> None:
    found = pytester.runpytest(*options)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"*{message}*"])


def test_the_flag_of_duration_expressions_has_become_a_matter_of_course(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(promql):
            promql.load("a 1x20")
            assert promql.at("10m", "count_over_time(a[2m + 1m])") == 3
        """
    )
    pytester.inline_run("--promql-features=promql-duration-expr").assertoutcome(passed=1)


def test_the_manual_lists_every_flag() -> None:
    manual = (Path(__file__).parents[3] / "docs/rule-testing.md").read_text("utf-8")
    table = manual.partition("### Feature flags")[2].partition("\nDuration expressions")[0]
    assert re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE) == list(FEATURES)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("promql_strict=banana", "promql_strict: *banana*; write true or false"),
        ("promql_extensions=2", "promql_extensions: *; write true or false"),
        ("promql_ignore_unknown_fields=", "promql_ignore_unknown_fields: *; write true or false"),
        ("promql_rule_tests='a", "promql_rule_tests: *; write names with spaces between them"),
        ("promql_features=sliced-bread", "promql_features: *no PromQL feature 'sliced-bread'*"),
        ("promql_items=casd", "promql_items is 'casd'; write case or group"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_one_clear_error(
    pytester: pytest.Pytester, setting: str, message: str
) -> None:
    found = pytester.runpytest(*PLUGIN, "-o", setting)
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"ERROR: {message}"])
