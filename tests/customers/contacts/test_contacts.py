"""Contacts through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.contacts import (
    ContactDone,
    ContactPage,
    Contacts,
    ContactView,
    CreatedContact,
    ListContacts,
    NewContact,
)
from ledgerscope.customers.lifecycle import Customers, Done
from ledgerscope.customers.operations import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Clock, Ledger


@pytest.fixture
def contacts(operations: Operations) -> Contacts:
    return Contacts(operations)


def create(contacts: Contacts, customer_id: str, name: str = "Jane", **more: object) -> CreatedContact:
    made = contacts.create(customer_id, NewContact(name=name, **more))  # type: ignore[arg-type] # of the test
    assert isinstance(made, CreatedContact), made
    return made


def listed(contacts: Contacts, customer_id: str, asked: ListContacts | None = None) -> list[ContactView]:
    page = contacts.list(customer_id, asked or ListContacts())
    assert isinstance(page, ContactPage), page
    return [*page.contacts]


def primaries(contacts: Contacts, customer_id: str) -> list[str]:
    return [each.name for each in listed(contacts, customer_id) if each.is_primary]


def test_what_was_created_is_listed(contacts: Contacts, northwind: str, clock: Clock) -> None:
    made = create(contacts, northwind, email="jane@doe.example", phone="555", contact_type="billing")
    assert made.is_primary
    assert listed(contacts, northwind) == [
        ContactView(
            contact_id=made.contact_id, customer_id=northwind, name="Jane", email="jane@doe.example",
            phone="555", contact_type="billing", is_primary=True, created_at=clock.now, removed_at=None,
        )
    ]  # fmt: skip


def test_each_change_writes_one_event_and_one_audit_entry(
    contacts: Contacts, northwind: str, ledger: Ledger
) -> None:
    before = ledger.counts()
    create(contacts, northwind)
    second = create(contacts, northwind, "John", is_primary=True)
    contacts.update(second.contact_id, {"phone": "555"}, Note(reason="asked for it"))
    contacts.update(second.contact_id, {"phone": "555"})
    (first,) = (each for each in listed(contacts, northwind) if not each.is_primary)
    contacts.remove(first.contact_id)
    moved = {name: after - before[name] for name, after in ledger.counts().items()}
    assert moved == {"customer": 0, "event": 4, "audit_log": 4, "operation_request": 0}
    kinds = ledger.rows("select event_type from event where event_type like 'Contact%' order by event_id")
    assert [kind for (kind,) in kinds] == [
        "ContactCreated",
        "ContactCreated",
        "ContactUpdated",
        "ContactRemoved",
    ]
    (details,) = ledger.details("contact.updated")
    assert details == {
        "correlation_id": "c-1", "customer_id": northwind, "fields": ["phone"], "reason": "asked for it",
        "source": "api",
    }  # fmt: skip


def test_there_is_one_primary_contact_whatever_happens(contacts: Contacts, northwind: str) -> None:
    jane, john = create(contacts, northwind), create(contacts, northwind, "John")
    assert primaries(contacts, northwind) == ["Jane"]
    contacts.update(john.contact_id, {"is_primary": True})
    assert primaries(contacts, northwind) == ["John"]
    assert isinstance(contacts.remove(john.contact_id), Refused)
    assert contacts.remove(jane.contact_id) == ContactDone(jane.contact_id, changed=True)
    assert contacts.remove(john.contact_id) == ContactDone(john.contact_id, changed=True)
    assert listed(contacts, northwind) == []
    assert len(listed(contacts, northwind, ListContacts(removed=True))) == 2
    assert create(contacts, northwind, "Ann").is_primary
    assert isinstance(contacts.update(john.contact_id, {"is_primary": True}), Refused)


def test_threads_that_each_want_to_be_primary_leave_one(
    contacts: Contacts, northwind: str, ledger: Ledger
) -> None:
    together = Barrier(4)

    def ask(place: int) -> CreatedContact:
        together.wait()
        return create(contacts, northwind, f"n {place}", is_primary=True)

    with ThreadPoolExecutor(4) as pool:
        assert all(each.is_primary for each in pool.map(ask, range(4)))
    assert ledger.count("contact") == 4
    assert len(primaries(contacts, northwind)) == 1


def test_of_two_threads_that_remove_a_contact_one_does(
    contacts: Contacts, northwind: str, ledger: Ledger
) -> None:
    made = create(contacts, northwind)
    before, together = ledger.counts(), Barrier(2)

    def ask(_: int) -> ContactDone | Refused:
        together.wait()
        return contacts.remove(made.contact_id)

    with ThreadPoolExecutor(2) as pool:
        results = [*pool.map(ask, range(2))]
    assert sorted(isinstance(each, Refused) for each in results) == [False, True]
    assert ledger.counts() == {**before, "event": before["event"] + 1, "audit_log": before["audit_log"] + 1}


def test_a_request_with_a_key_is_carried_out_once(contacts: Contacts, northwind: str, ledger: Ledger) -> None:
    first = contacts.create(northwind, NewContact(name="Jane"), Note(key="k"))
    assert contacts.create(northwind, NewContact(name="Jane"), Note(key="k")) == first
    assert isinstance(contacts.create(northwind, NewContact(name="John"), Note(key="k")), Refused)
    assert ledger.count("contact") == 1


def test_pages_hold_every_contact_once_in_order(contacts: Contacts, northwind: str, clock: Clock) -> None:
    made = []
    for place in range(5):
        made.append(create(contacts, northwind, f"n {place}").contact_id)
        if place % 2:  # some share their instant
            clock.forward(minutes=1)
    seen: list[ContactView] = []
    asked = ListContacts(limit=2)
    while True:
        page = contacts.list(northwind, asked)
        assert isinstance(page, ContactPage)
        seen += page.contacts
        if page.next_cursor is None:
            break
        asked = ListContacts(limit=2, cursor=page.next_cursor)
    assert sorted(each.contact_id for each in seen) == sorted(made)
    assert [each.created_at for each in seen] == sorted(each.created_at for each in seen)
    assert len(listed(contacts, northwind, ListContacts(contact_type="billing"))) == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListContacts(limit=0), "limit"),
        (ListContacts(cursor="x"), "cursor"),
        (ListContacts(contact_type="boss"), "contact_type"),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    contacts: Contacts, northwind: str, asked: ListContacts, field: str
) -> None:
    refused = contacts.list(northwind, asked)
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.field) == (Fault.INVALID, field)


@pytest.mark.parametrize("missing", ["0" * 32, "no id", "", "0-" + "0" * 31])
def test_what_is_not_there_is_said_to_be_missing(contacts: Contacts, northwind: str, missing: str) -> None:
    assert northwind
    for answer in (
        contacts.create(missing, NewContact(name="Jane")),
        contacts.list(missing),
        contacts.update(missing, {"name": "Jane"}),
        contacts.remove(missing),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND


def test_an_identifier_may_have_hyphens(contacts: Contacts, northwind: str) -> None:
    contact_id = create(contacts, northwind).contact_id
    parts = (contact_id[:8], contact_id[8:12], contact_id[12:16], contact_id[16:20], contact_id[20:])
    assert contacts.update("-".join(parts).upper(), {"name": "Ann"}) == ContactDone(contact_id, changed=True)


def test_another_company_sees_and_changes_nothing(
    contacts: Contacts, northwind: str, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    made = create(contacts, northwind)
    before = ledger.counts()
    other = Contacts(operations_of("bolt"))
    for answer in (
        other.create(northwind, NewContact(name="Eve")),
        other.list(northwind),
        other.update(made.contact_id, {"name": "Eve"}),
        other.remove(made.contact_id),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND
    assert ledger.counts() == before
    assert [each.name for each in listed(contacts, northwind)] == ["Jane"]


def test_an_erasure_replaces_contacts_also_removed_ones(
    contacts: Contacts, northwind: str, operations: Operations
) -> None:
    create(contacts, northwind, "Jane", email="jane@doe.example")
    gone = create(contacts, northwind, "John", phone="555")
    contacts.remove(gone.contact_id)
    assert isinstance(Customers(operations).erase(northwind), Done)
    kept = listed(contacts, northwind, ListContacts(removed=True))
    assert [(each.name, each.email, each.phone) for each in kept] == [("erased", None, None)] * 2
    assert isinstance(contacts.create(northwind, NewContact(name="Ann")), Refused)
