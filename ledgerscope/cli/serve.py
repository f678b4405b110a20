"""`ledgerscope serve`: the exporter process."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from collectors.registry import create as create_collectors
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.reporting.log import configure
from exporter.runtime import Exporter, exporter_engine
from ledgerscope.cli.exits import SettingsFailed
from ledgerscope.cli.messages import failures_reported
from ledgerscope.cli.options import configured_database, listen_options, read_settings, settings_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from socket import socket

    from sqlalchemy import URL
    from structlog.typing import FilteringBoundLogger

    from exporter.http.api.application import Api
    from exporter.reporting.request_metrics import RequestMetrics
    from exporter.settings.model import ExporterSettings
    from ledgerscope.customers.access.issuers import Issuer

__all__ = ["command", "serving"]


@click.command("serve")
@settings_options
@listen_options
@click.option("--print-settings", is_flag=True, help="Print the settings in force, secrets masked, and stop.")
def command(
    config: Path | None,
    database_url: str | None,
    address: str | None,
    port: int | None,
    *,
    print_settings: bool,
) -> None:
    """Run the exporter until SIGTERM or Ctrl-C.

    It starts while the database is away, and says so on /health and in its own metrics.

    \b
    Examples:
      ledgerscope serve --config ledgerscope.yaml
      DATABASE_URL=postgresql://reader@db/business ledgerscope serve
      ledgerscope serve --port 9200 --print-settings
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    options = {"--address": address, "--port": port}
    if print_settings:
        with failures_reported():
            click.echo(read_settings(config, database_url, options=options).effective(), nl=False)
        return
    with (
        configured_database(config, database_url, options) as (settings, url),
        listen(settings.listen) as listener,
        serving(settings, url, listener) as server,
    ):
        click.echo(f"serving on {server.url}/metrics", err=True)
        server.run()


def _log(settings: ExporterSettings) -> FilteringBoundLogger:
    try:
        return configure(settings.log, sys.stdout)
    except OSError as error:
        raise SettingsFailed(f"log.file: {error.filename}: {error.strerror}") from None


@contextmanager
def serving(
    settings: ExporterSettings, url: URL, listener: socket, issuers: Sequence[Issuer] = ()
) -> Iterator[Server]:
    """An exporter that collects, and its server ready to run on the socket; both end with the block.

    It serves the API too where the settings name issuers, or `issuers` holds further ones.
    """
    engine, log = exporter_engine(url, settings), _log(settings)
    with _api(settings, url, log, issuers) as (requests, api):
        exporter = Exporter(settings, create_collectors(), engine, log=log, requests=requests)
        server = Server(create_app(exporter, api), listener)
        exporter.start()
        try:
            yield server
        finally:
            exporter.stop()
            engine.dispose()


@contextmanager
def _api(
    settings: ExporterSettings, url: URL, log: FilteringBoundLogger, issuers: Sequence[Issuer]
) -> Iterator[tuple[RequestMetrics | None, Api | None]]:
    """The API and what it counts; neither without an issuer, and then nothing of it is imported."""
    if not settings.api.issuers and not issuers:
        yield None, None
        return
    from exporter.http.api.application import create_api  # noqa: PLC0415 - takes the extra operations
    from exporter.http.api.service import open_service  # noqa: PLC0415 - the same
    from exporter.reporting.request_metrics import RequestMetrics  # noqa: PLC0415 - goes with it

    requests = RequestMetrics()
    with open_service(settings.api.address(url), settings, log) as service:
        yield requests, create_api(service, settings, requests, log, further=issuers)
