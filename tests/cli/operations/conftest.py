"""Runs commands for the company acme, in a fresh database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

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


@pytest.fixture
def ledgerscope(database: Database, owner: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `ledgerscope` with the application's login."""
    with owner.begin() as connection:
        made = datetime(2026, 1, 1, tzinfo=UTC)
        write_changes(connection, [Changes((Tenant("acme", "Acme", "Europe/Vienna", "EUR", "{}", made),))])
    monkeypatch.setenv("DATABASE_URL", database.app_url)
    monkeypatch.setenv("LEDGERSCOPE_COMPANY", "acme")

    def invoke(*arguments: str, **more: str) -> Result:
        return CliRunner().invoke(main, [*arguments], **more)  # type: ignore[arg-type] # input=

    return invoke
