"""`ledgerscope collect --once`: one run of the collectors, printed as a scrape would show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from collectors.registry import create as create_collectors
from exporter.exposition.text import Format
from exporter.reporting.log import configure
from exporter.reporting.scrape import Restriction
from exporter.runtime import Exporter, exporter_engine
from exporter.settings.model import Log
from ledgerscope.catalogue.exporter import COLLECTORS
from ledgerscope.cli.choices import Name
from ledgerscope.cli.exits import DatabaseFailed
from ledgerscope.cli.options import configured_database, settings_options
from ledgerscope.store.contract import check_version

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from exporter.state.page import Page

__all__ = ["command", "report", "scraped"]

_FORMATS = {"text": Format.TEXT, "openmetrics": Format.OPENMETRICS}


@click.command("collect")
@settings_options
@click.option(
    "--once", is_flag=True, required=True, help="Run once; to collect continuously: ledgerscope serve."
)
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
@click.argument("names", nargs=-1, metavar="[NAME]...", type=Name("collector", COLLECTORS))
def command(
    config: Path | None, database_url: str | None, *, once: bool, form: str, names: tuple[str, ...]
) -> None:
    """Run collectors once: print the metrics, and on standard error how long each took.

    \b
    Examples:
      ledgerscope collect --once --database-url postgresql://reader@db/business
      ledgerscope collect --once aging revenue | promtool check metrics
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    del once  # says what happens; there is no other way
    with configured_database(config, database_url) as (settings, url):
        engine = exporter_engine(url, settings)
        exporter = Exporter(settings, create_collectors(), engine, log=configure(Log(level="error")))
        try:
            _refuse_other_versions(engine)
            page = exporter.collect_once(names)
            click.echo(scraped(exporter, _FORMATS[form], names), nl=False)
        finally:
            exporter.stop()
            engine.dispose()
        report(page, names or COLLECTORS)


def scraped(exporter: Exporter, form: Format, names: tuple[str, ...]) -> bytes:
    """What a scrape would get now, restricted to the named collectors where there are any."""
    if names:
        return exporter.scrape.restricted(form, Restriction(collectors=names), gzip=False)
    return exporter.scrape.body(form, gzip=False)


def report(page: Page, names: tuple[str, ...]) -> None:
    """Write what each run took; raises DatabaseFailed where one failed, with each reason once."""
    failed: dict[str, list[str]] = {}
    for name in names:
        record = page.records[name]
        took = "" if record.duration is None else f"{1000 * record.duration:8.1f} ms"
        if record.reason:
            failed.setdefault(record.reason, []).append(name)
        result = "failed" if record.reason else f"{record.slot.samples if record.slot else 0} samples"
        click.echo(f"{name:<14}{took:>11}  {result}", err=True)
        for company, reason in record.isolated.items():
            click.echo(f"{'':<27}without {company}: {reason}", err=True)
    if failed:
        reasons = "".join(f"\n  {', '.join(group)}: {reason}" for reason, group in failed.items())
        raise DatabaseFailed(f"not collected:{reasons}")


def _refuse_other_versions(engine: Engine) -> None:
    with engine.connect() as connection:
        problem = check_version(connection)
    if problem:
        raise DatabaseFailed(problem.message)
