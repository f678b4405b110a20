"""`ledgerscope db`: bring the schema up to date, and check what a database offers to the collectors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from collectors.registry import create as create_collectors
from ledgerscope.cli.database_findings import findings
from ledgerscope.cli.exits import DatabaseFailed
from ledgerscope.cli.options import configured_database, settings_options
from ledgerscope.store import contract, migrations
from ledgerscope.store.engine import EXPORTER, OWNER, create_engine

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL, Engine

    from exporter.settings.model import ExporterSettings
    from ledgerscope.store.engine import Session

__all__ = ["command"]

_NAMESAKES = """\
{count} of another application have names that Ledgerscope needs: {names}
nothing was changed; choose one:
  - another database: create it, and give its URL
  - a schema of its own in this database: run CREATE SCHEMA ledgerscope, and add to every URL
      ?options=-c%20search_path%3Dledgerscope
  - keep this data where it is and provide it as views: see docs/connecting.md"""


@click.group("db")
def command() -> None:
    """The database schema.

    \b
    Examples:
      ledgerscope db upgrade --database-url postgresql://owner@db/business
      ledgerscope db check   --database-url postgresql://reader@db/business
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("upgrade")
@settings_options
def upgrade(config: Path | None, database_url: str | None) -> None:
    """Create or upgrade tables, roles, rights and policies; safe to repeat.

    Needs a login that may create tables. Everything happens in one transaction, so a failure changes nothing.
    Tables of another application with the same names are refused and left alone.

    \b
    Example:
      ledgerscope db upgrade --database-url postgresql://owner@db/business
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    with configured_database(config, database_url) as (settings, url):
        owner = replace(OWNER, schema=settings.database.schema_)
        _refuse_namesakes(url, owner)
        done = migrations.upgrade(url, session=owner)
    if done.before == done.after:
        click.echo(f"the schema is at {done.after} already; rights were renewed")
    else:
        click.echo(f"upgraded the schema from {done.before or 'nothing'} to {done.after}")
    for note in done.notes:
        click.echo(f"note: {note}")


@command.command("check")
@settings_options
def check(config: Path | None, database_url: str | None) -> None:
    """Check the schema's version and all that the collectors read, with the rights of the login.

    A finding is about one table or view: what it lacks, which areas need it, and what to run; or about rows
    that contradict each other, and how to correct them. Exit code 4 where there is a finding, else 0.

    \b
    Example:
      ledgerscope db check --database-url postgresql://reader@db/business
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    with (
        configured_database(config, database_url) as (settings, url),
        _reader(url, settings).connect() as connection,
    ):
        found = tuple(findings(connection, create_collectors()))
    for finding in found:
        click.echo(finding)
    if found:
        raise DatabaseFailed(f"{_counted(len(found), 'finding')}; docs/connecting.md lists every column")
    click.echo("the database offers all that the collectors read")


def _reader(url: URL, settings: ExporterSettings) -> Engine:
    """With the rights of the exporter, and more time: the rows of large tables are compared."""
    database = settings.database
    session = replace(EXPORTER, role=database.role, schema=database.schema_)
    return create_engine(url, session, pool_size=0)


def _refuse_namesakes(url: URL, owner: Session) -> None:
    with create_engine(url, owner, pool_size=0).connect() as connection:
        names = contract.namesakes(connection)
    if names:
        count = _counted(len(names), "table or view", "tables or views")
        raise DatabaseFailed(_NAMESAKES.format(count=count, names=", ".join(names)))


def _counted(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or f'{one}s'}"
