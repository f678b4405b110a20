"""Decisions about contacts, without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.customers import Call, Decision, Fault, Moment, Refused
from ledgerscope.customers.contacts.changes import remove_contact, update_contact
from ledgerscope.customers.contacts.creation import NewContact, create_contact
from ledgerscope.customers.contacts.state import ContactState, CustomerContacts
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Contact
from tests.thoroughness import tries

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r")
JANE = ContactState(
    contact_id="p1",
    name="Jane",
    email="jane@doe.example",
    phone=None,
    contact_type="billing",
    is_primary=True,
)
JOHN = replace(JANE, contact_id="p2", name="John", contact_type="technical", is_primary=False)
NOBODY = CustomerContacts("c")
BOTH = CustomerContacts("c", (JANE, JOHN))
NEW = NewContact(name="Ann", email="ann@doe.example", phone="555", contact_type="sales")


def changes(decision: Decision) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def refusal(decision: Decision) -> Refused:
    assert isinstance(decision, Refused), decision
    return decision


def event_of(decision: Decision) -> tuple[str, dict[str, Any]]:
    (event,) = changes(decision).events
    assert event.customer_id == "c"
    return event.event_type, json.loads(event.labels)


@pytest.mark.parametrize(
    ("customer", "asked", "becomes"),
    [(NOBODY, False, True), (NOBODY, True, True), (BOTH, False, False), (BOTH, True, True)],
)
def test_the_first_contact_is_primary_and_later_ones_on_request(
    customer: CustomerContacts, asked: bool, becomes: bool
) -> None:
    decided = create_contact(customer, replace(NEW, is_primary=asked), CALL)
    (row,) = (row for row in changes(decided).rows if isinstance(row, Contact))
    assert row.is_primary is becomes
    assert event_of(decided) == (
        "ContactCreated",
        {"contact_type": "sales", "is_primary": "true" if becomes else "false"},
    )


def test_a_new_primary_contact_comes_after_the_old_one_is_none_any_more() -> None:
    before, after, _ = changes(create_contact(BOTH, replace(NEW, is_primary=True), CALL)).rows
    assert before == Update(Contact, ("acme", "p1"), {"is_primary": False})
    assert isinstance(after, Contact)


def test_to_make_another_primary_takes_one_update_of_each() -> None:
    decided = update_contact(BOTH, "p2", {"is_primary": True, "name": "Johnny"}, CALL)
    before, after, _ = changes(decided).rows
    assert before == Update(Contact, ("acme", "p1"), {"is_primary": False})
    assert after == Update(Contact, ("acme", "p2"), {"is_primary": True, "name": "Johnny"})
    assert event_of(decided) == ("ContactUpdated", {"contact_type": "technical", "is_primary": "true"})


def test_the_audit_log_keeps_who_was_primary_before() -> None:
    for decided in (
        create_contact(BOTH, replace(NEW, is_primary=True), CALL),
        update_contact(BOTH, "p2", {"is_primary": True}, CALL),
    ):
        entry = changes(decided).rows[-1]
        assert isinstance(entry, AuditEntry)
        assert json.loads(entry.details)["no_longer_primary"] == "p1"


def test_an_update_to_what_is_there_changes_nothing() -> None:
    assert update_contact(BOTH, "p1", {"name": "Jane", "is_primary": True}, CALL) == Changes()


def test_only_the_last_primary_contact_can_go() -> None:
    assert "make another contact primary first" in refusal(remove_contact(BOTH, "p1", CALL)).reason
    alone = CustomerContacts("c", (JANE,))
    decided = remove_contact(alone, "p1", CALL)
    assert changes(decided).rows[0] == Update(
        Contact, ("acme", "p1"), {"is_primary": False, "removed_at": NOW}
    )
    assert event_of(decided) == ("ContactRemoved", {"contact_type": "billing"})


def test_audit_entries_hold_no_personal_data() -> None:
    for decided in (
        create_contact(BOTH, NEW, CALL),
        update_contact(BOTH, "p2", {"name": "Ann", "email": "ann@doe.example", "phone": "555"}, CALL),
        remove_contact(BOTH, "p2", CALL),
    ):
        (entry,) = (row for row in changes(decided).rows if isinstance(row, AuditEntry))
        text = f"{entry} {changes(decided).events}".lower()
        assert not [word for word in ("ann@", "doe", "555", "jane") if word in text]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", " ", "name: is empty"),
        ("name", "x" * 201, "has 201 characters; at most 200"),
        ("name", "two\nlines", "control character"),
        ("email", "nobody", "is not an address"),
        ("phone", "1" * 41, "at most 40"),
        ("contact_type", "boss", "one of general, billing, technical, sales, executive; not 'boss'"),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_refused_with_its_field(field: str, value: str, reason: str) -> None:
    for decided in (
        create_contact(BOTH, replace(NEW, **{field: value}), CALL),  # type: ignore[arg-type] # of the table
        update_contact(BOTH, "p1", {field: value}, CALL),
    ):
        refused = refusal(decided)
        assert (refused.field, refused.fault) == (field, Fault.INVALID)
        assert reason in refused.reason


@pytest.mark.parametrize(
    ("customer", "contact_id", "wanted", "reason"),
    [
        (BOTH, "p1", {"is_primary": False}, "make another contact primary instead"),
        (BOTH, "p1", {"removed_at": NOW}, "removed_at: an update changes name, email, phone"),
        (BOTH, "p3", {"name": "Late"}, "the contact was removed"),
        (replace(BOTH, deleted=True), "p1", {"name": "Late"}, "the customer is deleted"),
    ],
)
def test_an_update_that_cannot_be_is_refused(
    customer: CustomerContacts, contact_id: str, wanted: dict[str, Any], reason: str
) -> None:
    assert reason in refusal(update_contact(customer, contact_id, wanted, CALL)).reason


def test_a_deleted_customer_gets_no_contact_and_loses_none() -> None:
    gone = replace(BOTH, deleted=True)
    assert "is deleted" in refusal(create_contact(gone, NEW, CALL)).reason
    assert "is deleted" in refusal(remove_contact(gone, "p2", CALL)).reason
    assert "was removed" in refusal(remove_contact(BOTH, "p9", CALL)).reason


def after(customer: CustomerContacts, decision: Decision) -> CustomerContacts:
    """The contacts after a decision, as the database would keep them."""
    kept = {each.contact_id: each for each in customer.contacts}
    for row in changes(decision).rows:
        if isinstance(row, Contact):
            kept[row.contact_id] = ContactState(
                contact_id=row.contact_id, name=row.name, email=row.email, phone=row.phone,
                contact_type=row.contact_type, is_primary=row.is_primary,
            )  # fmt: skip
        elif isinstance(row, Update) and "removed_at" in row.values:
            del kept[row.key[1]]
        elif isinstance(row, Update):
            kept[row.key[1]] = replace(kept[row.key[1]], **row.values)
        assert sum(each.is_primary for each in kept.values()) <= 1, "two at once, also between two rows"
    return replace(customer, contacts=tuple(kept.values()))


def ask(what: str, customer: CustomerContacts, chosen: str, call: Call, *, flag: bool) -> Decision:
    if what == "create":
        return create_contact(customer, replace(NEW, is_primary=flag), call)
    if what == "remove":
        return remove_contact(customer, chosen, call)
    wanted = {"name": f"n {flag}"} if what == "rename" else {"is_primary": flag}
    return update_contact(customer, chosen, wanted, call)


@settings(max_examples=tries(200, thorough=1_500))
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("create", "rename", "hand over", "remove")), st.integers(0, 3), st.booleans()
        ),
        max_size=20,
    )
)
def test_one_contact_is_primary_after_every_sequence_of_requests(
    steps: list[tuple[str, int, bool]],
) -> None:
    customer = NOBODY
    for place, (what, which, flag) in enumerate(steps):
        ids = [each.contact_id for each in customer.contacts]
        chosen = ids[which % len(ids)] if ids else "nobody"
        decision = ask(what, customer, chosen, replace(CALL, request_id=f"r{place}"), flag=flag)
        if isinstance(decision, Changes):
            customer = after(customer, decision)
            assert len(decision.events) == sum(isinstance(row, AuditEntry) for row in decision.rows)
        assert sum(each.is_primary for each in customer.contacts) == min(1, len(customer.contacts))
