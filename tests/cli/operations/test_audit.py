"""`ledgerscope audit`: entries as a table, and a proof that ends with an exit code."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine

KEYS = f"k1:{base64.b64encode(b'k' * 32).decode()}"
WIDTH = 80


@pytest.fixture
def run(ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `ledgerscope` with keys; two customers were created by different actors."""
    monkeypatch.setenv("LEDGERSCOPE_AUDIT_KEYS", KEYS)
    for actor in ("u-1", "u-2"):
        done = ledgerscope("customers", "create", "--name", actor, "--actor", actor)
        assert done.exit_code == 0, done.output
    return ledgerscope


def test_entries_fit_the_terminal_and_lead_on(run: Callable[..., Result]) -> None:
    lines = run("audit", "list", "--limit", "1").stdout.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[2].split()[0] == "2"
    assert lines[-1] == "more: --before 2"
    assert json.loads(run("audit", "list", "--by", "u-1", "--json").stdout)["entries"][0]["seq"] == 1


@pytest.mark.parametrize("before", ["-1", str(2**63)])
def test_a_place_that_no_entry_has_is_refused(run: Callable[..., Result], before: str) -> None:
    done = run("audit", "list", "--before", before)
    assert (done.exit_code, done.stderr) == (1, "ledgerscope: refused: before: the seq of an entry\n")


def test_a_subject_is_shown_as_what_can_be_typed(run: Callable[..., Result]) -> None:
    """The number of a customer; what is none is whole, however narrow the terminal is."""
    (entry,) = json.loads(run("audit", "list", "--subject", "C-000002", "--json").stdout)["entries"]
    assert run("audit", "list", "--subject", entry["subject"]).stdout.splitlines()[-1].endswith("C-000002")
    run("aging", "refresh", "--day", "2026-02-03")
    assert run("audit", "list", "--limit", "1").stdout.splitlines()[2].endswith("2026-02-03")
    assert run("audit", "list", "--subject", "C-000003").stdout == "no entries match\n"


def test_a_sound_log_is_said_to_be_with_the_head_to_keep(run: Callable[..., Result]) -> None:
    entries, head, sound = run("audit", "verify").stdout.splitlines()
    assert entries == "2 entries, sealed up to 2"
    assert sound == "sound: the chain, and every entry against its seal"
    shown = json.loads(run("audit", "verify", "--json").stdout)
    assert (shown["checked"], shown["sealed_to"], shown["faults"]) == ("seals", 2, [])
    assert head == f"head 2:{shown['head']['mac']}"
    assert run("audit", "verify", "--known", head.removeprefix("head ")).exit_code == 0


def test_a_log_that_was_cut_off_since_a_head_was_kept_ends_with_exit_code_one(
    run: Callable[..., Result],
) -> None:
    done = run("audit", "verify", "--known", "2:" + "a" * 64)
    assert done.exit_code == 1
    assert "row 2 does not have the seal that was kept" in done.stderr
    assert "expected SEQ:MAC" in run("audit", "verify", "--known", "2").stderr


def test_a_forged_entry_ends_with_exit_code_one(run: Callable[..., Result], owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER append_only")
        connection.exec_driver_sql("DELETE FROM audit_log WHERE seq = 2")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[1] == "  row 2 was sealed and is missing"


def test_without_keys_the_proof_says_what_it_leaves_out(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEDGERSCOPE_AUDIT_KEYS")
    assert run("audit", "verify").stdout.splitlines() == [
        "2 entries; seals not checked",
        "the chain is sound; no keys are set, so seals were not checked",
    ]
    shown = json.loads(run("audit", "verify", "--json").stdout)
    assert (shown["checked"], shown["sealed_to"], shown["head"]) == ("chain", None, None)


def test_entries_from_before_keys_were_set_are_sealed_on_demand(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEDGERSCOPE_AUDIT_KEYS")
    assert run("customers", "create", "--name", "c").exit_code == 0
    assert "no keys to seal the log with" in run("audit", "seal").stderr
    monkeypatch.setenv("LEDGERSCOPE_AUDIT_KEYS", KEYS)
    assert "row 3 is not sealed" in run("audit", "verify").stderr
    assert run("audit", "seal", "--reason", "import").stdout == "sealed entries 3 to 3\n"
    assert run("audit", "verify").exit_code == 0
    assert json.loads(run("audit", "list", "--json").stdout)["entries"][0]["details"]["reason"] == "import"
    again = run("audit", "seal", "--json")
    assert (again.exit_code, "every row is sealed" in again.stderr) == (1, True)


@pytest.mark.parametrize("command", ["verify", "seal"])
def test_a_variable_that_is_set_and_blank_is_no_way_to_have_no_keys(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("LEDGERSCOPE_AUDIT_KEYS", " ")
    done = run("audit", command)
    assert done.exit_code == 3
    assert "LEDGERSCOPE_AUDIT_KEYS" in done.stderr


def test_keys_that_are_none_are_told_without_repeating_them(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "keys"
    path.write_text("k1:c2hvcnQ=")
    monkeypatch.setenv("LEDGERSCOPE_AUDIT_KEYS_FILE", str(path))
    done = run("audit", "verify")
    assert done.exit_code == 3
    assert "LEDGERSCOPE_AUDIT_KEYS_FILE: key k1: has 5 bytes; at least 32" in done.stderr
    assert "c2hvcnQ" not in done.stderr


def test_keys_are_pruned(run: Callable[..., Result]) -> None:
    assert run("customers", "create", "--name", "x", "--key", "k").exit_code == 0
    assert run("audit", "prune-keys").stdout == "forgot 0 keys older than 30 days\n"
    assert json.loads(run("audit", "prune-keys", "--days", "1", "--json").stdout) == {"keys": 0, "days": 1}
