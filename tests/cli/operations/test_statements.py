"""`ledgerscope statements`, as it is typed, on PostgreSQL and with a mail server."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from tests.customers.statements.delivery.mailbox import PASSWORD, USER, Server, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from click.testing import Result

DAYS = "--from 2026-10-01 --to 2026-10-31"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    yield from serve(tmp_path, "starttls", needs_login=True)


def through(server: Server) -> str:
    return (
        f"--mail-server localhost --mail-port {server.port} --mail-sender billing@example.com "
        f"--mail-user {USER} --mail-ca-file {server.authority}"
    )


def test_a_statement_is_written_and_listed(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "october.csv"
    made = read(f"statements generate C-000001 {DAYS} {file}")
    assert file.read_bytes().splitlines()[1] == b"opening,2026-10-01,,,,,0.00,EUR"
    assert (made["size_bytes"], file.stat().st_mode & 0o777) == (file.stat().st_size, 0o600)
    standard = ledgerscope(*shlex.split(f"statements generate C-000001 {DAYS} --format csv -"))
    assert standard.stdout_bytes == file.read_bytes()
    listed = read("statements list C-000001")["statements"]
    assert [(each["first"], each["last"], each["outcome"]) for each in listed] == [
        ("2026-10-01", "2026-10-31", "success")
    ] * 2
    assert " csv     download  success" in ledgerscope("statements", "list", "C-000001").stdout


def test_a_statement_goes_through_a_link_keeps_the_mode_and_fits_a_pipe(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result], tmp_path: Path
) -> None:
    file, link = tmp_path / "october.csv", tmp_path / "latest.csv"
    file.write_bytes(b"before")
    file.chmod(0o644)
    link.symlink_to(file.name)
    read(f"statements generate C-000001 {DAYS} {link}")
    assert (link.is_symlink(), file.stat().st_mode & 0o777) == (True, 0o644)
    standard = ledgerscope(*shlex.split(f"statements generate C-000001 {DAYS} --format csv /dev/stdout"))
    assert standard.stdout_bytes == file.read_bytes()
    assert standard.stdout.startswith("record,")


def test_a_file_that_cannot_be_written_is_named_before_anything_is_made(
    northwind: str, read: Callable[..., Any], refused: Callable[[str], str], tmp_path: Path
) -> None:
    assert "No such file or directory" in refused(f"statements generate C-000001 {DAYS} {tmp_path}/no/x.csv")
    assert "does not say which; give --format" in refused(f"statements generate C-000001 {DAYS} {tmp_path}/x")
    assert read("statements list C-000001")["statements"] == []


def test_a_period_is_in_order_and_leaves_no_file(
    northwind: str, refused: Callable[[str], str], tmp_path: Path
) -> None:
    said = refused(f"statements generate C-000001 --from 2026-10-31 --to 2026-10-01 {tmp_path}/x.csv")
    assert "the first day comes first" in said
    assert list(tmp_path.iterdir()) == []
    wrong = refused(f"statements generate C-000001 --from 2026-10-32 --to 2026-10-01 {tmp_path}/x.csv")
    assert wrong == "--from: '2026-10-32' is no day; write it as 2026-03-31"


def test_a_statement_is_sent(
    northwind: str, read: Callable[..., Any], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGERSCOPE_MAIL_PASSWORD", PASSWORD)
    sent = read(f"statements deliver C-000001 {DAYS} --format csv {through(server)}")
    assert server.mailbox.recipients == ["accounts@northwind.example"]
    assert server.mailbox.upgraded == [True]
    assert sent["statement_id"] in server.mailbox.messages[0]["Message-ID"]


def test_a_wrong_password_is_one_line(
    northwind: str, server: Server, refused: Callable[[str], str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "password").write_text("wrong\n", "utf-8")
    monkeypatch.setenv("LEDGERSCOPE_MAIL_PASSWORD_FILE", str(tmp_path / "password"))
    said = refused(f"statements deliver C-000001 {DAYS} --format csv {through(server)}")
    assert "refused user and password" in said


def test_a_user_needs_a_password(
    northwind: str, ledgerscope: Callable[..., Result], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEDGERSCOPE_MAIL_PASSWORD", raising=False)
    done = ledgerscope(*shlex.split(f"statements deliver C-000001 {DAYS} {through(server)}"))
    assert done.exit_code == 3
    assert "set LEDGERSCOPE_MAIL_PASSWORD or LEDGERSCOPE_MAIL_PASSWORD_FILE" in done.stderr
