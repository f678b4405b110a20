"""Runs commands for the company acme, in a fresh database."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from ledgerscope.cli import main
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from sqlalchemy import Engine

    from tests.conftest import Database
    from tests.leaks import Outputs


@pytest.fixture
def ledgerscope(
    database: Database, owner: Engine, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs `ledgerscope` with the application's login; secrets are looked for in what it prints."""
    with owner.begin() as connection:
        made = datetime(2026, 1, 1, tzinfo=UTC)
        write_changes(connection, [Changes((Tenant("acme", "Acme", "Europe/Vienna", "EUR", "{}", made),))])
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setenv("LEDGERSCOPE_COMPANY", "acme")

    def invoke(*arguments: str, **more: str) -> Result:
        done = CliRunner().invoke(main, [*arguments], **more)  # type: ignore[arg-type] # input=
        for line in done.output.splitlines():
            outputs.add_said(line)
        return done

    return invoke


@pytest.fixture
def northwind(ledgerscope: Callable[..., Result]) -> str:
    """The number of a customer in euros."""
    done = ledgerscope("customers", "create", "--name", "Northwind", "--email", "accounts@northwind.example")
    assert done.exit_code == 0, done.output
    return "C-000001"


@pytest.fixture
def read(ledgerscope: Callable[..., Result]) -> Callable[..., Any]:
    """Runs a command with --json, as one line; what it printed."""

    def run(line: str) -> Any:
        done = ledgerscope(*shlex.split(line), "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def refused(ledgerscope: Callable[..., Result]) -> Callable[[str], str]:
    """Runs a command that has to end with one line and exit code 1; the line."""

    def run(line: str) -> str:
        done = ledgerscope(*shlex.split(line))
        code = 2 if done.stderr.startswith(("ledgerscope: --", "ledgerscope: give --")) else 1
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.output
        return done.stderr.removeprefix("ledgerscope: ").rstrip("\n")

    return run
