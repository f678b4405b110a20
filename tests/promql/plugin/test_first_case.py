"""Rule tests are recognised at their first case; what stands behind it is not read for that."""

from __future__ import annotations

import pytest
import yaml

from ledgerscope.promql.plugin.first_case import begins_with_a_case

YES = (
    "tests: [{alert_rule_test: []}]",
    "tests:\n- name: a\n  input_series: [{series: x, values: 1}]\n- promql_expr_test:\n  - expr: x\n",
    "a: {tests: [{b: 1}]}\n? [k, l]\n: m\ntests: [1, [2], {? {n: 1} : 2}, {promql_expr_test: 3}]\n",
    "x: &x {y: 1}\nz: *x\ntests: [*x, {promql_expr_test: *x}]\n",
    "tests: [{alert_rule_test: []}]\n---\n'not closed",
)
NO = (
    "",
    "# nothing\n",
    "tests\n",
    "[tests, {tests: [{alert_rule_test: []}]}]",
    "tests: {alert_rule_test: []}",
    "tests: [{name: {alert_rule_test: []}}, [{promql_expr_test: []}], promql_expr_test]",
    "a: {tests: [{alert_rule_test: []}]}\ntests: []\nalert_rule_test: []\n",
    "tests: ['alert_rule_test: []']\ntext: |\n  tests:\n  - alert_rule_test:\n",
)


@pytest.mark.parametrize("text", YES)
def test_a_case_in_an_item_of_the_tests_is_found(text: str) -> None:
    assert begins_with_a_case(text)


@pytest.mark.parametrize("text", NO)
def test_anything_else_is_no_case(text: str) -> None:
    assert not begins_with_a_case(text)


def test_what_is_no_yaml_before_the_first_case_is_an_error() -> None:
    with pytest.raises(yaml.YAMLError):
        begins_with_a_case("tests: [}")
