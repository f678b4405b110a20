"""Rule coverage in a pytest run: gathered from xdist's workers, reported at the end.

Loaded at the start of every pytest run, so it imports nothing of the engine until coverage is asked for.
"""

from __future__ import annotations

from typing import Any

import pytest

_COVERAGE = pytest.StashKey[Any]()
_UNREADABLE = pytest.StashKey[list[str]]()
_ASKED = ("promql_cov", "promql_cov_rules", "promql_cov_json", "promql_cov_html")
_OUTPUT_KEY = "promql_coverage"


def start(config: pytest.Config) -> None:
    """Begin to gather coverage where an option asks for it."""
    options = config.option
    if any(getattr(options, name) for name in _ASKED) or options.promql_cov_fail_under is not None:
        from ledgerscope.promql.testing.coverage import Coverage  # noqa: PLC0415 - NumPy only where needed

        config.stash[_COVERAGE] = Coverage()


def coverage_of(config: pytest.Config) -> Any:
    """What gathers coverage, or None where nobody asked for it."""
    return config.stash.get(_COVERAGE, None)


def finish(session: pytest.Session) -> None:
    """Hand a worker's coverage to the process that reports; there, judge it."""
    coverage = coverage_of(session.config)
    if coverage is None:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        from dataclasses import astuple  # noqa: PLC0415 - only with coverage

        output[_OUTPUT_KEY] = [[list(astuple(key)), dict(points)] for key, points in coverage.rules.items()]
        return
    _add_named_files(coverage, session.config)
    if _is_too_low(coverage, session.config) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _add_named_files(coverage: Any, config: pytest.Config) -> None:
    patterns = config.option.promql_cov_rules
    if patterns:
        from ledgerscope.promql.plugin.settings import options  # noqa: PLC0415 - only with the option
        from ledgerscope.promql.testing.coverage_files import add_files  # noqa: PLC0415 - same

        config.stash[_UNREADABLE] = add_files(coverage, config.rootpath, patterns, options(config))


def _is_too_low(coverage: Any, config: pytest.Config) -> bool:
    least = config.option.promql_cov_fail_under
    return least is not None and round(coverage.percent, 1) < least


def take_over(node: Any) -> None:
    """Add what an xdist worker saw."""
    coverage = coverage_of(node.config)
    received = getattr(node, "workeroutput", {}).get(_OUTPUT_KEY)
    if coverage is None or received is None:
        return
    from ledgerscope.promql.testing.coverage import RuleKey  # noqa: PLC0415 - only with coverage

    coverage.merge((RuleKey(*key), points) for key, points in received)


def report(terminal: Any, config: pytest.Config) -> None:
    """Print rule coverage and write its files."""
    coverage = coverage_of(config)
    if coverage is None or hasattr(config, "workerinput"):
        return
    from ledgerscope.promql.testing.coverage_output import terminal_lines, write  # noqa: PLC0415 - same

    options = config.option
    write(coverage, config.rootpath, options.promql_cov_json, options.promql_cov_html)
    terminal.section("rule coverage")
    for line in terminal_lines(coverage, config.rootpath):
        terminal.write_line(line)
    for message in config.stash.get(_UNREADABLE, []):
        terminal.write_line(f"not counted: {message}")
    if _is_too_low(coverage, config):
        least = options.promql_cov_fail_under
        terminal.write_line(f"FAIL: rule coverage {coverage.percent:.1f} % is below {least:g} %", red=True)
