"""The page about connecting a database: as generated, complete, and its views work."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from collectors.registry import create as create_collectors
from ledgerscope.cli import connecting, main
from ledgerscope.cli.database_findings import needed
from ledgerscope.store.engine import OWNER, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

PAGE = Path(__file__).parents[2] / connecting.PAGE
VIEW = re.compile(r"^CREATE VIEW .*?;$", re.MULTILINE | re.DOTALL)


def page() -> str:
    return connecting.as_markdown(create_collectors())


def test_the_committed_page_is_what_the_contract_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: ledgerscope build"


def test_every_relation_and_column_is_there_with_its_type_and_meaning() -> None:
    text = page()
    for name, (relation, _) in needed(create_collectors()).items():
        section = text[text.index(f"\n### {name}\n") :].partition("\n### ")[2]
        for column in relation.columns:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{column.name}` | "))
            cells = [cell.strip() for cell in row.split(" | ")]
            assert cells[1], f"{name}.{column.name} has no type"
            assert cells[-1].strip("| "), f"{name}.{column.name} has no meaning"
            assert f"| `{column.name}` |" in section
        assert f"CREATE VIEW {name} AS SELECT" in section


@pytest.fixture
def elsewhere(clone_template: Callable[[], URL], administration: Engine) -> Iterator[URL]:
    """A superuser's URL of a database with our tables."""
    url = clone_template()
    yield url
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


def test_the_example_views_are_all_that_the_collectors_need(elsewhere: URL) -> None:
    """Our own tables, moved to another schema, are somebody else's database."""
    views = VIEW.findall(page())
    engine = create_engine(elsewhere, OWNER, pool_size=0)
    with engine.begin() as connection:
        connection.execute(text("create schema app"))
        tables = connection.execute(
            text("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
        ).scalars()
        for name in tables:
            connection.execute(text(f"alter table {name} set schema app"))
        for view in views:
            connection.exec_driver_sql(view)
    url = elsewhere.render_as_string(hide_password=False)
    result = CliRunner().invoke(main, ["db", "check", "--database-url", url])
    assert result.output == "the database offers all that the collectors read\n"
    reader = engine.execution_options(isolation_level="REPEATABLE READ")
    with reader.connect() as connection, connection.begin():
        for collector in create_collectors():
            collector.collect(connection, datetime(2026, 6, 15, tzinfo=UTC))
    engine.dispose()
