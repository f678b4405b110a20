"""The console examples of docs/operations.md run in their order and print what the page says."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from ledgerscope.cli import main
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from sqlalchemy import Engine

    from tests.conftest import Database

PAGE = Path(__file__).parents[2] / "docs/operations.md"


def examples() -> Iterator[tuple[str, str]]:
    """Each command line and what it prints; `...` stands for anything."""
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        for one in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = one.partition("\n")
            yield line, printed


def test_the_commands_print_what_the_page_says(
    database: Database, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    with owner.begin() as connection:
        write_changes(connection, [Changes((Tenant("acme", "Acme", "Europe/Vienna", "EUR", "{}", made),))])
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setenv("LEDGERSCOPE_COMPANY", "acme")
    found = list(examples())
    assert found
    for line, printed in found:
        done = CliRunner().invoke(main, shlex.split(line)[1:])
        wanted = re.escape(printed).replace(re.escape("..."), ".*?")
        assert re.fullmatch(wanted, done.output, re.DOTALL), f"{line}\n{done.output}"
