"""Options that several commands share, and the settings they lead to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from sqlalchemy import URL

    from exporter.settings.model import ExporterSettings

__all__ = ["address", "read_settings", "settings_options"]

_NO_DATABASE = (
    "no database is set: give --database-url, set DATABASE_URL, or write it in the settings file as\n"
    "  database:\n"
    "    url: postgresql://user@host:5432/database\n"
    "or try Ledgerscope without one:  ledgerscope demo"
)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config and --database-url to a command."""
    config = click.option(
        "--config",
        envvar="LEDGERSCOPE_CONFIG",
        type=click.Path(path_type=Path),
        help="Settings file (YAML). Environment variables LEDGERSCOPE_... override it.",
    )
    database_url = click.option(
        "--database-url",
        metavar="URL",
        help="postgresql://user@host:5432/database; overrides the settings and DATABASE_URL.",
    )
    return config(database_url(command))


def read_settings(
    config: Path | None, database_url: str | None, overrides: Mapping[str, str] | None = None
) -> ExporterSettings:
    """The settings in force; raises InvalidSettings with every problem and its place.

    `overrides` are environment variables that the command itself sets.
    """
    from exporter.settings.configuration import require  # noqa: PLC0415 - only commands that need settings load pydantic

    environment = {name: value for name, value in os.environ.items() if name != "LEDGERSCOPE_CONFIG"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    return require(config, {**environment, **(overrides or {})})


def address(settings: ExporterSettings) -> URL:
    """The database to use; refuses to go on without one."""
    found = settings.database.address()
    if found is None:
        raise click.UsageError(_NO_DATABASE)
    return found
