"""`ledgerscope metrics`: the catalogue as a page, as data, or as a short table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ledgerscope.catalogue import AREAS
from ledgerscope.catalogue.reference import as_data, as_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.catalogue import Area

__all__ = ["command"]


@click.command("metrics")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "json"]),
    default="table",
    show_default=True,
    help="A table to look at, the reference page, or data.",
)
@click.argument(
    "areas", nargs=-1, metavar="[AREA]...", type=click.Choice([area.name for area in AREAS if area.metrics])
)
def command(form: str, areas: tuple[str, ...]) -> None:
    """Print the metrics that the exporter serves, all of them or those of some areas.

    \b
    Examples:
      ledgerscope metrics aging
      ledgerscope metrics --format json | jq '.[].name'
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    chosen = [area for area in AREAS if not areas or area.name in areas]
    click.echo(_FORMS[form](chosen), nl=False)


def _table(areas: Iterable[Area]) -> str:
    rows = [
        (metric.name, str(metric.kind), ", ".join(metric.label_names), metric.owner.team)
        for area in areas
        for metric in area.metrics
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    form = "  ".join([*(f"{{:{width}}}" for width in widths), "{}"])
    return "".join(form.format(*row) + "\n" for row in rows)


def _json(areas: Iterable[Area]) -> str:
    return json.dumps(as_data(areas), indent=2) + "\n"


_FORMS = {"table": _table, "markdown": as_markdown, "json": _json}
