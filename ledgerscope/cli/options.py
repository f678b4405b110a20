"""Options that several commands share, the settings they lead to, and the database that those name."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledgerscope.cli.exits import DatabaseFailed
from ledgerscope.cli.messages import failures_reported
from ledgerscope.store.errors import StoreError
from ledgerscope.store.shown_url import shown_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from sqlalchemy import URL

    from exporter.settings.model import ExporterSettings

__all__ = ["address", "configured_database", "listen_options", "read_settings", "settings_options"]

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


def listen_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --address and --port to a command that serves; without them the settings decide."""
    address = click.option("--address", help="Where to serve; overrides listen.address.")
    port = click.option(
        "--port", type=click.IntRange(0, 65535), help="0 takes any free one; overrides listen.port."
    )
    return address(port(command))


def read_settings(
    config: Path | None,
    database_url: str | None,
    overrides: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
) -> ExporterSettings:
    """The settings in force; raises InvalidSettings with every problem and its place.

    `overrides` are environment variables that the command itself sets, `options` the values of further
    options of the command line by their names.
    """
    from exporter.settings.configuration import require  # noqa: PLC0415 - only such commands load pydantic

    return require(
        config, {**_environment(), **(overrides or {})}, {"--database-url": database_url, **(options or {})}
    )


@contextmanager
def configured_database(
    config: Path | None, database_url: str | None, options: Mapping[str, object] | None = None
) -> Iterator[tuple[ExporterSettings, URL]]:
    """The settings and the database to use; what fails in the block is reported as one message.

    A failure of the database names where its URL was given.
    """
    with failures_reported():
        settings = read_settings(config, database_url, options=options)
        url = address(settings)
        try:
            yield settings, url
        except StoreError as failure:
            origin = f"the URL {shown_url(url)} is from {_origin(config, database_url)}"
            raise DatabaseFailed(f"database: {failure}\n  {origin}") from None


def address(settings: ExporterSettings) -> URL:
    """The database to use; refuses to go on without one."""
    found = settings.database.address()
    if found is None:
        raise click.UsageError(_NO_DATABASE)
    return found


def _origin(config: Path | None, database_url: str | None) -> str:
    from exporter.settings.configuration import place_of  # noqa: PLC0415 - only such commands load pydantic

    return place_of(("database", "url"), config, _environment(), {"--database-url": database_url})


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name != "LEDGERSCOPE_CONFIG"}
