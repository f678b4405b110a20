"""`ledgerscope db`: upgrading, and what a check says of a database of our own or of somebody else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import URL, inspect, make_url, text

from ledgerscope.cli import main
from ledgerscope.store.databases import ensure_database
from ledgerscope.store.engine import OWNER, create_engine
from tests.collectors.books import LONG_AGO, Books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine

    from tests.conftest import Database

DATABASE = 4


@pytest.fixture
def empty_database(server_url: str, administration: Engine) -> Iterator[URL]:
    name = f"empty_{uuid4().hex[:12]}"
    yield ensure_database(server_url, name)
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["db", *arguments])


def run(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == DATABASE, result.output
    return result.output


def shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def execute(url: URL, *statements: str) -> None:
    engine = create_engine(url, OWNER, pool_size=0)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_an_empty_database_is_upgraded_once_and_then_found_up_to_date(empty_database: URL) -> None:
    url = shown(empty_database)
    assert "upgraded the schema from nothing to" in run("upgrade", "--database-url", url)
    assert "already; rights were renewed" in run("upgrade", "--database-url", url)


def test_what_the_migrations_made_is_all_that_the_collectors_read(exporter_url: str) -> None:
    assert make_url(exporter_url).query["options"] == "-c role=ledgerscope_exporter"
    assert (
        run("check", "--database-url", exporter_url) == "the database offers all that the collectors read\n"
    )


def test_tables_of_another_application_are_left_alone(empty_database: URL) -> None:
    execute(empty_database, "CREATE TABLE customer (id int)", "CREATE TABLE invoice (id int)")
    message = refused("upgrade", "--database-url", shown(empty_database))
    assert (
        "2 tables or views of another application have names that Ledgerscope needs: customer, invoice"
        in message
    )
    assert "nothing was changed" in message
    for way in ("another database", "CREATE SCHEMA ledgerscope", "search_path", "docs/connecting.md"):
        assert way in message
    engine = create_engine(empty_database, OWNER, pool_size=0)
    with engine.connect() as connection:
        assert sorted(inspect(connection).get_table_names()) == ["customer", "invoice"]
    engine.dispose()


def test_a_schema_of_its_own_works_beside_them(empty_database: URL) -> None:
    execute(empty_database, "CREATE TABLE customer (id int)", "CREATE SCHEMA ledgerscope")
    own = empty_database.update_query_dict({"options": "-c search_path=ledgerscope"})
    assert "upgraded the schema from nothing to" in run("upgrade", "--database-url", shown(own))
    assert run("check", "--database-url", shown(own)) == "the database offers all that the collectors read\n"


def test_the_schema_of_the_settings_is_the_one_that_is_upgraded_and_checked(
    empty_database: URL, tmp_path: Path
) -> None:
    execute(empty_database, "CREATE SCHEMA mine")
    (tmp_path / "settings.yaml").write_text("database: {schema: mine}\n", encoding="utf-8")
    given = ("--config", str(tmp_path / "settings.yaml"), "--database-url", shown(empty_database))
    run("upgrade", *given)
    engine = create_engine(empty_database, OWNER, pool_size=0)
    assert inspect(engine).get_table_names(schema="public") == []
    assert "invoice" in inspect(engine).get_table_names(schema="mine")
    assert "all that the collectors read" in run("check", *given)
    engine.dispose()


def test_a_check_has_the_rights_of_the_role_of_the_settings(
    server_url: str, database: Database, administration: Engine, tmp_path: Path
) -> None:
    name = f"login_{uuid4().hex[:12]}"
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN NOINHERIT IN ROLE ledgerscope_exporter")
    try:
        url = make_url(server_url).set(username=name, database=make_url(database.owner_url).database)
        (tmp_path / "settings.yaml").write_text("database: {role: ledgerscope_exporter}\n", encoding="utf-8")
        with_role = ("--config", str(tmp_path / "settings.yaml"), "--database-url", shown(url))
        assert "all that the collectors read" in run("check", *with_role)
        assert "GRANT" in refused("check", "--database-url", shown(url))
    finally:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"DROP ROLE {name}")


def test_a_password_in_the_parameters_of_a_url_is_masked() -> None:
    output = refused("check", "--database-url", "postgresql://reader@127.0.0.1:1/b?password=hunter2")
    assert "hunter2" not in output
    assert "?password=*** is from option --database-url" in output


def test_one_finding_per_relation_whoever_reads_it(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("drop table job_run"))
        connection.execute(text("alter table customer rename column status to state"))
        connection.execute(text("alter table customer rename column terms_days to terms"))
        connection.execute(text("alter table plan alter column created_at type timestamp"))
        connection.execute(text("revoke select on survey_response from ledgerscope_exporter"))
    output = refused("check", "--database-url", exporter_url)
    findings = [line for line in output.splitlines() if line and not line.startswith((" ", "ledgerscope:"))]
    assert [finding.partition("; needed by ")[0] for finding in findings] == [
        "customer: 2 columns are missing",
        "plan: 1 column has the wrong type",
        "survey_response: the login may not read it",
        "job_run: there is no such table or view",
    ]
    assert findings[0].partition("; needed by ")[2].startswith("lifecycle, credit")
    assert findings[-1].endswith("; needed by jobs")
    assert "ledgerscope: 4 findings" in output


def test_a_finding_shows_what_fixes_it(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("drop table job_run"))
        connection.execute(text("alter table customer rename column status to state"))
        connection.execute(text("alter table plan alter column created_at type timestamp"))
        connection.execute(text("revoke select on survey_response from ledgerscope_exporter"))
    output = refused("check", "--database-url", exporter_url)
    assert "  run: ledgerscope db upgrade, or create the view:\n" in output
    assert "  CREATE VIEW job_run AS SELECT\n" in output
    assert "  customer has no column status (TEXT); in a view: source.status::text AS status\n" in output
    assert (
        "  plan.created_at is timestamp, expected timestamptz; "
        "in a view: source.created_at::timestamp with time zone AS created_at\n" in output
    )
    assert '  GRANT SELECT ON survey_response TO "ledgerscope_exporter";\n' in output


def test_an_old_schema_is_one_finding(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("drop table job_run"))
        connection.execute(text("update ledgerscope_version set version_num = '0000'"))
    output = refused("check", "--database-url", exporter_url)
    assert "ledgerscope_version: the schema is at revision 0000" in output
    assert "run: ledgerscope db upgrade" in output
    assert "job_run" not in output, "the upgrade brings it"
    assert "ledgerscope: 1 finding" in output


def test_rows_that_contradict_each_other_are_findings_too(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        books = Books(connection)
        books.tenant()
        customer, plan = books.customer(), books.plan()
        subscription = books.subscription(customer, plan)
        keys = {"tenant_id": "acme", "subscription_id": subscription, "customer_id": customer}
        books.version(keys, plan, 2000, LONG_AGO)
        books.write()
    output = refused("check", "--database-url", exporter_url)
    assert "company acme: a subscription version has another price than its plan (1 row, such as " in output
    assert "ledgerscope: 1 finding" in output


def test_a_login_without_rights_gets_the_grant_for_each_relation(
    server_url: str, empty_database: URL, administration: Engine
) -> None:
    invoke("upgrade", "--database-url", shown(empty_database))
    login = f"reader_{uuid4().hex[:12]}"
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {login} LOGIN PASSWORD 'secret'")
    try:
        output = refused(
            "check", "--database-url", shown(empty_database.set(username=login, password="secret"))
        )
    finally:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"DROP ROLE {login}")
    assert "invoice: the login may not read it" in output
    assert re.search(rf"GRANT SELECT ON \S*invoice\S* TO \S*{login}", output)
    assert "permission denied" not in output


def test_relations_in_a_schema_that_the_login_does_not_see_are_one_finding(
    empty_database: URL, tmp_path: Path
) -> None:
    execute(empty_database, "CREATE SCHEMA ledgerscope")
    settings = tmp_path / "ledgerscope.yaml"
    settings.write_text("database: {schema: ledgerscope}\n")
    run("upgrade", "--config", str(settings), "--database-url", shown(empty_database))
    found = refused("check", "--database-url", shown(empty_database))
    assert (
        "relations are in the schema ledgerscope, which this login does not look into: allocation, " in found
    )
    assert 'run: GRANT USAGE ON SCHEMA "ledgerscope" TO "postgres";' in found
    assert "and set database.schema to ledgerscope" in found
    assert "there is no such table or view" not in found
