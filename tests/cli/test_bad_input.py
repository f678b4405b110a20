"""Whatever is wrong with what a command is given: one clear message, its exit code, no traceback."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from ledgerscope.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine

NOWHERE = "postgresql://reader:hunter2@127.0.0.1:1/business"
SETTINGS, DATABASE, USAGE = 3, 4, 2


def run(*arguments: str, **environment: str) -> Result:
    result = CliRunner(env={"DATABASE_URL": None, **environment}).invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def settings_file(folder: Path, content: str) -> str:
    path = folder / "ledgerscope.yaml"
    path.write_text(content, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("listn: {}\n", "ledgerscope.yaml:1:1: listn: there is no such setting; did you mean listen?"),
        ("listen:\n  port: many\n", "ledgerscope.yaml:2:9: listen.port: 'many' is not a whole number"),
        ("interval: soon\n", "ledgerscope.yaml:1:11: interval:"),
        ("collectors:\n  ageing: {}\n", "ledgerscope.yaml:2:11: collectors.ageing: there is no such setting"),
        ("listen: [\n", "ledgerscope.yaml:2:1: is not YAML"),
    ],
)
@pytest.mark.parametrize("command", [["serve"], ["collect", "--once"], ["db", "check"], ["db", "upgrade"]])
def test_a_wrong_setting_is_named_with_its_place(
    tmp_path: Path, command: list[str], content: str, message: str
) -> None:
    result = run(*command, "--config", settings_file(tmp_path, content))
    assert result.exit_code == SETTINGS
    assert message in result.output


def test_a_wrong_environment_variable_is_named() -> None:
    result = run("serve", LEDGERSCOPE_LISTEN__PORT="http")
    assert result.exit_code == SETTINGS
    assert "environment variable LEDGERSCOPE_LISTEN__PORT" in result.output


@pytest.mark.parametrize("command", [["serve"], ["collect", "--once"], ["db", "check"], ["db", "upgrade"]])
def test_without_a_database_the_ways_to_set_one_are_told(command: list[str]) -> None:
    result = run(*command)
    assert result.exit_code == USAGE
    assert "give --database-url, set DATABASE_URL" in result.output


@pytest.mark.parametrize("command", [["collect", "--once"], ["db", "check"], ["db", "upgrade"]])
def test_an_unreachable_database_is_one_message_without_the_password(command: list[str]) -> None:
    result = run(*command, "--database-url", NOWHERE)
    assert result.exit_code == DATABASE
    assert "Connection refused" in result.output
    assert "hunter2" not in result.output


def test_a_url_of_another_database_is_refused() -> None:
    result = run("db", "check", "--database-url", "mysql://root@localhost/business")
    assert result.exit_code == DATABASE
    assert "expected a URL that begins with postgresql://" in result.output


def test_a_missing_relation_is_named_with_its_collector_and_its_cure(
    owner: Engine, exporter_url: str
) -> None:
    with owner.begin() as connection:
        connection.execute(text("drop table job_run"))
    checked = run("db", "check", "--database-url", exporter_url)
    assert checked.exit_code == DATABASE
    assert "job_run: there is no such table or view; needed by jobs" in checked.output
    assert "run: ledgerscope db upgrade, or create the view" in checked.output
    collected = run("collect", "--once", "--database-url", exporter_url)
    assert collected.exit_code == DATABASE
    assert "not collected: jobs" in collected.output
    assert 'ledgerscope_collector_up{collector="aging"} 1.0' in collected.output, "the others still deliver"


def test_a_missing_right_is_named_with_the_grant_that_mends_it(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("revoke select on survey_response from ledgerscope_exporter"))
    checked = run("db", "check", "--database-url", exporter_url)
    assert checked.exit_code == DATABASE
    assert "survey_response: the login may not read it; needed by satisfaction" in checked.output
    assert 'GRANT SELECT ON survey_response TO "ledgerscope_exporter";' in checked.output
    assert run("collect", "--once", "satisfaction", "--database-url", exporter_url).exit_code == DATABASE


@pytest.mark.parametrize("command", [["collect", "--once"], ["db", "check"]])
def test_an_old_schema_is_told_from_a_missing_one(
    owner: Engine, exporter_url: str, command: list[str]
) -> None:
    with owner.begin() as connection:
        connection.execute(text("update ledgerscope_version set version_num = '0000'"))
    result = run(*command, "--database-url", exporter_url)
    assert result.exit_code == DATABASE
    assert "run: ledgerscope db upgrade" in result.output


def test_an_unknown_collector_is_answered_with_the_known_ones() -> None:
    result = run("collect", "--once", "ageing", "--database-url", NOWHERE)
    assert result.exit_code == USAGE
    assert "'aging'" in result.output


def test_an_address_that_is_taken_is_told(exporter_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("serve", "--database-url", exporter_url, LEDGERSCOPE_LISTEN__PORT=port)
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in result.output
