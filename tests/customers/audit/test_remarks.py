"""Reasons and comments: shown with the entry, gone with the customer, missed where they were taken away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.audit import Audit, ListAudit, Verification
from ledgerscope.customers.audit.audit import AuditPage
from ledgerscope.customers.decision import Call, Moment
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, Done, NewCustomer
from ledgerscope.customers.lifecycle.deletion import Belongings, erase_customer
from ledgerscope.customers.lifecycle.traces import Traces
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.store.changes import Changes, Update
from tests.customers.audit.conftest import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.audit import AuditKeys
    from tests.customers.conftest import Ledger

BLOCKED = Note(reason="Ada does not pay", comment="says Ada's lawyer, Dr Doe")


def details(operations: Operations, action: str) -> list[object]:
    page = Audit(operations).list(ListAudit(action=action))
    assert isinstance(page, AuditPage)
    return [
        {name: entry.details.get(name) for name in ("reason", "comment", "remark_erased")}
        for entry in page.entries
    ]


def proof(operations: Operations, keys: AuditKeys | None = KEYS) -> Verification:
    found = Audit(operations).verify(keys)
    assert isinstance(found, Verification)
    return found


@pytest.fixture
def keyed(with_keys: Callable[[AuditKeys], Operations]) -> Operations:
    return with_keys(KEYS)


def test_remarks_go_with_the_customer_and_the_log_stays_sound(
    keyed: Operations, northwind: str, ledger: Ledger
) -> None:
    customers = Customers(keyed)
    customers.change_status(northwind, "blocked", BLOCKED)
    said = {"reason": BLOCKED.reason, "comment": BLOCKED.comment, "remark_erased": None}
    assert details(keyed, "customer.status.changed") == [said]
    customers.erase(northwind, note=Note(reason="request 12"))
    gone = {"reason": None, "comment": None, "remark_erased": True}
    assert details(keyed, "customer.status.changed") == [gone]
    assert details(keyed, "customer.erased") == [
        {"reason": "request 12", "comment": None, "remark_erased": None}
    ]
    assert proof(keyed).faults == ("row 1 is not sealed",)  # it was written without keys
    everywhere = ledger.rows("""
        select (select string_agg(l::text, ' ') from audit_log as l),
               (select string_agg(r::text, ' ') from audit_remark as r),
               (select string_agg(h::text, ' ') from customer_status_history as h)
    """)
    assert "Ada" not in str(everywhere)
    assert [
        tuple(row) for row in ledger.rows("select reason from customer_status_history order by history_id")
    ] == [
        ("created",),
        ("erased",),
    ]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_remark SET reason = 'paid'",
        "UPDATE audit_remark SET reason = 'Ada does not paysays', comment = ' Ada''s lawyer, Dr Doe'",
        "DELETE FROM audit_remark",
        "UPDATE audit_remark SET salt = null, reason = null, comment = null, erased_at = now()",
    ],
)
@pytest.mark.parametrize("keys", [KEYS, None])
def test_a_remark_that_was_changed_or_taken_away_is_found(
    keyed: Operations, northwind: str, ledger: Ledger, tampering: str, keys: AuditKeys | None
) -> None:
    Customers(keyed).change_status(northwind, "blocked", BLOCKED)
    with ledger.owner.begin() as connection:
        connection.exec_driver_sql(tampering)
    found = proof(keyed, keys)
    assert found.faults[0] == "the reason or comment of row 2 is not what was written, or is missing"


def test_the_remark_of_another_customer_stays(operations: Operations, northwind: str, ledger: Ledger) -> None:
    customers = Customers(operations)
    other = customers.create(NewCustomer(name="Other"), BLOCKED)
    customers.erase(northwind)
    assert isinstance(other, CreatedCustomer)
    assert ledger.rows("select count(*) from audit_remark where erased_at is null") == [(1,)]


def test_the_same_remark_does_not_give_the_same_digest(
    operations: Operations, northwind: str, ledger: Ledger
) -> None:
    customers = Customers(operations)
    for status in ("blocked", "active"):
        customers.change_status(northwind, status, BLOCKED)
    assert ledger.rows("select count(distinct digest) from audit_remark") == [(2,)]


def test_an_erasure_resolves_no_pseudonym_and_leaves_no_reason(
    operations: Operations, northwind: str, ledger: Ledger
) -> None:
    with ledger.owner.begin() as connection:
        connection.exec_driver_sql("""
            insert into survey_response
            select tenant_id, customer_id, customer_id, 'nps', 'ada', 9, 10, now() from customer
        """)
        connection.exec_driver_sql("""
            insert into activity_day
            select tenant_id, day::date, customer_id, 'ada' from customer,
                generate_series(date '2026-03-01', '2026-03-03', '1 day') as day
        """)
    assert isinstance(Customers(operations).erase(northwind), Done)
    ((answers, days),) = ledger.rows("""
        select (select array_agg(distinct respondent_hash) from survey_response),
               (select array_agg(distinct user_hash) from activity_day)
    """)
    assert answers == days != ["ada"]
    assert ledger.count("activity_day") == 3


def test_an_erasure_gives_people_other_pseudonyms_that_count_the_same() -> None:
    call = Call(
        moment=Moment("acme", datetime(2026, 3, 10, tzinfo=UTC), date(2026, 3, 10)), actor="a", request_id="r"
    )
    day, next_day = date(2026, 3, 1), date(2026, 3, 2)
    traces = Traces(
        answers=(("a1", "x"),),
        days=((day, "c", "x"), (next_day, "c", "x"), (next_day, "c", "y")),
        remarks=("d",),
    )
    belongings = Belongings("c", deleted=False, erased=False, running=0, open_minor={}, traces=traces)
    decided = erase_customer(belongings, "erasure", call)
    assert isinstance(decided, Changes)
    people = [
        row.values.get("user_hash") or row.values.get("respondent_hash")
        for row in decided.rows
        if isinstance(row, Update) and {"user_hash", "respondent_hash"} & set(row.values)
    ]
    assert len(people) == 4
    assert people[0] == people[1] == people[2] != people[3]
    assert not {"x", "y"} & set(people)
