"""`ledgerscope settings`: a settings file to start from, or the reference of all settings."""

from __future__ import annotations

import click

from exporter.settings.reference import as_example, as_markdown

__all__ = ["command"]

_FORMS = {"example": as_example, "markdown": as_markdown}


@click.command("settings")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMS)),
    default="example",
    show_default=True,
    help="A commented settings file, or the reference page.",
)
def command(form: str) -> None:
    """Print a settings file to start from: every setting with its meaning and default.

    What is in force is printed by: ledgerscope serve --print-settings

    \b
    Examples:
      ledgerscope settings > ledgerscope.yaml
      ledgerscope settings --format markdown
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    click.echo(_FORMS[form](), nl=False)
