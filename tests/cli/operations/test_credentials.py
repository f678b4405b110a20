"""`ledgerscope credentials`: the whole life of a login, whose secret is never shown."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from tests.customers.zuora.server import SECRET, TOKEN, Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from tests.customers.zuora.server import ZuoraServer

OLD, NEW = (f"{name}:{base64.b64encode(name.encode() * 16).decode()}" for name in ("k1", "k2"))
WIDTH = 80


@pytest.fixture
def run(
    ledgerscope: Callable[..., Result], zuora_server: ZuoraServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs `ledgerscope credentials` with keys; there is a customer C-000001. No output holds the secret."""
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS", OLD)
    monkeypatch.setenv("LEDGERSCOPE_ZUORA_HOSTS", zuora_server.host)
    assert ledgerscope("customers", "create", "--name", "Northwind").exit_code == 0

    def invoke(*arguments: str, secret: str = f"{SECRET}\n") -> Result:
        done = ledgerscope("credentials", *arguments, input=secret)
        assert SECRET not in done.output
        assert "t0k3n" not in done.output
        return done

    return invoke


def login(server: ZuoraServer) -> list[str]:
    return ["--client-id", "client-1", "--base-url", server.url]


def test_a_login_is_set_shown_used_and_revoked(run: Callable[..., Result], zuora_server: ZuoraServer) -> None:
    saved = json.loads(run("set", "C-000001", *login(zuora_server), "--json").stdout)
    assert (saved["version"], saved["changed"]) == (1, True)
    shown = json.loads(run("show", "C-000001", "--json").stdout)
    assert (shown["base_url"], shown["key_id"], shown["client_id"]) == (zuora_server.url, "k1", "...")
    assert "key id" in run("show", "C-000001").stdout
    assert run("validate", "C-000001").stdout == "the login works: the first page shows 2 workflows\n"
    entries = json.loads(run("access", "--customer", "C-000001", "--json").stdout)["entries"]
    assert [(each["action"], each["user_agent"]) for each in entries] == [("validate", "ledgerscope-cli")]
    assert run("revoke", "C-000001", "--reason", "contract ended").exit_code == 0
    assert "no credential" in run("show", "C-000001").stderr
    assert run("list").stdout == "no credentials match\n"
    assert len(json.loads(run("list", "--ended", "--json").stdout)["credentials"]) == 1


def test_lists_fit_the_terminal_and_lead_on(run: Callable[..., Result], zuora_server: ZuoraServer) -> None:
    run("set", "C-000001", *login(zuora_server))
    run("revoke", "C-000001")
    run("set", "C-000001", *login(zuora_server))
    run("validate", "C-000001")
    run("validate", "C-000001")
    for asked in (["list", "--ended"], ["access"]):
        *lines, last = run(*asked, "--limit", "1").stdout.splitlines()
        assert max(map(len, lines)) <= WIDTH
        assert last.startswith("more: --cursor ")
        assert run(*asked, "--cursor", last.removeprefix("more: --cursor ")).exit_code == 0


def test_a_login_that_does_not_work_ends_with_exit_code_one(
    run: Callable[..., Result], zuora_server: ZuoraServer
) -> None:
    for arguments in (["set", "C-000001"], ["validate"]):
        done = run(*arguments, *login(zuora_server), secret="wr0ng")
        assert done.exit_code == 1
        assert "refused: Zuora refused the client id and secret" in done.stderr
        assert "wr0ng" not in done.output
    zuora_server.answer(TOKEN, *[Answer(301, headers={"Location": "http://evil.example"})])
    assert "not followed" in run("validate", *login(zuora_server)).stderr
    assert "base_url" in run("validate", "--client-id", "x", "--base-url", "http://evil.example").stderr
    assert run("validate", *login(zuora_server)).exit_code == 0


def test_the_secret_comes_from_a_file_or_standard_input(
    run: Callable[..., Result], zuora_server: ZuoraServer, tmp_path: Path
) -> None:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n", "utf-8")
    done = run("validate", *login(zuora_server), "--secret-file", str(path), "--json", secret="")
    assert json.loads(done.stdout)["workflows"] == 2
    assert "expected on standard input" in run("validate", *login(zuora_server), secret=" ").stderr
    assert "--client-id" in run("validate").stderr


def test_keys_change_while_both_are_at_hand(
    run: Callable[..., Result], zuora_server: ZuoraServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("set", "C-000001", *login(zuora_server))
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS", NEW)
    lost = run("rotate")
    assert lost.exit_code == 1
    assert "1 with k1" in lost.stderr
    assert "version 1: none of the keys reads it" in lost.stderr
    assert "names the key k1" in run("validate", "C-000001").stderr
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS", f"{NEW},{OLD}")
    assert run("rotate").stdout == "1 credentials encrypted anew\n"
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS", NEW)
    assert json.loads(run("rotate", "--json").stdout) == {"reencrypted": 0, "left": {}, "unreadable": []}
    assert run("validate", "C-000001").exit_code == 0


def test_wrong_settings_are_named(
    run: Callable[..., Result], zuora_server: ZuoraServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEDGERSCOPE_ZUORA_HOSTS", "https://x")
    assert "LEDGERSCOPE_ZUORA_HOSTS" in run("list").stderr
    monkeypatch.setenv("LEDGERSCOPE_ZUORA_HOSTS", zuora_server.host)
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS", "k1:c2hvcnQ=")
    assert "LEDGERSCOPE_CREDENTIAL_KEYS: key k1: has 5 bytes" in run("list").stderr
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS_FILE", str(tmp_path / "none"))
    assert "LEDGERSCOPE_CREDENTIAL_KEYS_FILE" in run("list").stderr
    monkeypatch.delenv("LEDGERSCOPE_CREDENTIAL_KEYS_FILE")
    monkeypatch.delenv("LEDGERSCOPE_CREDENTIAL_KEYS")
    assert "there are none" in run("set", "C-000001", *login(zuora_server)).stderr
