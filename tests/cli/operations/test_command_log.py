"""The log of a command: quiet unless asked, in files where they are set, never on standard output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from click.testing import Result

CREATE = ("customers", "create", "--name", "Northwind", "--email", "ann@northwind.example", "--json")


def test_a_command_that_is_not_asked_logs_nothing(ledgerscope: Callable[..., Result]) -> None:
    assert ledgerscope(*CREATE).stderr == ""


def test_lines_go_to_standard_error_from_the_level_that_is_asked_for(
    ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGERSCOPE_LOG_LEVEL", "info")
    monkeypatch.setenv("LEDGERSCOPE_LOG__FORMAT", "json")
    ran = ledgerscope(*CREATE)
    json.loads(ran.stdout)
    line = json.loads(ran.stderr)
    assert line["context"]["operation"] == "customer.created"
    assert line["context"]["source"] == "cli"
    assert "ann@" not in ran.stderr


def test_files_get_the_lines_of_commands(
    ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEDGERSCOPE_LOG__FILE", str(tmp_path / "ls.log"))
    ledgerscope(*CREATE)
    ledgerscope("customers", "show", "C-000001")
    (file,) = (each for each in tmp_path.iterdir() if "errors" not in each.name)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    operations = [line["context"]["operation"] for line in lines]
    assert operations == ["customer.created", "customers.identify", "customers.get"]
    created, *read = (line["context"]["correlation_id"] for line in lines)
    assert read[0] == read[1] != created


def test_a_level_or_a_file_that_cannot_be_is_one_message(
    ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEDGERSCOPE_LOG_LEVEL", "loud")
    assert (
        "LEDGERSCOPE_LOG_LEVEL: one of debug, info, warning, error; not 'loud'" in ledgerscope(*CREATE).output
    )
    monkeypatch.delenv("LEDGERSCOPE_LOG_LEVEL")
    (tmp_path / "file").touch()
    monkeypatch.setenv("LEDGERSCOPE_LOG__FILE", str(tmp_path / "file" / "ls.log"))
    ran = ledgerscope(*CREATE)
    assert ran.exit_code == 3
    assert ran.output.startswith("ledgerscope: log.file: ")
