"""`ledgerscope events` on the terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.processes import heed_interrupts, start

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from click.testing import Result

PROGRAM = Path(sys.executable).with_name("ledgerscope")
CREATE = ("customers", "create", "--actor", "anna", "--name")


def test_a_list_fits_eighty_columns_and_leads_on(
    ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("One", "Two", "Three"):
        ledgerscope(*CREATE, name)
    first = ledgerscope("events", "list", "--limit", "2", "--type", "CustomerCreated")
    assert first.exit_code == 0, first.output
    assert all(len(line) <= 80 for line in first.output.splitlines())
    assert "One" not in first.output
    assert first.output.count("CustomerCreated") == 2
    assert [line.split()[4] for line in first.output.splitlines()[2:4]] == ["C-000003", "C-000002"]
    before = first.output.split("more: --before ")[1].split()[0]
    rest = json.loads(ledgerscope("events", "list", "--json", "--before", before).output)
    assert [each["event_type"] for each in rest["events"]] == ["CustomerCreated"]
    shown = ledgerscope("events", "show", str(rest["events"][0]["event_id"]))
    assert "anna" in shown.output
    assert "cli" in shown.output


def test_amounts_are_shown_in_major_units_and_never_cut(
    ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ledgerscope(*CREATE, "One")
    for amount, currency in (("500", "EUR"), ("123456789", "JPY")):
        ledgerscope("invoices", "issue", "C-000001", "--amount", amount, "--currency", currency)
    table = " ".join(ledgerscope("events", "list", "--type", "InvoiceFinalised").output.split())
    assert "500.00" in table
    assert "123,456,789" in table
    newest = json.loads(ledgerscope("events", "list", "--json", "--limit", "1").output)["events"][0]
    assert newest["metadata"]["amount_minor"] == 123456789
    assert "123,456,789 JPY" in ledgerscope("events", "show", str(newest["event_id"])).output


def test_all_of_a_command_has_one_correlation_id(ledgerscope: Callable[..., Result]) -> None:
    for _ in range(2):
        ledgerscope(*CREATE, "N")
    two, one = json.loads(ledgerscope("events", "list", "--json").output)["events"]
    assert one["correlation_id"] != two["correlation_id"]
    (_, entry) = json.loads(ledgerscope("audit", "list", "--json").output)["entries"]
    assert entry["details"]["correlation_id"] == one["correlation_id"]


def test_events_of_a_customer_are_listed_by_its_number_or_identifier(
    ledgerscope: Callable[..., Result],
) -> None:
    made = [json.loads(ledgerscope(*CREATE, name, "--json").output) for name in ("One", "Two")]
    for reference in ("C-000002", made[1]["customer_id"]):
        listed = json.loads(ledgerscope("events", "list", "--customer", reference, "--json").output)["events"]
        assert {each["customer_id"] for each in listed} == {made[1]["customer_id"]}
    said = ledgerscope("events", "list", "--customer", "C-000003")
    assert (said.exit_code, "there is no customer 'C-000003'" in said.output) == (1, True)


def test_what_is_wrong_is_said(ledgerscope: Callable[..., Result]) -> None:
    said = ledgerscope("events", "list", "--type", "Nothing")
    assert said.exit_code == 1
    assert "event_type: one of AccessGranted" in said.output
    said = ledgerscope("events", "list", "--since", "yesterday")
    assert "--since: 'yesterday' is no instant; write it with its offset, as 2026-03-31T12" in said.output
    assert ledgerscope("events", "list", "--since", "2026-03-31T10:00Z").exit_code == 0
    assert ledgerscope("events", "list").output == "no events match\n"
    assert ledgerscope("events", "show", "7").exit_code == 1


def test_events_are_followed_until_ctrl_c(ledgerscope: Callable[..., Result]) -> None:
    ledgerscope(*CREATE, "N")
    command = (PROGRAM, "events", "list", "--follow", "--json", "--every", "0.1")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(*command, env=dict(os.environ), preexec_fn=heed_interrupts, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = json.loads(process.stdout.readline())
        ledgerscope(*CREATE, "M")
        second = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""
    assert first["event_id"] < second["event_id"]
