"""`ledgerscope demo`: a real PostgreSQL with an invented business in it, and the exporter serving it.

Wires everything that runs together: the embedded server, the migrations, the loader, the live simulation and
the exporter. All that is said goes to standard error, so that `--once` can be piped.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from collectors.registry import create as create_collectors
from exporter.exposition.text import Format
from exporter.http.server import listen
from exporter.reporting.log import configure
from exporter.runtime import Exporter, exporter_engine
from exporter.settings.model import Listen, Log
from ledgerscope.cli.choices import Name
from ledgerscope.cli.collect import report
from ledgerscope.cli.demo_access import demo_access
from ledgerscope.cli.exits import CommandFailed, SettingsFailed
from ledgerscope.cli.messages import failures_reported
from ledgerscope.cli.options import read_settings
from ledgerscope.cli.serve import serving
from ledgerscope.demo.datasets import DATASETS
from ledgerscope.demo.errors import DemoError
from ledgerscope.demo.load import load_demo
from ledgerscope.demo.simulation import INCIDENTS, Simulation
from ledgerscope.progress import on_stream
from ledgerscope.store import migrations, roles
from ledgerscope.store.databases import ensure_database
from ledgerscope.store.embedded import embedded_postgres
from ledgerscope.store.engine import Session, create_engine, parse_url
from ledgerscope.store.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from socket import socket

    from sqlalchemy import URL

    from exporter.settings.model import ExporterSettings
    from ledgerscope.cli.demo_access import DemoAccess

__all__ = ["command"]

_LIVING = "demo"
"""The dataset that goes on; a purchase history of real people is left as it was."""
_SCALE, _SPEED, _PORT = click.FloatRange(0.01, 100), click.FloatRange(0.1, 100), click.IntRange(0, 65535)


@click.command("demo")
@click.option("--once", is_flag=True, help="Print what /metrics would serve, then stop.")
@click.option("--dataset", type=click.Choice(list(DATASETS)), default="demo", show_default=True)
@click.option(
    "--scale",
    type=click.FloatRange(0.01, 100),
    default=1.0,
    show_default=True,
    help="Times as many customers.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed makes another business.")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="Times as many transactions; above 2, shares of 30 days grow too and may set off alerts.",
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to serve.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9108, show_default=True, help="0 takes a free one."
)
@click.option("--directory", type=click.Path(path_type=Path), help="Where to keep the embedded database.")
@click.option("--database-url", metavar="URL", help="Use this empty database instead of the embedded one.")
@click.option(
    "--incident",
    "incidents",
    type=Name("incident", list(INCIDENTS)),
    multiple=True,
    metavar="NAME",
    help="Let something go wrong, which sets off the alerts that name it; can be given several times.",
)
@click.option("--fresh", is_flag=True, help="Throw the demo's database away and make it anew.")
def command(  # noqa: PLR0917 - the options of a command line are its parameters
    once: bool,
    dataset: str,
    scale: float,
    seed: int,
    speed: float,
    address: str,
    port: int,
    directory: Path | None,
    database_url: str | None,
    incidents: tuple[str, ...],
    fresh: bool,
) -> None:
    """A living demo business on a real PostgreSQL, and its exporter serving.

    Nothing needs to be installed or configured. The first start makes the business, later ones go on with it
    from where it stopped. The business is healthy and sets off no alert, unless an incident is switched on.

    \b
    Incidents:
      blocked-customers  a third of all customers is blocked
      churn-wave         a quarter of all subscriptions ends at once
      credit-breaches    many invoices break the limits of their customers
      deletions          a script deletes dozens of customers an hour
      failed-jobs        most background jobs fail
      limits-exhausted   most customers owe more than they may
      overdue            half of all open invoices are long overdue
      stopped-queue      nobody works on the queue of reports
      stuck-jobs         jobs run on without a sign of life
      unhappy-customers  customers warn others, and rate the support as bad
      unknown-events     another program writes events with unknown labels

    \b
    Examples:
      ledgerscope demo
      ledgerscope demo --once | head
      ledgerscope demo --incident stuck-jobs --incident overdue
      ledgerscope demo --dataset cdnow --port 9200
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    database = (
        _given(database_url)
        if database_url
        else _embedded(directory or _state_directory(), _database_name(dataset, seed, scale), fresh=fresh)
    )
    with failures_reported(), _demo_failures_reported():
        listening = nullcontext(None) if once else listen(Listen(address=address, port=port))
        with listening as listener, database as url:
            migrations.upgrade(url)
            with on_stream(
                f"making the {dataset} business", _expected(dataset, scale), sys.stderr
            ) as advance:
                owner = url.render_as_string(hide_password=False)
                load_demo(
                    owner, until=datetime.now(UTC), seed=seed, scale=scale, dataset=dataset, progress=advance
                )
            settings = _settings(owner, address, port)
            if listener is None:
                _print_once(url, settings)
            else:
                life = _living(url, seed, speed, incidents) if dataset == _LIVING else nullcontext()
                access = demo_access(DATASETS[dataset].tenants[0], datetime.now(UTC))
                _serve(url, settings, listener, life, access)


@contextmanager
def _given(database_url: str) -> Iterator[URL]:
    try:
        url = parse_url(database_url)
    except Unreachable as wrong:
        raise SettingsFailed(f"option --database-url: {wrong}") from None
    yield url


@contextmanager
def _embedded(directory: Path, name: str, *, fresh: bool) -> Iterator[URL]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise SettingsFailed(
            f"option --directory: {directory} cannot be used ({_reason(refused)}); "
            "name a directory that you may write to"
        ) from None
    with embedded_postgres(directory) as server:
        yield ensure_database(server.url, name, anew=fresh)


def _reason(refused: OSError) -> str | None:
    # "File exists" is how the system puts that a file stands where a directory was expected
    return "it is a file" if isinstance(refused, FileExistsError) else refused.strerror


def _print_once(url: URL, settings: ExporterSettings) -> None:
    engine = exporter_engine(url, settings)
    exporter = Exporter(settings, create_collectors(), engine, log=configure(Log(level="error")))
    try:
        page = exporter.collect_once()
        report(page, tuple(page.records))
        click.echo(exporter.scrape.body(Format.TEXT, gzip=False), nl=False)
    finally:
        exporter.stop()
        engine.dispose()


def _serve(
    url: URL,
    settings: ExporterSettings,
    listener: socket,
    life: AbstractContextManager[None],
    access: DemoAccess | None,
) -> None:
    issuers = (access.issuer,) if access else ()
    with serving(settings, url, listener, issuers) as server, life:
        click.echo(_addresses(server.url, url), err=True)
        if access:
            click.echo(_api_call(server.url, access), err=True)
        server.run()


@contextmanager
def _living(url: URL, seed: int, speed: float, incidents: tuple[str, ...]) -> Iterator[None]:
    """The business goes on, with the rights of an application, until the block ends."""
    session = Session(application_name="ledgerscope-demo", role=roles.APP)
    engine = create_engine(url, session, pool_size=3)
    ended = Event()
    chosen = [INCIDENTS[name] for name in incidents]
    simulation = Simulation(engine, seed=seed, clock=lambda: datetime.now(UTC), speed=speed, incidents=chosen)
    thread = Thread(target=simulation.run, args=(ended,), name="simulation", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        engine.dispose()


def _settings(owner_url: str, address: str, port: int) -> ExporterSettings:
    """The settings of the environment, apart from what the demo decides itself."""
    decided = {
        "LEDGERSCOPE_DATABASE__ROLE": roles.EXPORTER,
        "LEDGERSCOPE_LISTEN__ADDRESS": address,
        "LEDGERSCOPE_LISTEN__PORT": str(port),
        "LEDGERSCOPE_LOG__LEVEL": "warning",
    }
    return read_settings(None, owner_url, decided)


def _addresses(served: str, url: URL) -> str:
    rows = (
        ("metrics", f"{served}/metrics"),
        ("status", f"{served}/"),
        ("health", f"{served}/health"),
        ("database", f"psql '{url.set(drivername='postgresql').render_as_string()}'"),
    )
    lines = "".join(f"\n  {name:<10}{value}" for name, value in rows)
    return f"\nThe demo business is alive; Ctrl-C ends it.\n{lines}\n"


def _api_call(served: str, access: DemoAccess) -> str:
    """How to ask the API; the token is one of this start and of invented data."""
    return (
        f"The API shows the data of the company {access.company} for twelve hours:\n\n"
        f"  curl -H 'Authorization: Bearer {access.token}' {served}/api/v1/analytics/dashboard/metrics\n"
    )


def _database_name(dataset: str, seed: int, scale: float) -> str:
    """One database for each business, so that asking for another never touches the first."""
    return re.sub(r"\W", "_", f"{dataset}_{seed}_{scale:g}")


def _state_directory() -> Path:
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "ledgerscope"


def _expected(dataset: str, scale: float) -> int:
    return DATASETS[dataset].expected_rows(scale)


@contextmanager
def _demo_failures_reported() -> Iterator[None]:
    try:
        yield
    except DemoError as failure:
        raise CommandFailed(str(failure)) from None
