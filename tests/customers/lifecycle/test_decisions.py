"""Decisions about customer records, without a database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledgerscope.customers import Call, Decision, Fault, Moment, Refused
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, create_customer
from ledgerscope.customers.lifecycle.deletion import Belongings, delete_customer, erase_customer
from ledgerscope.customers.lifecycle.profile import Profile, update_customer
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import AuditEntry, Contact, Customer, StatusChange

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CALL = Call(moment=Moment("acme", NOW, NOW.date()), actor="anna", request_id="r", source="ui")
BOOK = Book({"EUR", "JPY"}, "EUR", "C-000007")
NEW = NewCustomer(name="Müller & Söhne", email="office@mueller.example")
PROFILE = Profile(
    "c",
    {
        "name": "Old", "email": None, "phone": None, "address": None, "currency": "EUR", "terms_days": 30,
        "external_id": "X1", "signup_channel": None,
    },
    {"EUR", "JPY"},
)  # fmt: skip
BELONGINGS = Belongings("c", deleted=False, erased=False, running=0, open_minor={}, contacts=("p", "q"))


def changes(decision: Decision) -> Changes:
    assert isinstance(decision, Changes), decision
    return decision


def refusal(decision: Decision) -> Refused:
    assert isinstance(decision, Refused), decision
    return decision


def test_a_new_customer_begins_active_with_its_number_and_its_history() -> None:
    customer, begun, audit = changes(create_customer(BOOK, NEW, CALL)).rows
    assert isinstance(customer, Customer)
    assert isinstance(begun, StatusChange)
    assert isinstance(audit, AuditEntry)
    assert (customer.customer_number, customer.external_id, customer.currency) == (
        "C-000007",
        "C-000007",
        "EUR",
    )
    assert (customer.status, customer.source, begun.to_status, begun.actor) == (
        "active",
        "ui",
        "active",
        "anna",
    )
    assert (audit.action, audit.subject) == ("customer.created", customer.customer_id)


def test_the_audit_entry_holds_no_personal_data() -> None:
    audit = changes(create_customer(BOOK, NEW, CALL)).rows[-1]
    assert isinstance(audit, AuditEntry)
    assert json.loads(audit.details) == {"customer_number": "C-000007"}


def test_the_same_request_decides_the_same_rows() -> None:
    assert create_customer(BOOK, NEW, CALL) == create_customer(BOOK, NEW, CALL)
    other = replace(CALL, request_id="s")
    assert create_customer(BOOK, NEW, CALL) != create_customer(BOOK, NEW, other)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "   ", "is empty"),
        ("name", "x" * 201, "has 201 characters; at most 200"),
        ("name", "a\x00b", "control character"),
        ("name", "two\nlines", "control character"),
        ("email", "nobody", "'nobody' is not an address"),
        ("email", "", "leave it out"),
        ("currency", "EURO", "no currency of the database"),
        ("terms_days", -1, "0 to 3650 days, not -1"),
        ("signup_channel", "tv", "one of direct, organic"),
        ("external_id", "", "is empty"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_field(field: str, value: Any, reason: str) -> None:
    refused = refusal(create_customer(BOOK, replace(NEW, **{field: value}), CALL))
    assert refused.field == field
    assert refused.fault is Fault.INVALID
    assert reason in refused.reason


def test_an_address_may_have_lines() -> None:
    changes(create_customer(BOOK, replace(NEW, address="Hauptstraße 1\n1010 Wien"), CALL))


def test_an_external_id_is_given_once() -> None:
    taken = replace(BOOK, holder="C-000003")
    refused = refusal(create_customer(taken, replace(NEW, external_id="X"), CALL))
    assert refused.reason == "external_id: 'X' belongs to customer C-000003"


def test_a_customer_number_that_is_an_external_id_already_is_not_given_again() -> None:
    customer = changes(create_customer(replace(BOOK, holder="C-000003"), NEW, CALL)).rows[0]
    assert isinstance(customer, Customer)
    assert (customer.customer_number, customer.external_id) == ("C-000007", customer.customer_id)


def test_an_update_writes_only_what_differs_and_an_event_for_each_field() -> None:
    wanted = {"name": "New", "terms_days": 14, "currency": "EUR"}
    decided = changes(update_customer(PROFILE, wanted, CALL))
    update, _ = decided.rows
    assert isinstance(update, Update)
    assert update.values == {"name": "New", "terms_days": 14, "updated_at": NOW}
    assert [event.labels for event in decided.events] == [
        '{"field_changed": "name"}',
        '{"field_changed": "terms"}',
    ]


def test_an_update_to_what_is_there_changes_nothing() -> None:
    assert update_customer(PROFILE, {"name": "Old"}, CALL) == Changes()


@pytest.mark.parametrize(
    ("profile", "wanted", "reason"),
    [
        (PROFILE, {"status": "blocked"}, "status: an update changes name, email"),
        (replace(PROFILE, deleted=True), {"name": "New"}, "is deleted"),
        (replace(PROFILE, holder="C-1"), {"external_id": "X2"}, "'X2' belongs to customer C-1"),
        (replace(PROFILE, has_documents=True), {"currency": "JPY"}, "stays EUR"),
        (PROFILE, {"name": None}, "name: is required"),
    ],
)
def test_an_update_that_cannot_be_is_refused(profile: Profile, wanted: dict[str, Any], reason: str) -> None:
    assert reason in refusal(update_customer(profile, wanted, CALL)).reason


def test_a_soft_deletion_keeps_the_data() -> None:
    decided = changes(delete_customer(BELONGINGS, "closed", CALL))
    update, audit = decided.rows
    assert isinstance(update, Update)
    assert isinstance(audit, AuditEntry)
    assert update.values == {
        "deleted_at": NOW, "deletion_mode": "soft", "deletion_reason": "closed", "updated_at": NOW,
    }  # fmt: skip
    assert decided.events[0].labels == '{"mode": "soft", "reason": "closed"}'


def test_an_erasure_replaces_the_person_and_its_contacts() -> None:
    rows = changes(erase_customer(BELONGINGS, "erasure", CALL)).rows
    updates = [row for row in rows if isinstance(row, Update)]
    assert [update.kind for update in updates] == [Customer, Customer, Contact, Contact]
    person = updates[1].values
    assert (person["name"], person["email"], person["external_id"]) == ("erased", None, "erased-c")
    assert updates[2].values == {"name": "erased", "email": None, "phone": None}


def test_what_was_deleted_softly_is_erased_without_a_second_event() -> None:
    decided = changes(erase_customer(replace(BELONGINGS, deleted=True), "erasure", CALL))
    assert decided.events == ()
    first = decided.rows[0]
    assert isinstance(first, Update)
    assert first.values == {"deletion_mode": "hard"}


@pytest.mark.parametrize(
    ("customer", "reason", "words"),
    [
        (replace(BELONGINGS, running=2), "closed", "2 running subscriptions; end them first"),
        (replace(BELONGINGS, open_minor={"EUR": 1250, "JPY": 0}), "closed", "owes 12.50 EUR"),
        (BELONGINGS, "bored", "one of requested, duplicate"),
    ],
)
def test_a_customer_does_not_go_while_anything_hangs_on_it(
    customer: Belongings, reason: str, words: str
) -> None:
    assert words in refusal(delete_customer(customer, reason, CALL)).reason
    assert words in refusal(erase_customer(customer, reason, CALL)).reason


def test_nothing_is_deleted_or_erased_twice() -> None:
    assert (
        "deleted already"
        in refusal(delete_customer(replace(BELONGINGS, deleted=True), "closed", CALL)).reason
    )
    gone = replace(BELONGINGS, deleted=True, erased=True)
    assert "erased already" in refusal(erase_customer(gone, "erasure", CALL)).reason
