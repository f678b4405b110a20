"""Options and paths that name files: what leads to nothing is said before a test runs."""

from __future__ import annotations

import pytest

from tests.promql.plugin.suites import PLUGIN, RULES, TESTS

pytest_plugins = ("pytester",)


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    (pytester.path / "rules.yml").write_text(RULES)
    (pytester.path / "a.test.yml").write_text(TESTS)
    return pytester


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_subprocess(*PLUGIN, *arguments)


@pytest.mark.parametrize("option", ["--promql-cov-json", "--promql-cov-html", "--promql-mutate-json"])
def test_a_file_in_no_folder_is_refused_at_the_start(suite: pytest.Pytester, option: str) -> None:
    found = run(suite, option, "nowhere/out")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"ERROR: {option} nowhere/out: there is no folder *nowhere"])


@pytest.mark.parametrize("pattern", ["", "nope/**", "[", "/absolute/*.yml"])
def test_a_pattern_of_rule_files_that_matches_nothing_is_refused(
    suite: pytest.Pytester, pattern: str
) -> None:
    found = run(suite, f"--promql-cov-rules={pattern}")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines(["ERROR: --promql-cov-rules * matches no file below *"])


def test_mutants_of_rules_that_are_not_there_fail_the_run(suite: pytest.Pytester) -> None:
    found = run(suite, "--promql-mutate-rules", "Nope", "--promql-mutate-fail-under", "100")
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.stdout.fnmatch_lines(["FAIL: --promql-mutate-rules 'Nope' matches no rule *"])


@pytest.mark.parametrize("name", ["suite.rules", "UP.YML", "a.yml.bak"])
def test_a_path_on_the_command_line_counts_whatever_its_name(suite: pytest.Pytester, name: str) -> None:
    expected = run(suite, "a.test.yml").parseoutcomes()
    assert expected["passed"] > 0
    (suite.path / "a.test.yml").rename(suite.path / name)
    assert run(suite, name).parseoutcomes() == expected


def test_a_folder_whose_name_looks_like_a_pattern_is_none(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = suite.mkdir("odd [1]*")
    for file in ("rules.yml", "a.test.yml"):
        (suite.path / file).rename(folder / file)
    expected = run(suite, "a.test.yml").ret
    assert expected == pytest.ExitCode.USAGE_ERROR  # it is not there any more
    monkeypatch.chdir(folder)
    assert run(suite, "a.test.yml").ret == pytest.ExitCode.OK
