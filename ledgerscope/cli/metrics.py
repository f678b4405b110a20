"""`ledgerscope metrics`: a list to search, one metric with its definition, the reference page, or data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ledgerscope.catalogue import AREAS
from ledgerscope.catalogue.reference import as_data, as_markdown
from ledgerscope.catalogue.search import named, nearest, search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledgerscope.catalogue import Area, Metric

    Found = Sequence[tuple[Area, Metric]]

__all__ = ["command"]

_HEADER = ("METRIC", "TYPE", "AREA")


@click.command("metrics")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="Text to read, the reference page, or data.",
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
def command(form: str, words: tuple[str, ...]) -> None:
    """List the metrics that the exporter serves, or print the definition of one.

    WORD is the name of a metric or of an area, or any text: the list shows what any of the words finds. The
    name of a metric alone prints its meaning, formula, labels and worked examples.

    \b
    Examples:
      ledgerscope metrics churn
      ledgerscope metrics chom_revenue_mrr
      ledgerscope metrics --format json aging | jq '.[].name'
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    found = _found(words)
    if form == "text":
        click.echo(_described(words) or _listed(found), nl=False)
        return
    areas = {area.name: area for area, _ in found}.values()
    metrics = {metric for _, metric in found}
    if form == "markdown":
        click.echo(as_markdown(areas, metrics), nl=False)
    else:
        click.echo(json.dumps(as_data(areas, metrics), indent=2))


def _found(words: tuple[str, ...]) -> Found:
    """What any of the words finds, each metric once; everything without a word."""
    if not words:
        return [(area, metric) for area in AREAS for metric in area.metrics]
    found: dict[str, tuple[Area, Metric]] = {}
    for word in words:
        matches = search(word)
        if not matches:
            raise click.UsageError(_nothing(word))
        found |= {metric.name: (area, metric) for area, metric in matches if metric.name not in found}
    return list(found.values())


def _nothing(word: str) -> str:
    names = nearest(word)
    hint = f"nearest: {', '.join(names)}" if names else f"areas: {', '.join(area.name for area in AREAS)}"
    return f"no metric, area or text matches {word!r}; {hint}"


def _described(words: tuple[str, ...]) -> str:
    """The definitions of the metrics, where every word is the name of one; else nothing."""
    from ledgerscope.cli.metric_text import describe  # noqa: PLC0415 - the list needs no text layout

    pairs = [pair for word in words if (pair := named(word))]
    return "\n\n".join(describe(area, metric) for area, metric in pairs) if len(pairs) == len(words) else ""


def _listed(found: Found) -> str:
    rows = [_HEADER, *((metric.name, str(metric.kind), area.name) for area, metric in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "".join(f"{name:{widths[0]}}  {kind:{widths[1]}}  {area}\n" for name, kind, area in rows)
