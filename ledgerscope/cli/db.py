"""`ledgerscope db`: bring the schema up to date, and check what a database offers to the collectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from collectors.registry import create as create_collectors
from ledgerscope.cli.exits import DatabaseFailed
from ledgerscope.cli.options import configured_database, settings_options
from ledgerscope.store import contract, migrations
from ledgerscope.store.engine import EXPORTER, create_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

__all__ = ["command"]


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

    \b
    Example:
      ledgerscope db upgrade --database-url postgresql://owner@db/business
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    with configured_database(config, database_url) as (_, url):
        done = migrations.upgrade(url)
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

    Exit code 4 where something is missing; each line says which collector it disables and what mends it.

    \b
    Example:
      ledgerscope db check --database-url postgresql://reader@db/business
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    with (
        configured_database(config, database_url) as (_, url),
        create_engine(url, EXPORTER, pool_size=0).connect() as connection,
    ):
        problems = tuple(_problems(connection))
    for problem in problems:
        click.echo(problem)
    if problems:
        raise DatabaseFailed(f"{len(problems)} problems found")
    click.echo("the database offers all that the collectors read")


def _problems(connection: Connection) -> Iterator[str]:
    version = contract.check_version(connection)
    if version:
        yield f"all collectors: {version.message}"
    for collector in create_collectors():
        for problem in contract.check(connection, collector.relations):
            yield f"{collector.name}: {problem.message}"
