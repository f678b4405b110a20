"""`ledgerscope demo` says what is wrong before anything is built, and lists its incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from ledgerscope.cli.demo import command
from ledgerscope.demo.simulation import INCIDENTS

if TYPE_CHECKING:
    from pathlib import Path


def test_the_help_lists_every_incident_with_what_it_is() -> None:
    text = CliRunner().invoke(command, ["--help"]).output
    assert [name for name, one in INCIDENTS.items() if f"{name:<18} {one.about}" not in text] == []


def test_an_unknown_incident_is_refused_with_the_known_ones() -> None:
    result = CliRunner().invoke(command, ["--incident", "flood"])
    assert result.exit_code == 2
    assert "stuck-jobs" in result.output


def test_a_directory_that_cannot_be_used_is_a_message(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    result = CliRunner().invoke(command, ["--once", "--directory", str(file / "below")])
    assert result.exit_code == 3
    assert "--directory" in result.output
    assert "name a directory that you may write to" in result.output
    assert "Traceback" not in result.output


def test_a_misspelt_incident_gets_the_nearest_name() -> None:
    result = CliRunner().invoke(command, ["--incident", "overdu"])
    assert result.exit_code == 2
    assert "did you mean 'overdue'?" in " ".join(result.output.split())
