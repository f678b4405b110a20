"""The audit log is read page by page, sealed with every operation, and proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.audit import Audit, AuditKeys, AuditPage, ListAudit, Verification
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = AuditKeys("new", {"new": NEW})


@pytest.fixture
def sealed(app: Engine, ledger: Ledger, clock: Clock) -> Operations:
    """Operations of acme whose audit entries are sealed; three customers were created."""
    operations = Operations(app, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=KEYS)
    for name in ("a", "b", "c"):
        assert isinstance(Customers(operations).create(NewCustomer(name=name)), CreatedCustomer)
    return operations


def proof(operations: Operations, keys: AuditKeys | None = None) -> Verification:
    found = Audit(operations).verify(keys)
    assert isinstance(found, Verification)
    return found


def tamper(ledger: Ledger, *statements: str) -> None:
    """Change the log as whoever owns the tables could."""
    with ledger.owner.begin() as connection:
        for table in ("audit_log", "audit_seal"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_a_log_that_nobody_touched_is_sound_and_the_proof_is_kept(sealed: Operations, ledger: Ledger) -> None:
    found = proof(sealed, KEYS)
    assert (found.sound, found.rows, found.sealed_to) == (True, 3, 3)
    assert ledger.rows("select rows, sealed_to, faults from audit_verification") == [(3, 3, 0)]


# A forger who computes every hash anew, as the database would.
REHASHED = """
    UPDATE audit_log SET actor = 'eve', hash = ledgerscope_audit_hash(
        prev_hash, tenant_id, seq, 'eve', action, subject, details, at) WHERE seq = 3
"""


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (
            ("UPDATE audit_log SET actor = 'eve' WHERE seq = 2",),
            "row 2 does not follow from the row before it",
        ),
        ((REHASHED,), "row 3 is not what was sealed"),
        (("DELETE FROM audit_log WHERE seq = 3",), "row 3 was sealed and is missing"),
        (("UPDATE audit_seal SET mac = sha256('x') WHERE seq = 1",), "row 1 is not what was sealed"),
        (("UPDATE audit_seal SET key_id = 'lost' WHERE seq = 1",), "row 1 is sealed with the key lost"),
    ],
)
def test_what_was_changed_or_cut_off_is_found(
    sealed: Operations, ledger: Ledger, statements: tuple[str, ...], fault: str
) -> None:
    tamper(ledger, *statements)
    assert any(each.startswith(fault) for each in proof(sealed, KEYS).faults)


def test_a_seal_of_one_company_does_not_fit_another(sealed: Operations, ledger: Ledger) -> None:
    tamper(
        ledger,
        "UPDATE audit_log SET tenant_id = 'bolt'",
        "UPDATE audit_seal SET tenant_id = 'bolt'",
    )
    with ledger.owner.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE audit_log SET hash = ledgerscope_audit_hash("
            "prev_hash, tenant_id, seq, actor, action, subject, details, at) WHERE seq = 1"
        )
    other = Operations(ledger.owner, Caller(tenant_id="bolt", actor="anna"))
    assert "row 1 is not what was sealed" in proof(other, KEYS).faults


def test_keys_are_rotated_without_losing_the_old_seals(sealed: Operations, app: Engine, clock: Clock) -> None:
    rotated = AuditKeys("newer", {"newer": OLD, "new": NEW})
    later = Operations(app, Caller(tenant_id="acme", actor="anna"), clock=clock, audit_keys=rotated)
    Customers(later).create(NewCustomer(name="d"))
    assert proof(later, rotated).sound
    assert proof(later, KEYS).faults == ("row 4 is sealed with the key newer, which was not given",)


def test_without_keys_only_the_chain_is_proven(sealed: Operations, ledger: Ledger) -> None:
    tamper(ledger, REHASHED)
    assert proof(sealed).sound


def test_the_log_is_read_newest_first(sealed: Operations) -> None:
    first = Audit(sealed).list(ListAudit(limit=2))
    assert isinstance(first, AuditPage)
    assert [entry.seq for entry in first.entries] == [3, 2]
    rest = Audit(sealed).list(ListAudit(limit=2, before=first.next_before))
    assert isinstance(rest, AuditPage)
    assert ([entry.seq for entry in rest.entries], rest.next_before) == ([1], None)
    subject = first.entries[0].subject
    only = Audit(sealed).list(ListAudit(subject=subject, action="customer.created", actor="anna"))
    assert isinstance(only, AuditPage)
    assert [entry.seq for entry in only.entries] == [3]
    assert isinstance(Audit(sealed).list(ListAudit(limit=0)), Refused)


def test_another_company_reads_and_proves_only_its_own(
    sealed: Operations, operations_of: Callable[[str], Operations]
) -> None:
    other = operations_of("bolt")
    page = Audit(other).list()
    assert isinstance(page, AuditPage)
    assert page.entries == ()
    assert proof(other, KEYS).rows == 0
