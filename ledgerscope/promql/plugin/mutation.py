"""Mutation testing in a pytest run: when all tests have run, those that reach a rule judge its mutants.

Loaded at the start of every pytest run, so it imports nothing of the engine until it is asked for.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_RECORDER = pytest.StashKey[Any]()
_REPORT = pytest.StashKey[Any]()
_UNMATCHED = pytest.StashKey[list[str]]()


def add_options(group: pytest.OptionGroup) -> None:
    """The options."""
    group.addoption(
        "--promql-mutate",
        action="store_true",
        help="change every rule in many small ways and report the changes that no test notices",
    )
    group.addoption(
        "--promql-mutate-rules",
        metavar="PATTERN",
        action="append",
        help="the same for rules whose name or file matches, such as 'Payments*' or 'rules/**'",
    )
    group.addoption(
        "--promql-mutate-json", metavar="FILE", help="write all mutants and missing tests as JSON"
    )
    group.addoption(
        "--promql-mutate-fail-under",
        metavar="PERCENT",
        type=float,
        help="fail if fewer of the mutants are noticed",
    )


def is_asked_for(config: pytest.Config) -> bool:
    """Whether an option asks for it."""
    options = config.option
    named = (options.promql_mutate, options.promql_mutate_rules, options.promql_mutate_json)
    return any(named) or options.promql_mutate_fail_under is not None


def start(config: pytest.Config) -> None:
    """Begin to note which tests reach which rules, where an option asks for it."""
    if not is_asked_for(config):
        return
    if hasattr(config, "workerinput") or getattr(config.option, "dist", "no") != "no":
        raise pytest.UsageError("--promql-mutate runs tests in one process: add -n 0")
    from ledgerscope.promql.plugin.python_tests import PythonTests  # noqa: PLC0415 - NumPy only where needed

    config.stash[_RECORDER] = PythonTests()


def recorder_of(config: pytest.Config) -> Any:
    """What notes the rules of tests in Python, or None where nobody asked for it."""
    return config.stash.get(_RECORDER, None)


def run(session: pytest.Session) -> None:
    """Judge the mutants with the tests of the session."""
    config = session.config
    recorder = recorder_of(config)
    if recorder is None or config.option.collectonly:
        return
    from ledgerscope.promql.mutation.campaign import chosen, mutate  # noqa: PLC0415 - only where asked for
    from ledgerscope.promql.mutation.trial import Trial  # noqa: PLC0415 - same
    from ledgerscope.promql.plugin.judging import session_of  # noqa: PLC0415 - same
    from ledgerscope.promql.plugin.settings import options  # noqa: PLC0415 - same

    trial = Trial(_asked(session.items), options(config).dialect, recorder, session_of(config).keep)
    patterns = config.option.promql_mutate_rules or []
    with _progress_shown(config) as show:
        config.stash[_REPORT] = mutate(trial, patterns, config.rootpath, show)
    config.stash[_UNMATCHED] = [each for each in patterns if not chosen(trial.rules, [each], config.rootpath)]


@contextmanager
def _progress_shown(config: pytest.Config) -> Iterator[Callable[[object], None]]:
    """Shows on one line of a terminal how far it is, and nothing elsewhere or with `-q`."""
    terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or not terminal.isatty or terminal.verbosity < 0:
        yield lambda _: None
        return
    terminal.ensure_newline()
    try:
        yield lambda progress: terminal.rewrite(str(progress)[:_WIDEST], erase=True)
    finally:
        terminal.rewrite("", erase=True)


_WIDEST = 79
"""A longer line would wrap on most terminals, and then not be written over."""


def _asked(items: Iterable[pytest.Item]) -> list[Any]:
    """The rule tests of the run by their groups, the cases in the order of the file."""
    from ledgerscope.promql.mutation.trial import Asked  # noqa: PLC0415 - only where asked for
    from ledgerscope.promql.plugin.items import RuleTestCase, RuleTestGroupItem  # noqa: PLC0415 - same

    groups: dict[int, tuple[Any, list[Any]]] = {}
    for item in items:
        if isinstance(item, RuleTestCase | RuleTestGroupItem):
            run = item.judge.run
            groups.setdefault(id(run), (run, []))[1].extend(item.cases)
    return [
        Asked(each, tuple(case for case in (None, *each.group.cases) if any(case is one for one in cases)))
        for each, cases in groups.values()
    ]


def finish(session: pytest.Session) -> None:
    """Fail the run where too few mutants were noticed."""
    too_low = _is_too_low(session.config) or session.config.stash.get(_UNMATCHED, [])
    if too_low and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_too_low(config: pytest.Config) -> bool:
    least, found = config.option.promql_mutate_fail_under, config.stash.get(_REPORT, None)
    return least is not None and found is not None and round(found.percent, 1) < least


def report(terminal: Any, config: pytest.Config) -> None:
    """Print the survivors and write the JSON file."""
    found = config.stash.get(_REPORT, None)
    if found is None:
        return
    from pathlib import Path  # noqa: PLC0415 - only where asked for

    from ledgerscope.promql.mutation.report import as_json, terminal_lines  # noqa: PLC0415 - same

    options = config.option
    if options.promql_mutate_json:
        Path(options.promql_mutate_json).write_text(as_json(found, config.rootpath), "utf-8")
    terminal.section("rule mutation")
    for line in terminal_lines(found, config.rootpath):
        terminal.write_line(line)
    for pattern in config.stash.get(_UNMATCHED, []):
        message = f"FAIL: --promql-mutate-rules {pattern!r} matches no rule that a test of this run reads"
        terminal.write_line(message, red=True)
    if _is_too_low(config):
        least = options.promql_mutate_fail_under
        terminal.write_line(f"FAIL: mutation score {found.percent:.1f} % is below {least:g} %", red=True)
