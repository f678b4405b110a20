"""In a project with fixtures, mocks and YAML of its own the plugin changes nothing."""

from __future__ import annotations

import pytest

from tests.promql.plugin.suites import RULES, TESTS, outcome

pytest_plugins = ["pytester"]


def test_comparisons_of_mocks_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from unittest.mock import MagicMock, Mock

        def test_mock():
            assert Mock() == {"a": 1}

        def test_result_of_a_call():
            assert MagicMock().get() == {"a": 1}
        """
    )
    found = outcome(pytester)
    found.assert_outcomes(failed=2)
    found.stdout.fnmatch_lines(["E       AssertionError: assert <Mock id=*> == {'a': 1}"])


def test_a_fixture_of_the_same_name_keeps_working(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import pytest\n@pytest.fixture\ndef promql():\n    return 'http://localhost:9090'\n"
    )
    pytester.makepyfile("def test_it(promql):\n    assert promql == 'x'\n")
    found = outcome(pytester)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["E       AssertionError: assert 'http://localhost:9090' == 'x'"])
    assert "INTERNALERROR" not in found.stdout.str() + found.stderr.str()


OTHERS = {
    "docker-compose__test_yml": "services:\n  db: {image: postgres}\n",
    "goss_test_yml": "tests: [{name: a, command: b}]\n",
    "words_yml": "# about alert_rule_test and promql_expr_test\ntests: 1\n",
    "chart_yml": "{{- if .Values.rule_files }}\nrule_files: []\n{{- end }}\n",
    "empty__test_yml": "",
    "many_yml": "a: rule_files\n---\nb: 1\n",
}


def test_yaml_of_other_tools_is_left_alone(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, **OTHERS)
    assert found.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("name", ["a.yml", "alerts.yaml", "a_test.yaml", "a.test.yml", "tests/deep.yml"])
def test_rule_tests_are_found_by_what_is_in_them(pytester: pytest.Pytester, name: str) -> None:
    path = pytester.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(TESTS.replace("rules.yml", str(pytester.path / "rules.yml")), "utf-8")
    outcome(pytester, rules_yml=RULES).assert_outcomes(passed=3)


def test_patterns_that_are_set_decide_alone(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npromql_rule_tests = *.checked.yml\n")
    found = outcome(pytester, rules_yml=RULES, a_yml=TESTS, b__checked_yml=TESTS)
    found.assert_outcomes(passed=3)
    outcome(pytester, "a.yml").assert_outcomes(passed=3)


def test_a_path_that_is_named_is_always_a_rule_test(pytester: pytest.Pytester) -> None:
    found = outcome(pytester, "docker-compose.test.yml", **OTHERS)
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["*docker-compose.test.yml:1:1: unknown field 'services' in a test file*"])


@pytest.mark.parametrize("fault", ["tests: [", "tests: [{alert_rule_test: 3}]"])
def test_a_bad_file_is_one_failed_item_and_the_rest_runs(pytester: pytest.Pytester, fault: str) -> None:
    found = outcome(pytester, rules_yml=RULES, a_yml=f"# alert_rule_test\n{fault}", b_yml=TESTS)
    found.assert_outcomes(failed=1, passed=3)
    found.stdout.fnmatch_lines(["*a.yml:*"])
