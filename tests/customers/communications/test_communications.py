"""Communications through the public operations, on PostgreSQL with the application's rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.communications import (
    CommunicationPage,
    Communications,
    CommunicationView,
    ListCommunications,
    LoggedCommunication,
    NewCommunication,
)
from ledgerscope.customers.contacts import Contacts, CreatedContact, NewContact
from ledgerscope.customers.lifecycle import Customers, Done, NewCustomer
from ledgerscope.customers.operations import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Clock, Ledger

NEW = NewCommunication(channel="email", direction="inbound", subject="Our order", body="Dear Ann,\n...")


@pytest.fixture
def communications(operations: Operations) -> Communications:
    return Communications(operations)


def log(communications: Communications, customer_id: str, new: NewCommunication = NEW) -> LoggedCommunication:
    made = communications.log(customer_id, new)
    assert isinstance(made, LoggedCommunication), made
    return made


def page(
    communications: Communications, customer_id: str, asked: ListCommunications | None = None
) -> CommunicationPage:
    found = communications.list(customer_id, asked or ListCommunications())
    assert isinstance(found, CommunicationPage), found
    return found


def contact_of(operations: Operations, customer_id: str) -> str:
    made = Contacts(operations).create(customer_id, NewContact(name="Jane"))
    assert isinstance(made, CreatedContact)
    return made.contact_id


def test_what_was_logged_is_listed(
    communications: Communications, northwind: str, operations: Operations, clock: Clock
) -> None:
    contact_id = contact_of(operations, northwind)
    made = log(communications, northwind, replace(NEW, contact_id=contact_id))
    (shown,) = page(communications, northwind).communications
    assert shown == CommunicationView(
        communication_id=made.communication_id, customer_id=northwind, contact_id=contact_id, channel="email",
        direction="inbound", subject="Our order", body="Dear Ann,\n...", actor="anna", at=clock.now,
    )  # fmt: skip


def test_it_writes_one_event_and_one_audit_entry_without_its_texts(
    communications: Communications, northwind: str, ledger: Ledger
) -> None:
    before = ledger.counts()
    made = log(communications, northwind)
    moved = {name: after - before[name] for name, after in ledger.counts().items()}
    assert moved == {"customer": 0, "event": 1, "audit_log": 1, "operation_request": 0}
    ((labels,),) = ledger.rows("select labels from event where event_type = 'CommunicationLogged'")
    assert labels == {"channel": "email", "direction": "inbound"}
    ((subject, details),) = ledger.rows(
        "select subject, details from audit_log where action = 'communication.logged'"
    )
    assert subject == made.communication_id
    assert details == {
        "channel": "email", "correlation_id": "c-1", "customer_id": northwind, "direction": "inbound",
        "source": "api",
    }  # fmt: skip


def test_a_request_with_a_key_is_carried_out_once(
    communications: Communications, northwind: str, ledger: Ledger
) -> None:
    first = communications.log(northwind, NEW, Note(key="k"))
    assert communications.log(northwind, NEW, Note(key="k")) == first
    assert isinstance(communications.log(northwind, replace(NEW, body="Other"), Note(key="k")), Refused)
    assert ledger.count("communication") == 1


def test_pages_hold_every_communication_once_in_order(
    communications: Communications, northwind: str, clock: Clock
) -> None:
    made = []
    for place in range(7):
        at = clock.now - timedelta(hours=place // 2)  # some share their instant
        made.append(log(communications, northwind, replace(NEW, at=at)).communication_id)
    for oldest_first in (False, True):
        seen: list[CommunicationView] = []
        cursor = None
        while True:
            asked = ListCommunications(limit=2, cursor=cursor, oldest_first=oldest_first)
            found = page(communications, northwind, asked)
            seen += found.communications
            cursor = found.next_cursor
            if cursor is None:
                break
        assert sorted(each.communication_id for each in seen) == sorted(made)
        instants = [each.at for each in seen]
        assert instants == sorted(instants, reverse=not oldest_first)


def test_a_list_is_narrowed_by_channel_and_direction(communications: Communications, northwind: str) -> None:
    for channel in ("email", "phone"):
        for direction in ("inbound", "outbound"):
            log(communications, northwind, replace(NEW, channel=channel, direction=direction))
    shown = page(communications, northwind, ListCommunications(channel="phone")).communications
    assert sorted(each.direction for each in shown) == ["inbound", "outbound"]
    asked = ListCommunications(channel="phone", direction="outbound")
    assert len(page(communications, northwind, asked).communications) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ListCommunications(limit=501), "limit"),
        (ListCommunications(cursor="x"), "cursor"),
        (ListCommunications(channel="fax"), "channel"),
        (ListCommunications(direction="up"), "direction"),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    communications: Communications, northwind: str, asked: ListCommunications, field: str
) -> None:
    refused = communications.list(northwind, asked)
    assert isinstance(refused, Refused)
    assert (refused.fault, refused.field) == (Fault.INVALID, field)


def test_a_contact_of_another_customer_is_none(
    communications: Communications, northwind: str, operations: Operations
) -> None:
    contact_id = contact_of(operations, northwind)
    second = Customers(operations).create(NewCustomer(name="Southwind"))
    assert not isinstance(second, Refused)
    refused = communications.log(second.customer_id, replace(NEW, contact_id=contact_id))
    assert isinstance(refused, Refused)
    assert refused.reason == f"contact_id: the customer has no contact {contact_id!r}"


@pytest.mark.parametrize("missing", ["0" * 32, "no id", "0-" + "0" * 31])
def test_what_is_not_there_is_said_to_be_missing(
    communications: Communications, northwind: str, missing: str
) -> None:
    for answer in (
        communications.log(missing, NEW),
        communications.list(missing),
        communications.log(northwind, replace(NEW, contact_id=missing)),
    ):
        assert isinstance(answer, Refused)
        assert answer.fault is Fault.NOT_FOUND


def test_another_company_sees_and_writes_nothing(
    communications: Communications, northwind: str, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    log(communications, northwind)
    before = ledger.counts()
    other = Communications(operations_of("bolt"))
    assert isinstance(other.log(northwind, NEW), Refused)
    assert isinstance(other.list(northwind), Refused)
    assert ledger.counts() == before
    assert (ledger.count("communication"), ledger.count("communication", "bolt")) == (1, 0)


def test_an_erasure_replaces_the_texts(
    communications: Communications, northwind: str, operations: Operations
) -> None:
    log(communications, northwind)
    assert isinstance(Customers(operations).erase(northwind), Done)
    (kept,) = page(communications, northwind).communications
    assert (kept.subject, kept.body, kept.channel) == (None, None, "email")
    assert isinstance(communications.log(northwind, NEW), Refused)


def test_nothing_said_survives_an_erasure_that_it_races(
    communications: Communications, northwind: str, operations: Operations, ledger: Ledger
) -> None:
    together = Barrier(4)

    def ask(place: int) -> object:
        together.wait()
        if place == 0:
            return Customers(operations).erase(northwind)
        return communications.log(northwind, NEW)

    with ThreadPoolExecutor(4) as pool:
        erased, *logged = pool.map(ask, range(4))
    assert isinstance(erased, Done)
    assert ledger.count("communication") == sum(isinstance(each, LoggedCommunication) for each in logged)
    assert ledger.rows("select 1 from communication where subject is not null or body is not null") == []
