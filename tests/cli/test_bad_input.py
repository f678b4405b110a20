"""Whatever is wrong with what a command is given: one clear message, its exit code, no traceback."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from ledgerscope.cli import main, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

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
def test_without_a_database_the_ways_to_set_one_are_reported(command: list[str]) -> None:
    result = run(*command)
    assert result.exit_code == USAGE
    assert "give --database-url, set DATABASE_URL" in result.output


COMMANDS = (["collect", "--once"], ["db", "check"], ["db", "upgrade"])


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unreachable_database_is_one_message_without_the_password(command: list[str]) -> None:
    result = run(*command, "--database-url", NOWHERE)
    assert result.exit_code == DATABASE
    assert "Connection refused" in result.output
    assert (
        "the URL postgresql://reader:***@127.0.0.1:1/business is from option --database-url" in result.output
    )
    assert "hunter2" not in result.output


WRONG_URLS = {
    "mysql://root@localhost/business": "mysql is not supported; expected a URL that begins with postgresql://",
    "business": "not a database URL; expected postgresql://user:password@host:5432/database",
    "postgresql://localhost:http/business": "not a database URL; expected postgresql://",
}


@pytest.mark.parametrize("url", WRONG_URLS)
@pytest.mark.parametrize("command", [["serve"], *COMMANDS])
def test_a_wrong_url_is_blamed_on_the_option_it_came_from(command: list[str], url: str) -> None:
    result = run(*command, "--database-url", url, DATABASE_URL=NOWHERE)
    assert result.exit_code == SETTINGS
    assert f"option --database-url: database.url: {WRONG_URLS[url]}" in result.output


@pytest.mark.parametrize("url", [NOWHERE, "mysql://localhost/business"])
def test_a_url_is_blamed_on_the_variable_or_the_line_of_the_file_it_came_from(
    tmp_path: Path, url: str
) -> None:
    file = settings_file(tmp_path, f"database:\n  url: {url}\n")
    assert f"{file}:2:8" in run("collect", "--once", "--config", file).output
    assert "environment variable DATABASE_URL" in run("collect", "--once", DATABASE_URL=url).output
    variable = {"LEDGERSCOPE_DATABASE__URL": url}
    assert "environment variable LEDGERSCOPE_DATABASE__URL" in run("collect", "--once", **variable).output
    secret = tmp_path / "secret"
    secret.write_text(url, encoding="utf-8")
    assert str(secret) in run("collect", "--once", DATABASE_URL_FILE=str(secret)).output


def test_an_option_overrides_a_file_that_holds_the_url(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("postgresql://elsewhere.invalid/business", encoding="utf-8")
    result = run("collect", "--once", "--database-url", NOWHERE, DATABASE_URL_FILE=str(secret))
    assert "127.0.0.1:1/business is from option --database-url" in result.output


@pytest.mark.parametrize("command", [["serve"], *COMMANDS])
def test_a_settings_file_that_cannot_be_read_is_one_message(tmp_path: Path, command: list[str]) -> None:
    for unusable, wrong in (
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "none.yaml", "cannot be read: No such file or directory"),
        (tmp_path / "file" / "none.yaml", "cannot be read: Not a directory"),
        (tmp_path / "control.yaml", "holds characters that YAML does not allow"),
    ):
        (tmp_path / "file").touch()
        (tmp_path / "control.yaml").write_text("listen: \x07\n", encoding="utf-8")
        result = run(*command, "--config", str(unusable))
        assert result.exit_code == SETTINGS
        assert f"{unusable}: {wrong}" in result.output


def test_a_secret_that_is_no_text_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    result = run("collect", "--once", DATABASE_URL_FILE=str(tmp_path / "secret"))
    assert result.exit_code == SETTINGS
    assert "it is not UTF-8 text" in result.output


def test_a_missing_relation_is_named_with_its_collector_and_its_fix(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("drop table job_run"))
    checked = run("db", "check", "--database-url", exporter_url)
    assert checked.exit_code == DATABASE
    assert "job_run: there is no such table or view; needed by jobs" in checked.output
    assert "run: ledgerscope db upgrade, or create the view" in checked.output
    collected = run("collect", "--once", "--database-url", exporter_url)
    assert collected.exit_code == DATABASE
    assert "not collected:\n  jobs: job_run does not exist; run: " in collected.output
    assert 'ledgerscope_collector_up{collector="aging"} 1.0' in collected.output, "the others still deliver"


def test_a_missing_right_is_named_with_the_grant_that_fixes_it(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("revoke select on survey_response from ledgerscope_exporter"))
    checked = run("db", "check", "--database-url", exporter_url)
    assert checked.exit_code == DATABASE
    assert "survey_response: the login may not read it; needed by satisfaction" in checked.output
    assert 'GRANT SELECT ON survey_response TO "ledgerscope_exporter";' in checked.output
    assert run("collect", "--once", "satisfaction", "--database-url", exporter_url).exit_code == DATABASE


@pytest.mark.parametrize("command", [["collect", "--once"], ["db", "check"]])
def test_an_old_schema_is_distinguished_from_a_missing_one(
    owner: Engine, exporter_url: str, command: list[str]
) -> None:
    with owner.begin() as connection:
        connection.execute(text("update ledgerscope_version set version_num = '0000'"))
    result = run(*command, "--database-url", exporter_url)
    assert result.exit_code == DATABASE
    assert "run: ledgerscope db upgrade" in result.output


def test_collectors_that_fail_for_one_reason_share_a_message(owner: Engine, exporter_url: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("revoke select on tenant from ledgerscope_exporter"))
    result = run("collect", "--once", "--database-url", exporter_url)
    assert result.exit_code == DATABASE
    _, message = result.output.split("not collected:\n")
    assert message.startswith(
        "  lifecycle, credit, aging, statements, transfers, revenue, churn, satisfaction, communication, "
        "interactions, jobs, credentials, sync, audit: tenant may not"
    )
    assert result.output.count("may not be read") == 1


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("given", ["option", "variable"])
def test_a_port_that_is_taken_is_reported_before_anything_is_built(
    taken: int, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "create_collectors", lambda: pytest.fail("the exporter was built"))
    options = ("--port", str(taken)) if given == "option" else ()
    variables = {"LEDGERSCOPE_LISTEN__PORT": str(taken)} if given == "variable" else {}
    result = run("serve", "--database-url", NOWHERE, *options, **variables)
    assert result.exit_code == 1
    expected = f"cannot listen on 127.0.0.1:{taken}: the port is taken; choose another with --port"
    assert expected in result.output


def test_the_demo_reports_a_port_that_is_taken_before_anything_is_built(taken: int, tmp_path: Path) -> None:
    result = run("demo", "--port", str(taken), "--directory", str(tmp_path / "demo"))
    assert result.exit_code == 1
    assert (
        f"cannot listen on 127.0.0.1:{taken}: the port is taken; choose another with --port" in result.output
    )
    assert not (tmp_path / "demo").exists()


def test_the_demo_reports_a_directory_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("demo", "--once", "--directory", str(tmp_path / "file"))
    assert result.exit_code == SETTINGS
    assert "cannot be used (it is a file); name a directory that you may write to" in result.output


@pytest.mark.parametrize("url", WRONG_URLS)
def test_the_demo_blames_a_wrong_url_on_its_option(url: str) -> None:
    result = run("demo", "--once", "--database-url", url)
    assert result.exit_code == SETTINGS
    assert f"option --database-url: {WRONG_URLS[url]}" in result.output


def test_the_options_of_the_address_override_the_settings() -> None:
    options = ("--address", "127.0.0.2", "--port", "9200")
    result = run("serve", *options, "--print-settings", LEDGERSCOPE_LISTEN__PORT="9300")
    assert "  address: 127.0.0.2\n  port: 9200\n" in result.output


def test_build_outside_the_project_is_refused_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("build")
    assert result.exit_code == 1
    assert "is not the root of the project; go there, or name a folder with --out" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["build", "--out", str(tmp_path / "file" / "below")])
    assert result.exit_code == 1
    assert re.fullmatch(r"ledgerscope: \S+/file/below/\S+: Not a directory\n", result.stderr)


def test_what_to_run_names_the_folder_that_was_checked(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["build", "--check", "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr.endswith(f"files are not as generated; run: ledgerscope build --out {tmp_path}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not there")
def test_output_that_does_not_fit_is_a_message() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from ledgerscope.cli import main; main(['metrics'])"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "ledgerscope: the output: No space left on device\n")
