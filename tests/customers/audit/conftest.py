"""A sealed audit log, and whoever owns its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.audit import Audit, AuditKeys, Verification
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from ledgerscope.customers.audit import Head
    from tests.customers.conftest import Clock, Ledger

KEYS = AuditKeys("new", {"new": b"n" * 32})
REHASH = """
    DO $$ DECLARE entry record; before bytea := ''; BEGIN
        FOR entry IN SELECT seq FROM audit_log ORDER BY seq LOOP
            UPDATE audit_log SET prev_hash = before, hash = ledgerscope_audit_hash(
                before, tenant_id, seq, actor, action, subject, details, at)
            WHERE seq = entry.seq RETURNING hash INTO before;
        END LOOP;
    END $$
"""
"""Computes every hash of the only company anew, as the database would."""


def create(operations: Operations, *names: str) -> None:
    for name in names:
        assert isinstance(Customers(operations).create(NewCustomer(name=name)), CreatedCustomer)


def proof(operations: Operations, keys: AuditKeys | None = None, known: Head | None = None) -> Verification:
    found = Audit(operations).verify(keys, known)
    assert isinstance(found, Verification)
    return found


def tamper(ledger: Ledger, *statements: str) -> None:
    """Change the log as whoever owns the tables could."""
    with ledger.owner.begin() as connection:
        for table in ("audit_log", "audit_seal"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            connection.exec_driver_sql(statement)
        for table in ("audit_log", "audit_seal"):
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def with_keys(app: Engine, ledger: Ledger, clock: Clock) -> Callable[[AuditKeys], Operations]:
    """Operations of acme whose audit entries are sealed."""

    def make(keys: AuditKeys) -> Operations:
        return Operations(app, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=keys)

    return make


@pytest.fixture
def sealed(with_keys: Callable[[AuditKeys], Operations]) -> Operations:
    """The same, with five customers created."""
    operations = with_keys(KEYS)
    create(operations, "a", "b", "c", "d", "e")
    return operations
