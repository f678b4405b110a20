"""`ledgerscope sync`, as it is typed, on PostgreSQL and with a Zuora of our own."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.customers.zuora.server import SECRET, WORKFLOWS, Answer, workflow
from tests.processes import start

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.customers.zuora.server import ZuoraServer

KEYS = f"k1:{base64.b64encode(b'k' * 32).decode()}"
PROGRAM = Path(sys.executable).parent / "ledgerscope"
WIDTH = 80
PATIENCE = 60


@pytest.fixture
def run(
    ledgerscope: Callable[..., Result], zuora_server: ZuoraServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Runs `ledgerscope sync` where C-000001 has a login that works and C-000002 has none."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    monkeypatch.setenv("LEDGERSCOPE_CREDENTIAL_KEYS", KEYS)
    monkeypatch.setenv("LEDGERSCOPE_ZUORA_HOSTS", zuora_server.host)
    for name in ("Northwind", "Southwind"):
        assert ledgerscope("customers", "create", "--name", name).exit_code == 0
    login = ["--client-id", "client-1", "--base-url", zuora_server.url]
    assert ledgerscope("credentials", "set", "C-000001", *login, input=f"{SECRET}\n").exit_code == 0
    return partial(ledgerscope, "sync")


def test_a_credential_that_is_set_is_synchronised_and_shown(
    run: Callable[..., Result], zuora_server: ZuoraServer
) -> None:
    zuora_server.workflows = [workflow(n) for n in range(1, 4)]
    assert run("run", "--once").stdout == "1 run: 1 succeeded\n"
    assert json.loads(run("run", "--once", "--json").stdout)["started"] == 0
    shown = json.loads(run("status", "C-000001", "--json").stdout)
    assert (shown["schedule"]["frequency"], shown["schedule"]["status"]) == ("hourly", "active")
    assert (shown["health"]["figures"]["total_workflows"], shown["health"]["score"]) == (3, 1.0)
    assert run("status", "C-000001").stdout.endswith("health score 1.00\n")
    for table in (("list",), ("runs",), ("runs", "C-000001"), ("workflows", "C-000001", "--limit", "2")):
        lines = run(*table).stdout.splitlines()
        assert len(lines) >= 3
        assert max(map(len, lines)) <= WIDTH
    assert "C-000001" in run("runs").stdout, "which customer, where runs of all are listed"
    assert "C-000001" not in run("runs", "C-000001").stdout
    assert "more: --cursor" in run("workflows", "C-000001", "--limit", "2").stdout


def test_schedules_are_directed(run: Callable[..., Result]) -> None:
    assert run("schedule", "C-000002", "weekly").stdout == "changed\n"
    assert run("schedule", "C-000002", "weekly").stdout == "nothing to change: it is so already\n"
    assert run("pause", "C-000001", "--reason", "maintenance").stdout == "changed\n"
    assert "paused; resume it first" in run("now", "C-000001").stderr
    said = "0 due now, 1 were so already, 1 are paused or not synchronised\n"
    assert run("now", "--all").stdout == said
    assert run("now", "C-000001", "C-000002").stdout == said
    assert run("resume", "C-000001").stdout == "changed\n"
    assert run("run", "--once").stdout == "2 runs: 1 succeeded, 1 failed\n"
    shown = json.loads(run("runs", "C-000002", "--json").stdout)["runs"]
    assert [each["error_class"] for each in shown] == ["credential_missing"]
    assert run("list", "--status", "error").stdout == "no customers are synchronised\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("now",), 2, "name customers, or give --all"),
        (("now", "--all", "C-000001"), 2, "name customers, or give --all"),
        (("schedule", "C-000001", "yearly"), 2, "'yearly' is not one of 'hourly', 'daily', 'weekly'"),
        (("status", "C-000002"), 1, "refused: the customer is not synchronised; give it a frequency first"),
        (("run", "--once", "--company", "nobody"), 1, "no company 'nobody'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    run: Callable[..., Result], arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == code
    assert message in done.stderr


def test_the_longest_time_of_a_run_can_be_set(run: Callable[..., Result], zuora_server: ZuoraServer) -> None:
    zuora_server.answer(WORKFLOWS, Answer(stuck=True))
    assert run("run", "--once", "--longest-run", "1").stdout == "1 run: 1 failed\n"
    (shown,) = json.loads(run("runs", "--json").stdout)["runs"]
    assert (shown["error_class"], shown["api_calls"]) == ("timeout", 2)


@pytest.mark.usefixtures("run")
def test_a_worker_runs_until_it_is_told_to_stop(run: Callable[..., Result]) -> None:
    worker = start(
        PROGRAM, "sync", "run", "--every", "1", stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "1 run: 1 succeeded\n"
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=PATIENCE)
    finally:
        worker.kill()
    assert worker.returncode == 0
    assert said.splitlines() == ["looking for due work", "stopped"]
