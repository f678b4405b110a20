from __future__ import annotations

from click.testing import CliRunner

from exporter.settings.reference import as_example, as_markdown
from ledgerscope.cli import main


def test_the_example_is_printed_unless_the_reference_is_asked_for() -> None:
    assert CliRunner().invoke(main, ["settings"]).output == as_example()
    assert CliRunner().invoke(main, ["settings", "--format", "markdown"]).output == as_markdown()
