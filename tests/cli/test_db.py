from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import URL, make_url

from ledgerscope.cli import main
from ledgerscope.store.databases import ensure_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def empty_database(server_url: str, administration: Engine) -> Iterator[URL]:
    name = f"empty_{uuid4().hex[:12]}"
    yield ensure_database(server_url, name)
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["db", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_an_empty_database_is_upgraded_once_and_then_found_up_to_date(empty_database: URL) -> None:
    url = empty_database.render_as_string(hide_password=False)
    assert "upgraded the schema from nothing to" in run("upgrade", "--database-url", url)
    assert "already; rights were renewed" in run("upgrade", "--database-url", url)


def test_what_the_migrations_made_is_all_that_the_collectors_read(exporter_url: str) -> None:
    assert make_url(exporter_url).query["options"] == "-c role=ledgerscope_exporter"
    assert (
        run("check", "--database-url", exporter_url) == "the database offers all that the collectors read\n"
    )
