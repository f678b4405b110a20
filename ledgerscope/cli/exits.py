"""How a command fails: one clear message on standard error, no traceback, an exit code scripts can rely on.

CommandFailed       1  a check found something, or the work could not be done
├── WrongUsage      2  an option or argument cannot be right
├── SettingsFailed  3  a setting is unknown, missing or wrong
└── DatabaseFailed  4  the database is unreachable, too old, or refuses a right

0 is success; 2 is click's own code for wrong usage, too.
"""

from __future__ import annotations

from typing import IO, Any

import click

__all__ = ["CommandFailed", "DatabaseFailed", "SettingsFailed", "WrongUsage"]


class CommandFailed(click.ClickException):
    """The command could not do what it was asked, or found something to complain about."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"ledgerscope: {self.format_message()}", file=file, err=file is None)


class WrongUsage(CommandFailed):
    """What was typed cannot be right, whatever the database holds."""

    exit_code = 2


class SettingsFailed(CommandFailed):
    """The settings cannot be used as they are."""

    exit_code = 3


class DatabaseFailed(CommandFailed):
    """The database cannot be used as it is."""

    exit_code = 4
