"""Seals: what somebody without the keys does to the log shows, and nobody is kept from writing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, text

from ledgerscope.customers import Refused
from ledgerscope.customers.access.permissions import ROLES
from ledgerscope.customers.audit import Adopted, Audit, AuditKeys, Head, InvalidHead
from ledgerscope.customers.decision import Fault
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.store.engine import begin_as, create_engine
from ledgerscope.store.errors import Refused as BrokenRule
from tests.customers.audit.conftest import KEYS, REHASH, create, proof, tamper
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger

ROTATED = AuditKeys("newer", {"newer": b"o" * 32, "new": b"n" * 32})
BEFORE = "not what was sealed, or the seal before is missing"
FORGE = "UPDATE audit_log SET actor = 'eve' WHERE seq = 2"
LYING_FUNCTION = """
    CREATE OR REPLACE FUNCTION ledgerscope_audit_hash(
        prev_hash bytea, tenant_id text, seq bigint, actor text, action text, subject text, details jsonb,
        at timestamptz
    ) RETURNS bytea LANGUAGE sql STABLE AS $$
        SELECT log.hash FROM audit_log AS log WHERE log.tenant_id = $2 AND log.seq = $3
    $$
"""
FORGED_SEAL = text("""
    insert into audit_seal (tenant_id, seq, prev_seq, key_id, mac, sealed_at)
    values ('acme', :seq, :seq - 1, 'new', sha256('x'), now())
""")
UNSEALED_ENTRY = text("""
    insert into audit_log (tenant_id, actor, action, subject, at) values ('acme', 'eve', 'x', 'y', now())
""")


def test_a_log_that_nobody_touched_is_sound_and_the_proof_is_kept(sealed: Operations, ledger: Ledger) -> None:
    found = proof(sealed, KEYS)
    assert (found.sound, found.checked, found.rows, found.sealed_to) == (True, "seals", 5, 5)
    assert found.head is not None
    assert found.head.seq == 5
    kept = ledger.rows("select rows, checked, sealed_to, faults from audit_verification")
    assert kept == [(5, "seals", 5, 0)]


@pytest.mark.parametrize(
    ("statements", "fault", "sealed_to"),
    [
        ((FORGE,), "row 2 does not follow from the row before it", 1),
        ((FORGE, REHASH), f"row 2 is {BEFORE}", 1),
        ((FORGE, LYING_FUNCTION), f"row 2 is {BEFORE}", 1),
        ((FORGE, REHASH, "DELETE FROM audit_seal"), "rows 1 to 5 are not sealed", 0),
        ((FORGE, REHASH, "DELETE FROM audit_seal WHERE seq >= 2"), "rows 2 to 5 are not sealed", 1),
        (("DELETE FROM audit_seal WHERE seq = 3",), f"row 4 is {BEFORE}", 2),
        (("DELETE FROM audit_seal WHERE seq = 1",), f"row 2 is {BEFORE}", 0),
        (("DELETE FROM audit_seal WHERE seq = 5",), "row 5 is not sealed", 4),
        (("DELETE FROM audit_log WHERE seq = 5",), "row 5 was sealed and is missing", 4),
        (("DELETE FROM audit_log WHERE seq = 2", REHASH), "row 2 was sealed and is missing", 1),
        (("UPDATE audit_log SET details = details || '{\"x\": 1}' WHERE seq = 5",), f"row 5 is {BEFORE}", 4),
        (("UPDATE audit_log SET at = 'infinity' WHERE seq = 5",), f"row 5 is {BEFORE}", 4),
        (("UPDATE audit_seal SET mac = sha256('x') WHERE seq = 5",), f"row 5 is {BEFORE}", 4),
        (("UPDATE audit_seal SET prev_seq = 0 WHERE seq = 4",), f"rows 1 to 4 are {BEFORE}", 3),
        (("UPDATE audit_seal SET sealed_at = sealed_at + '1 us' WHERE seq = 5",), f"row 5 is {BEFORE}", 4),
        (
            ("UPDATE audit_seal SET key_id = 'lost' WHERE seq = 3",),
            "row 3 is sealed with the key lost, which was not given",
            2,
        ),
    ],
)  # fmt: skip
def test_what_the_owner_of_the_tables_did_is_found(
    sealed: Operations, ledger: Ledger, statements: tuple[str, ...], fault: str, sealed_to: int
) -> None:
    if "infinity" in statements[0]:
        tamper(ledger, "ALTER TABLE audit_log DROP CONSTRAINT audit_log_finite_check")
    tamper(ledger, *statements)
    found = proof(sealed, KEYS)
    assert fault in found.faults
    assert found.sealed_to == sealed_to


def test_details_that_nobody_could_have_written_are_a_fault(sealed: Operations, ledger: Ledger) -> None:
    tamper(
        ledger,
        "UPDATE audit_log SET details = (repeat('[', 3000) || repeat(']', 3000))::jsonb WHERE seq = 5",
    )
    assert f"row 5 is {BEFORE}" in proof(sealed, KEYS).faults


@pytest.mark.parametrize(
    ("deleted", "fault", "sealed_to"),
    [
        ("DELETE FROM audit_seal", "rows 1 to 5 are not sealed", 0),
        ("DELETE FROM audit_seal WHERE seq > 2", "rows 3 to 5 are not sealed", 2),
    ],
)
def test_the_next_operation_does_not_seal_a_forgery(
    sealed: Operations, ledger: Ledger, deleted: str, fault: str, sealed_to: int
) -> None:
    tamper(ledger, "UPDATE audit_log SET actor = 'eve' WHERE seq > 2", REHASH, deleted)
    create(sealed, "f", "g")
    found = proof(sealed, KEYS)
    assert (found.faults, found.sealed_to) == ((fault,), sealed_to)
    assert ledger.rows("select seq, prev_seq from audit_seal where seq > 5 order by seq") == [(6, 5), (7, 6)]


def test_a_log_cut_off_with_its_seals_is_found_by_the_head_that_was_kept(
    sealed: Operations, ledger: Ledger
) -> None:
    head = proof(sealed, KEYS).head
    tamper(ledger, "DELETE FROM audit_log WHERE seq > 3", "DELETE FROM audit_seal WHERE seq > 3")
    create(sealed, "f", "g", "h")
    assert proof(sealed, KEYS).sound
    fault = "row 5 does not have the seal that was kept: the log was rewritten or cut off"
    assert proof(sealed, KEYS, head).faults == (fault,)


def test_a_head_stays_known_as_the_log_goes_on(sealed: Operations) -> None:
    head = proof(sealed, KEYS).head
    assert head is not None
    create(sealed, "f")
    assert proof(sealed, KEYS, Head.parse(str(head))).sound
    assert isinstance(Audit(sealed).verify(None, head), Refused)


@pytest.mark.parametrize("given", ["", "5", "5:", "0:" + "a" * 64, "5:" + "g" * 64])
def test_what_names_no_seal_is_no_head(given: str) -> None:
    with pytest.raises(InvalidHead, match="SEQ:MAC"):
        Head.parse(given)


def test_a_seal_of_one_company_does_not_fit_another(sealed: Operations, ledger: Ledger) -> None:
    tamper(
        ledger,
        "UPDATE audit_log SET tenant_id = 'bolt'",
        "UPDATE audit_seal SET tenant_id = 'bolt'",
        REHASH,
    )
    other = Operations(ledger.owner, Caller(tenant_id="bolt", actor="anna"))
    found = proof(other, KEYS)
    assert (found.sealed_to, len(found.faults)) == (0, 5)


def test_nobody_seals_a_row_to_come(sealed: Operations, app: Engine) -> None:
    with pytest.raises(BrokenRule, match="there is no row 6 to seal"), begin_as(app, "acme") as connection:
        connection.execute(FORGED_SEAL, {"seq": 6})
    create(sealed, "f")
    assert proof(sealed, KEYS).sound


def test_a_forged_seal_keeps_nobody_from_writing_and_is_found(sealed: Operations, app: Engine) -> None:
    with begin_as(app, "acme") as connection:
        connection.execute(UNSEALED_ENTRY)
        connection.execute(FORGED_SEAL, {"seq": 6})
    create(sealed, "f")
    found = proof(sealed, KEYS)
    assert (found.faults, found.sealed_to) == ((f"row 6 is {BEFORE}",), 5)


def test_at_most_twenty_faults_are_listed_and_every_row_is_counted(
    sealed: Operations, app: Engine, ledger: Ledger
) -> None:
    with begin_as(app, "acme") as connection:
        for seq in range(6, 36):
            connection.execute(UNSEALED_ENTRY)
            connection.execute(FORGED_SEAL, {"seq": seq})
    found = proof(sealed, KEYS)
    assert (len(found.faults), found.rows, found.sealed_to) == (20, 35, 5)


def test_keys_are_rotated_without_losing_the_old_seals(
    sealed: Operations, with_keys: Callable[[AuditKeys], Operations]
) -> None:
    later = with_keys(ROTATED)
    create(later, "f")
    assert proof(later, ROTATED).sound
    assert proof(later, KEYS).faults == ("row 6 is sealed with the key newer, which was not given",)
    assert proof(later, KEYS).sealed_to == 5


def test_without_keys_only_the_chain_is_proven_and_the_proof_says_so(
    sealed: Operations, ledger: Ledger
) -> None:
    tamper(ledger, FORGE, REHASH)
    found = proof(sealed)
    assert (found.sound, found.checked, found.sealed_to, found.head) == (True, "chain", None, None)
    assert ledger.rows("select checked, sealed_to from audit_verification") == [("chain", None)]
    tamper(ledger, "DELETE FROM audit_log WHERE seq = 5")
    assert proof(sealed).faults == ("row 5 was sealed and is missing",)


def test_a_log_from_before_keys_were_set_is_adopted(
    operations: Operations, with_keys: Callable[[AuditKeys], Operations], ledger: Ledger
) -> None:
    create(operations, "a", "b")
    keyed = with_keys(KEYS)
    create(keyed, "c")
    assert proof(keyed, KEYS).faults == ("rows 1 to 2 are not sealed",)
    assert Audit(keyed).seal() == Adopted(1, 3)
    found = proof(keyed, KEYS)
    assert (found.sound, found.rows, found.sealed_to) == (True, 4, 4)
    last = ledger.rows("select action, details ->> 'after' from audit_log order by seq desc limit 1")
    assert last == [("audit.sealed", "0")]
    create(keyed, "d")
    tamper(ledger, FORGE, REHASH)
    assert f"rows 1 to 4 are {BEFORE}" in proof(keyed, KEYS).faults


def test_entries_of_a_program_without_keys_are_adopted_in_the_middle(
    sealed: Operations, operations: Operations
) -> None:
    create(operations, "f", "g")
    create(sealed, "h")
    assert proof(sealed, KEYS).sealed_to == 5
    assert Audit(sealed).seal() == Adopted(6, 8)
    assert proof(sealed, KEYS).sealed_to == 9


def test_only_what_lacks_nothing_but_seals_is_adopted(
    sealed: Operations, operations: Operations, ledger: Ledger
) -> None:
    assert Audit(sealed).seal() == Refused("every row is sealed")
    assert Audit(operations).seal() == Refused("the operations have no keys to seal the log with")
    head = proof(sealed, KEYS).head
    tamper(ledger, "DELETE FROM audit_seal")
    refused = Audit(sealed).seal(known=head)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("row 5 does not have the seal that was kept")
    tamper(ledger, FORGE)
    assert Audit(sealed).seal() == Refused("row 2 does not follow from the row before it")
    assert ledger.count("audit_seal") == 0


def test_proofs_during_writes_see_one_state(app_url: str, ledger: Ledger, clock: Clock) -> None:
    engine = create_engine(app_url, pool_size=10)
    each = tries(4, thorough=20)
    caller = Caller(tenant_id="acme", actor="anna")
    writing = threading.Semaphore(0)

    def write(number: int) -> None:
        keyed = Operations(engine, caller, clock=clock, audit_keys=KEYS)
        try:
            create(keyed, *(f"{number}-{place}" for place in range(each)))
        finally:
            writing.release()

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(write, number) for number in range(8)]
        finished = 0
        prover = Operations(engine, caller, clock=clock, audit_keys=KEYS)
        while finished < 8:
            found = proof(prover, KEYS)
            assert (found.faults, found.sealed_to) == ((), found.rows)
            finished += sum(writing.acquire(blocking=False) for _ in range(8))
        for future in done:
            future.result()
    assert proof(prover, KEYS).sealed_to == 8 * each
    engine.dispose()


def test_of_two_proofs_of_one_instant_the_first_is_kept(
    sealed: Operations, app: Engine, ledger: Ledger, clock: Clock
) -> None:
    other = text("""
        insert into audit_verification (tenant_id, verified_at, rows, checked, faults)
        values ('acme', :at, 4, 'chain', 0)
    """)

    def be_quicker(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "insert into audit_verification" in statement:
            with ledger.owner.begin() as connection:
                connection.execute(other, {"at": clock.now})

    event.listen(app, "before_cursor_execute", be_quicker)
    assert proof(sealed, KEYS).rows == 5
    assert ledger.rows("select rows from audit_verification") == [(4,)]


def test_an_auditor_proves_and_does_not_adopt(app: Engine, operations: Operations, clock: Clock) -> None:
    create(operations, "a")
    caller = Caller(tenant_id="acme", actor="vera", permissions=ROLES["auditor"])
    auditor = Operations(app, caller, clock=clock, audit_keys=KEYS)
    assert proof(auditor, KEYS).faults == ("row 1 is not sealed",)
    assert Audit(auditor).seal() == Refused("vera lacks the permission access:grant", Fault.FORBIDDEN)
    assert proof(auditor, KEYS).rows == 1
