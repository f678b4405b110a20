"""Workers in processes of their own: side by side, and killed at any moment."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.customers import Refused
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.sync import Syncs
from tests.customers.sync.conftest import inconsistencies
from tests.customers.sync.worker_program import KEYS
from tests.processes import start
from tests.thoroughness import thorough_only, tries

if TYPE_CHECKING:
    import subprocess

    from sqlalchemy import Engine

    from tests.conftest import Database
    from tests.customers.conftest import Ledger

PROGRAM = Path(__file__).with_name("worker_program.py")
ROOT = Path(__file__).parents[3]
PATIENCE = 120
WAITS_HAVE_PASSED = text("update sync_schedule set next_due_at = now() where last_success_at is null")
SHORT = 1_000
"""Milliseconds of a lease: what was killed is due again so soon."""


@pytest.fixture
def live(app: Engine, ledger: Ledger) -> Operations:
    """Operations by the clock of the day, sealed: what workers in other processes use too."""
    return Operations(app, Caller(tenant_id="acme", actor="anna"), audit_keys=KEYS)


def scheduled(operations: Operations, count: int) -> list[str]:
    customers, syncs, made = Customers(operations), Syncs(operations), []
    for number in range(count):
        created = customers.create(NewCustomer(name=f"Customer {number}"))
        assert isinstance(created, CreatedCustomer)
        assert not isinstance(syncs.schedule(created.customer_id, "weekly"), Refused)
        made.append(created.customer_id)
    return made


def let_waits_pass(ledger: Ledger) -> None:
    """Whoever has not succeeded yet is due."""
    with ledger.owner.begin() as connection:
        connection.execute(WAITS_HAVE_PASSED)
    time.sleep(0.02)


def lines_of(notes: Path) -> int:
    return len(notes.read_bytes().splitlines()) if notes.exists() else 0


def worker(database: Database, notes: Path, milliseconds: int, lease: int = 120_000) -> subprocess.Popen[str]:
    return start(
        sys.executable, "-m", "tests.customers.sync.worker_program", database.app_url, "acme", notes,
        str(milliseconds), str(lease), cwd=ROOT,
    )  # fmt: skip


@thorough_only()
def test_two_workers_share_the_work_and_do_nothing_twice(
    live: Operations, database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    customers = scheduled(live, 200)
    notes = tmp_path / "notes"
    workers = [worker(database, notes, 2) for _ in range(2)]
    assert [each.wait(PATIENCE) for each in workers] == [0, 0]
    read = [line.split() for line in notes.read_text("utf-8").splitlines()]
    assert Counter(customer for _, customer in read) == Counter(customers)
    assert len({process for process, _ in read}) == 2, "both have worked"
    (runs,) = ledger.rows(
        "select count(*) as n, count(*) filter (where outcome = 'success') as good from sync_run"
    )
    assert tuple(runs) == (200, 200)
    assert inconsistencies(ledger) == []


@thorough_only()
def test_killed_workers_lose_nothing_and_record_nothing_twice(
    live: Operations, database: Database, ledger: Ledger, tmp_path: Path
) -> None:
    customers, random = scheduled(live, 40), Random(7)
    notes = tmp_path / "notes"
    for _ in range(tries(3, thorough=8)):
        killed = worker(database, notes, 50, SHORT)
        before = lines_of(notes)
        while lines_of(notes) == before and killed.poll() is None:
            let_waits_pass(ledger)
        time.sleep(random.uniform(0, 0.4))
        killed.send_signal(signal.SIGKILL)
        killed.wait(PATIENCE)
        assert inconsistencies(ledger) == []
    last = worker(database, notes, 0, SHORT)
    try:
        while last.poll() is None:
            let_waits_pass(ledger)
    finally:
        last.kill()
    assert last.wait() == 0
    (state,) = ledger.rows(
        "select count(*) as n, count(last_success_at) as good, count(claimed_run_id) as held "
        "from sync_schedule"
    )
    assert tuple(state) == (len(customers), len(customers), 0)
    twice = ledger.rows(
        "select customer_id from sync_run where outcome = 'success' group by customer_id having count(*) > 1"
    )
    assert twice == []
    errors = {row.error_class for row in ledger.rows("select distinct error_class from sync_run")}
    assert errors == {None, "abandoned"}
    assert inconsistencies(ledger) == []
