"""The audit log on the page: its length, its proofs, and what is gone of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from collectors.audit import AuditCollector
from ledgerscope.customers.audit import Audit, AuditKeys
from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger

ENTRIES = "customer_audit_entries"
MISSING = "customer_audit_missing_entries"
VERIFIED = "customer_audit_last_verified_timestamp_seconds"
FAULTS = "customer_audit_faults"
KEYS = AuditKeys("k", {"k": b"k" * 32})


class Log:
    """The log of acme, what somebody with the owner's rights does to it, and how the exporter sees it."""

    def __init__(self, app: Engine, exporter: Engine, ledger: Ledger, clock: Clock) -> None:
        caller = Caller(tenant_id="acme", actor="anna")
        self._operations = Operations(app, caller, clock=clock, audit_keys=KEYS)
        self._exporter = exporter
        self._owner = ledger.owner
        self._clock = clock

    def write(self, n: int) -> None:
        for number in range(n):
            Customers(self._operations).create(NewCustomer(name=f"n {number}"))

    def prove(self) -> None:
        self._clock.forward(hours=1)
        Audit(self._operations).verify(KEYS)

    def cut(self, *tables: str, after: int) -> None:
        with self._owner.begin() as connection:
            for table in tables:
                connection.execute(text(f"alter table {table} disable trigger all"))
                connection.execute(text(f"delete from {table} where seq > {after}"))  # noqa: S608 - of this file

    def page(self, hours_ago: float = 0) -> dict[str, float]:
        as_of = self._clock.now
        self._clock.forward(hours=-hours_ago)
        with self._exporter.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            found = AuditCollector().collect(connection, self._clock.now)
        self._clock.now = as_of
        return {one.metric.name: one.value for one in found if one.labels == ("acme",)}


@pytest.fixture
def log(app: Engine, exporter: Engine, ledger: Ledger, clock: Clock) -> Log:
    return Log(app, exporter, ledger, clock)


def test_a_log_is_as_long_as_its_last_entry_and_is_proven_or_not(log: Log, clock: Clock) -> None:
    assert log.page() == {ENTRIES: 0, MISSING: 0}
    log.write(3)
    assert log.page() == {ENTRIES: 3, MISSING: 0}
    log.prove()
    log.prove()
    assert log.page() == {ENTRIES: 3, MISSING: 0, VERIFIED: clock.now.timestamp(), FAULTS: 0}
    assert log.page(hours_ago=48) == {ENTRIES: 0, MISSING: 0}


def test_what_was_proven_and_cut_off_with_its_seals_is_missing(log: Log) -> None:
    log.write(3)
    log.prove()
    log.cut("audit_log", "audit_seal", after=1)
    assert log.page()[MISSING] == 2
    log.prove()
    assert (log.page()[FAULTS], log.page()[MISSING]) == (0, 2)


def test_what_a_seal_vouches_for_is_missing_without_any_proof(log: Log) -> None:
    log.write(3)
    log.cut("audit_log", after=1)
    assert log.page()[MISSING] == 2
    log.prove()
    assert log.page()[FAULTS] > 0
