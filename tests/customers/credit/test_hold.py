"""Credit holds: decided without a database, and through the operations on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ledgerscope.customers import Call, Moment, Refused
from ledgerscope.customers.credit import Credit, HeldCredit, HoldState, set_hold
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Note
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Customer

if TYPE_CHECKING:
    from ledgerscope.customers.operations import Operations

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="ben", request_id="r")
FREE = HoldState("c", held=False)


def test_a_hold_changes_the_customer_and_is_in_the_audit_log() -> None:
    decision = set_hold(FREE, CALL, hold=True)
    assert isinstance(decision, Changes)
    assert decision.rows == (
        Update(Customer, ("acme", "c"), {"credit_hold": True, "updated_at": NOW}),
        AuditEntry("acme", "ben", "credit.held", "c", "{}", NOW),
    )
    assert [(each.event_type, each.customer_id) for each in decision.events] == [("CreditHoldPlaced", "c")]
    released = set_hold(replace(FREE, held=True), CALL, hold=False)
    assert isinstance(released, Changes)
    assert [row.action for row in released.rows if isinstance(row, AuditEntry)] == ["credit.released"]
    assert [each.event_type for each in released.events] == ["CreditHoldReleased"]


def test_what_is_so_already_changes_nothing() -> None:
    assert set_hold(FREE, CALL, hold=False) == Changes()


def test_a_deleted_customer_keeps_its_credit_as_it_is() -> None:
    assert isinstance(set_hold(replace(FREE, deleted=True), CALL, hold=True), Refused)


def test_a_customer_is_held_and_released(operations: Operations) -> None:
    made = Customers(operations).create(NewCustomer(name="Northwind"))
    assert isinstance(made, CreatedCustomer)
    credit, customer_id = Credit(operations), made.customer_id
    assert credit.hold(customer_id, Note(reason="overdue")) == HeldCredit(customer_id, changed=True)
    assert credit.hold(customer_id) == HeldCredit(customer_id, changed=False)
    view = Customers(operations).get(customer_id)
    assert not isinstance(view, Refused)
    assert view.credit_hold
    assert credit.release(customer_id) == HeldCredit(customer_id, changed=True)


def test_nobody_is_held_who_is_not_there(operations: Operations) -> None:
    assert isinstance(Credit(operations).hold("0" * 32), Refused)
