"""The pytest plugin: collects rule tests and scripts, offers the `promql` fixture, reports on rules.

Loaded at the start of every pytest run, so it imports nothing of the engine until a file or a test needs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.promql.plugin import coverage, files_asked_for, mutation, recognise, settings
from ledgerscope.promql.plugin.late_imports import uncollected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from ledgerscope.promql.testing.scenario import Scenario

_OUR_CODE = Path(__file__).parents[1]
_PACKAGE = f"{__name__.rpartition('.plugin.')[0]}."


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings and options of rule tests."""
    parser.addini(
        "promql_rule_tests",
        "file patterns of rule tests; none: every YAML file that holds rule tests",
        type="args",
        default=[],
    )
    parser.addini("promql_scripts", "file patterns of PromQL scripts (`.test`)", type="args", default=[])
    parser.addini("promql_compat", 'follow Prometheus "2" or "3"', default="3")
    parser.addini("promql_features", "Prometheus's feature flags that are on", type="args", default=[])
    parser.addini(
        "promql_evaluate", 'evaluate rules to the last time "asserted" or of "input"', default="asserted"
    )
    parser.addini("promql_strict", "an unknown alertname is an error", type="bool", default=False)
    parser.addini("promql_ignore_unknown_fields", "pass unknown fields over", type="bool", default=False)
    parser.addini("promql_extensions", "keys that promtool does not have", type="bool", default=True)
    parser.addini("promql_items", 'an item of pytest is a "case" or a "group" of a test file', default="case")
    group = parser.getgroup("promql", "rule tests")
    group.addoption("--promql-compat", metavar="2|3", help="follow Prometheus 2 or 3 (setting promql_compat)")
    group.addoption(
        "--promql-features",
        metavar="NAME,...",
        action="append",
        help="Prometheus's feature flags that are on (setting promql_features)",
    )
    group.addoption(
        "--promql-items",
        metavar="case|group",
        help="an item of pytest is a case, or a whole test group of a file (setting promql_items)",
    )
    group.addoption("--promql-cov", action="store_true", help="report which rules the tests cover, and how")
    group.addoption(
        "--promql-cov-rules",
        metavar="PATTERN",
        action="append",
        help="rule files that count even if no test names them, such as 'rules/**'",
    )
    group.addoption("--promql-cov-json", metavar="FILE", help="write rule coverage as JSON")
    group.addoption("--promql-cov-html", metavar="FILE", help="write rule coverage as HTML")
    group.addoption(
        "--promql-cov-fail-under", metavar="PERCENT", type=float, help="fail if rule coverage is lower"
    )
    mutation.add_options(group)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings that are none; begin to gather coverage, where it is asked for."""
    settings.check(config)
    files_asked_for.check(config)
    coverage.start(config)
    mutation.start(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Rule-test files (by content, or by the patterns of the settings) and scripts."""
    config = parent.config
    patterns = config.getini("promql_rule_tests")
    named = parent.session.isinitpath(file_path)
    if (
        recognise.matches(file_path, patterns)
        or (file_path.suffix in recognise.SUFFIXES and named)
        or ((named or not patterns) and recognise.is_rule_test(file_path, of_any_name=named))
    ):
        with uncollected():
            from ledgerscope.promql.plugin import items  # noqa: PLC0415 - NumPy only where needed

        return items.RuleTestFile.from_parent(parent, path=file_path)
    if recognise.matches(file_path, config.getini("promql_scripts")):
        with uncollected():
            from ledgerscope.promql.plugin import script_items  # noqa: PLC0415 - NumPy only where needed

        return script_items.ScriptFile.from_parent(parent, path=file_path)
    return None


@pytest.fixture
def promql(request: pytest.FixtureRequest) -> Scenario:
    """An empty scenario: `load` series, add `rules`, then ask `at`, `range` and `alerts`."""
    with uncollected():
        from ledgerscope.promql.testing.scenario import Scenario  # noqa: PLC0415 - NumPy only where needed

    scenario = Scenario(
        compat=settings.compat(request.config),
        features=settings.features(request.config),
        base=Path(request.path).parent,
    )
    gathered = coverage.coverage_of(request.config)
    if gathered is not None:
        scenario.on_evaluation.append(gathered.add)
        scenario.on_branch = gathered.branch
    recorder = mutation.recorder_of(request.config)
    if recorder is not None:
        recorder.attach(scenario, request.node)
    return scenario


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failed test shows what its scenario answered, and at which of its lines a question was refused."""
    scenario = getattr(item, "funcargs", {}).get("promql")
    scenario = scenario if _is_ours(scenario) else None  # a project may have a fixture of that name
    if scenario is not None and call.excinfo is not None and not item.config.getoption("fulltrace"):
        _point_at_the_test(call.excinfo)
    outcome: Any = yield
    report = outcome.get_result()
    recorder = mutation.recorder_of(item.config)
    if recorder is not None and report.failed:
        recorder.failed(item)
    if scenario is not None and call.when == "call" and report.failed and scenario.story():
        report.sections.append(("promql", scenario.story()))


def _point_at_the_test(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """End the traceback of an error that is the test's own where the test calls us."""
    from ledgerscope.promql.errors import PromQLError  # noqa: PLC0415 - the fixture has loaded it

    if not isinstance(excinfo.value, PromQLError):
        return
    excinfo.value.__cause__ = None
    frame: TracebackType | None = excinfo.tb
    while frame is not None:
        inner = frame.tb_next
        if inner is not None and Path(inner.tb_frame.f_code.co_filename).is_relative_to(_OUR_CODE):
            frame.tb_next = None
        frame = frame.tb_next


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """What differs between an answer and what was expected of it, series by series."""
    if op != "==" or not isinstance(right, dict) or not _is_ours(left):
        return None
    against = getattr(left, "explained_against", None)
    return None if against is None else against(right)


def _is_ours(value: object) -> bool:
    """Whether a value is of a class of this package; a mock has every attribute, but its own class."""
    return type(value).__module__.startswith(_PACKAGE)


# -- coverage and mutation


@pytest.hookimpl(hookwrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    """When all tests have run, those that reach a rule judge its mutants."""
    outcome: Any = yield
    if outcome.excinfo is None:
        mutation.run(session)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Judge the coverage, or hand it over; judge the mutation score."""
    coverage.finish(session)
    mutation.finish(session)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ARG001 - the hook's signature
    """Take over what a worker saw."""
    coverage.take_over(node)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print rule coverage and what mutation found, and write their files."""
    coverage.report(terminalreporter, config)
    mutation.report(terminalreporter, config)
