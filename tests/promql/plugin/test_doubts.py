"""What makes a case that passes doubtful is warned of."""

from __future__ import annotations

import pytest

from tests.promql.plugin.suites import RULES, TESTS, WRONG, outcome

pytest_plugins = ["pytester"]


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


ALERT_FIRST = """
groups:
- name: alerts
  rules: [{alert: High, expr: recorded > 1}]
- name: records
  rules: [{record: recorded, expr: x}]
"""


FIRES = "[{exp_labels: {}}]"


def order_tests(fires: str, eval_time: str = "0s") -> str:
    return (
        "rule_files: [rules.yml]\ntests:\n- interval: 1m\n  input_series: [{series: x, values: 2x5}]\n"
        f"  alert_rule_test: [{{eval_time: {eval_time}, alertname: High, exp_alerts: {fires}}}]\n"
    )


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
        " 'records', one step late; write group_eval_order to set the order"
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
