"""The log of a command: into the files that the settings name, and to standard error where that is asked.

Standard output is the result, and what a person has to know is a message of the command. So lines of the log
go to standard error only where LEDGERSCOPE_LOG_LEVEL says from which level on.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from exporter.reporting.log import destination
from ledgerscope.cli.exits import SettingsFailed
from ledgerscope.logs import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.settings.model import Log

__all__ = ["command_log"]

_LEVEL: Final = "LEDGERSCOPE_LOG_LEVEL"
_LEVELS: Final = ("debug", "info", "warning", "error")


@contextmanager
def command_log(log: Log) -> Iterator[None]:
    """The log of the block; raises SettingsFailed where it cannot be written."""
    level = os.environ.get(_LEVEL)
    if level is not None and level not in _LEVELS:
        raise SettingsFailed(f"environment variable {_LEVEL}: one of {', '.join(_LEVELS)}; not {level!r}")
    wanted = destination(log, None if level is None else sys.stderr)
    try:
        opened = configured(wanted if level is None else replace(wanted, level=level))
        opened.__enter__()
    except OSError as error:
        raise SettingsFailed(f"log.file: {error.filename}: {error.strerror}") from None
    try:
        yield
    finally:
        opened.__exit__(None, None, None)
