"""The pytest plugin: collects rule tests and PromQL scripts, offers the `promql` fixture, reports coverage.

Loaded at the start of every pytest run, so it imports nothing of the engine until a file or a test needs it.
"""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.testing.scenario import Scenario

_PATTERNS = ("*.test.yml", "*_test.yml", "*.rules-test.yaml")
_CHOICES = {"promql_compat": ("2", "3"), "promql_evaluate": ("asserted", "input")}
_COVERAGE = pytest.StashKey[Any]()
_OUTPUT_KEY = "promql_coverage"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings and options of rule tests."""
    parser.addini("promql_rule_tests", "file patterns of rule tests", type="args", default=list(_PATTERNS))
    parser.addini("promql_scripts", "file patterns of PromQL scripts (`.test`)", type="args", default=[])
    parser.addini("promql_compat", 'follow Prometheus "2" or "3"', default="3")
    parser.addini(
        "promql_evaluate", 'evaluate rules to the last time "asserted" or of "input"', default="asserted"
    )
    parser.addini("promql_strict", "an unknown alertname is an error", type="bool", default=False)
    parser.addini("promql_ignore_unknown_fields", "pass unknown fields over", type="bool", default=False)
    group = parser.getgroup("promql", "rule tests")
    group.addoption("--promql-cov", action="store_true", help="report which rules the tests cover, and how")
    group.addoption("--promql-cov-json", metavar="FILE", help="write rule coverage as JSON")
    group.addoption("--promql-cov-html", metavar="FILE", help="write rule coverage as HTML")
    group.addoption(
        "--promql-cov-fail-under", metavar="PERCENT", type=float, help="fail if rule coverage is lower"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings that are none; begin to gather coverage, where it is asked for."""
    for name, choices in _CHOICES.items():
        if config.getini(name) not in choices:
            raise pytest.UsageError(f"{name} is {config.getini(name)!r}; write {' or '.join(choices)}")
    options = config.option
    asked = ("promql_cov", "promql_cov_json", "promql_cov_html")
    if any(getattr(options, name) for name in asked) or options.promql_cov_fail_under is not None:
        from ledgerscope.promql.testing.coverage import Coverage  # noqa: PLC0415 - NumPy only where needed

        config.stash[_COVERAGE] = Coverage()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Rule-test files and scripts, by the patterns of the settings."""
    config = parent.config
    if _matches(file_path, config.getini("promql_rule_tests")):
        from ledgerscope.promql.plugin import items  # noqa: PLC0415 - NumPy only where needed

        return items.RuleTestFile.from_parent(parent, path=file_path)
    if _matches(file_path, config.getini("promql_scripts")):
        from ledgerscope.promql.plugin import items  # noqa: PLC0415 - NumPy only where needed

        return items.ScriptFile.from_parent(parent, path=file_path)
    return None


def _matches(path: Path, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(path.name if "/" not in each else path.as_posix(), each) for each in patterns)


@pytest.fixture
def promql(request: pytest.FixtureRequest) -> Scenario:
    """An empty scenario: `load` series, add `rules`, then ask `at`, `range` and `alerts`."""
    from ledgerscope.promql.testing.scenario import Scenario  # noqa: PLC0415 - NumPy only where needed

    scenario = Scenario(compat=request.config.getini("promql_compat"), base=Path(request.path).parent)
    coverage = coverage_of(request.config)
    if coverage is not None:
        scenario.on_evaluation.append(coverage.add)
        scenario.on_branch = coverage.branch
    return scenario


def coverage_of(config: pytest.Config) -> Any:
    """What gathers coverage, or None where nobody asked for it."""
    return config.stash.get(_COVERAGE, None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failed test shows what its scenario answered."""
    outcome: Any = yield
    report = outcome.get_result()
    scenario = getattr(item, "funcargs", {}).get("promql")
    if scenario is not None and call.when == "call" and report.failed:
        report.sections.append(("promql", scenario.story()))


# -- coverage across processes


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's coverage to the process that reports; there, judge it."""
    coverage = coverage_of(session.config)
    if coverage is None:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        from dataclasses import astuple  # noqa: PLC0415 - only with coverage

        output[_OUTPUT_KEY] = [[list(astuple(key)), dict(points)] for key, points in coverage.rules.items()]
        return
    least = session.config.option.promql_cov_fail_under
    if least is not None and round(coverage.percent, 1) < least and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ARG001 - the hook's signature
    """Take over what a worker saw."""
    coverage = coverage_of(node.config)
    received = getattr(node, "workeroutput", {}).get(_OUTPUT_KEY)
    if coverage is None or received is None:
        return
    from ledgerscope.promql.testing.coverage import RuleKey  # noqa: PLC0415 - only with coverage

    coverage.merge((RuleKey(*key), points) for key, points in received)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print rule coverage and write its files."""
    coverage = coverage_of(config)
    if coverage is None or hasattr(config, "workerinput"):
        return
    from ledgerscope.promql.testing.coverage_report import terminal_lines, write  # noqa: PLC0415 - same

    options = config.option
    write(coverage, config.rootpath, options.promql_cov_json, options.promql_cov_html)
    terminalreporter.section("rule coverage")
    for line in terminal_lines(coverage, config.rootpath):
        terminalreporter.write_line(line)
    least = options.promql_cov_fail_under
    if least is not None and round(coverage.percent, 1) < least:
        terminalreporter.write_line(
            f"FAIL: rule coverage {coverage.percent:.1f} % is below {least:g} %", red=True
        )
