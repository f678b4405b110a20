"""How a failure looks in pytest: the text a person reads, a place to jump to, one line for summaries.

pytest takes the short summary, `--tb=line` and the message of `--junitxml` from the crash of a report;
without one they would show the beginning of the whole text. Paths begin where pytest was started.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.yaml.nodes import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest


class RuleTestFailed(Exception):
    """A case whose outcome is not as expected, or a file that cannot be used; its text is for a person.

    summary: the same in one line. path, line: where it is about.
    """

    def __init__(self, text: str, summary: str, path: Path | str, line: int) -> None:
        super().__init__(text)
        self.summary = summary
        self.path = path
        self.line = line


def shown(excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
    """A RuleTestFailed as pytest shows it: its text without a traceback, its place, its one line."""
    failed = excinfo.value
    representation = excinfo.getrepr(style="value", chain=False)
    crash = representation.reprcrash
    if crash is not None and isinstance(failed, RuleTestFailed):
        crash.path, crash.lineno, crash.message = str(failed.path), failed.line, failed.summary
    return representation


@contextmanager
def reading(path: Path, config: pytest.Config) -> Iterator[None]:
    """While a file is read: what is wrong with it becomes a RuleTestFailed."""
    try:
        yield
    except FileError as error:
        first, more = error.faults[0], len(error.faults) - 1
        summary = nearer(str(first), config) + (f" (and {more} more)" if more else "")
        raise RuleTestFailed(
            nearer(str(error), config), summary, first.where.file, first.where.line
        ) from error
    except PromQLError as error:
        text = nearer(str(error), config)
        raise RuleTestFailed(text, text.partition("\n")[0], path, 1) from error


def nearer(text: str, config: pytest.Config) -> str:
    """A text whose paths begin where pytest was started instead of at the root."""
    return text.replace(f"{config.invocation_params.dir}{os.sep}", "")
