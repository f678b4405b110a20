"""`ledgerscope build`: everything that is generated, written or compared with what is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from alertmanager import room as alertmanager_room
from dashboards import room as dashboards_room
from ledgerscope.catalogue import AREAS, all_metrics
from ledgerscope.catalogue import checks as catalogue_checks
from ledgerscope.catalogue.reference import as_markdown
from ledgerscope.cli.exits import CommandFailed
from rules import room as rules_room
from rules.bundle import Bundle, compare, join, write

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["command"]

_ROOMS = (rules_room, dashboards_room, alertmanager_room)


@click.command("build")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail where a file would change.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Root of the project, or a folder to render into.  [default: here]",
)
def command(*, only_check: bool, out: Path) -> None:
    """Render rules, their tests, runbooks, dashboards, Alertmanager configuration and the metric reference.

    What is generated is committed; a rule, panel or route that names something the catalogue does not know is
    refused before anything is written.

    \b
    Examples:
      ledgerscope build
      ledgerscope build --check
      ledgerscope build --out /tmp/bundle
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    findings = tuple(_findings())
    for finding in findings:
        click.echo(finding, err=True)
    if findings:
        raise CommandFailed(f"{len(findings)} findings; nothing was written")
    bundle = join([_documents(), *(room.bundle() for room in _ROOMS)])
    changes = compare(bundle, out) if only_check else write(bundle, out)
    for change in changes:
        click.echo(change)
    if changes and only_check:
        raise CommandFailed(f"{len(changes)} files are not as generated; run: ledgerscope build")
    click.echo(f"{len(bundle.files)} files {'are as generated' if only_check else 'up to date'}", err=True)


def _findings() -> Iterator[str]:
    yield from map(str, catalogue_checks.check(list(all_metrics())))
    for room in _ROOMS:
        yield from map(str, room.check())


def _documents() -> Bundle:
    return Bundle({"docs/metrics.md": as_markdown(AREAS).encode()}, ("docs/metrics.md",))
