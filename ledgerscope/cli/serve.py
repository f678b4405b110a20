"""`ledgerscope serve`: the exporter process."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from collectors.registry import create as create_collectors
from exporter.http.app import create_app
from exporter.http.server import Server
from exporter.reporting.log import configure
from exporter.runtime import Exporter, exporter_engine
from ledgerscope.cli.messages import failures_reported
from ledgerscope.cli.options import address, read_settings, settings_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from exporter.settings.model import ExporterSettings

__all__ = ["command", "serving"]


@click.command("serve")
@settings_options
@click.option("--print-settings", is_flag=True, help="Print the settings in force, secrets masked, and stop.")
def command(config: Path | None, database_url: str | None, *, print_settings: bool) -> None:
    """Run the exporter until it is told to stop.

    It starts while the database is away, and says so on /health and in its own metrics.

    \b
    Examples:
      ledgerscope serve --config ledgerscope.yaml
      DATABASE_URL=postgresql://reader@db/business ledgerscope serve
      LEDGERSCOPE_LISTEN__PORT=9200 ledgerscope serve --print-settings
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    with failures_reported():
        settings = read_settings(config, database_url)
        if print_settings:
            click.echo(settings.effective(), nl=False)
            return
        with serving(settings, address(settings)) as server:
            click.echo(f"serving on {server.url}/metrics", err=True)
            server.run()


@contextmanager
def serving(settings: ExporterSettings, url: URL) -> Iterator[Server]:
    """An exporter that collects, and its server ready to run; both end with the block."""
    engine = exporter_engine(url, settings)
    exporter = Exporter(settings, create_collectors(), engine, log=configure(settings.log))
    server = Server(create_app(exporter), settings.listen)
    exporter.start()
    try:
        yield server
    finally:
        exporter.stop()
        engine.dispose()
