"""Contacts and communications are counted by what they were when they were created or logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.communication import CommunicationCollector
from ledgerscope.domain.values import COMMUNICATION_CHANNELS, CONTACT_TYPES, DIRECTIONS
from tests.collectors.books import NOON, Books, at

if TYPE_CHECKING:
    from datetime import datetime

CONTACTS = "customer_contact_created_total"
LOGGED = "customer_communication_logged_total"


def contact(books: Books, contact_type: str, is_primary: str, occurred_at: datetime = NOON) -> None:
    labels = {"contact_type": contact_type, "is_primary": is_primary}
    books.event("ContactCreated", labels=labels, occurred_at=occurred_at)


def logged(books: Books, channel: str, direction: str, occurred_at: datetime = NOON) -> None:
    labels = {"channel": channel, "direction": direction}
    books.event("CommunicationLogged", labels=labels, occurred_at=occurred_at)


def test_every_combination_begins_at_zero(books: Books) -> None:
    books.tenant()
    found = books.read(CommunicationCollector())
    assert found[CONTACTS] == {
        ("acme", kind, primary): 0 for kind in CONTACT_TYPES for primary in ("true", "false")
    }
    assert found[LOGGED] == {
        ("acme", channel, direction): 0 for channel in COMMUNICATION_CHANNELS for direction in DIRECTIONS
    }


def test_a_contact_counts_when_it_is_created_and_not_when_it_changes(books: Books) -> None:
    books.tenant()
    contact(books, "billing", "true")
    contact(books, "billing", "false")
    contact(books, "billing", "false", at(-1))
    contact(books, "sales", "false", at(1))
    books.event("ContactUpdated", labels={"contact_type": "sales", "is_primary": "true"})
    books.event("ContactRemoved", labels={"contact_type": "billing"})
    found = {labels: n for labels, n in books.read(CommunicationCollector())[CONTACTS].items() if n}
    assert found == {("acme", "billing", "true"): 1, ("acme", "billing", "false"): 2}


def test_a_communication_counts_by_its_channel_and_its_direction(books: Books) -> None:
    books.tenant()
    logged(books, "email", "inbound")
    logged(books, "email", "outbound")
    logged(books, "email", "outbound", at(-1))
    logged(books, "note", "outbound", at(1))
    found = {labels: n for labels, n in books.read(CommunicationCollector())[LOGGED].items() if n}
    assert found == {("acme", "email", "inbound"): 1, ("acme", "email", "outbound"): 2}


def test_a_word_that_nobody_knows_is_set_aside(books: Books) -> None:
    books.tenant()
    contact(books, "friend", "true")
    logged(books, "pigeon", "inbound")
    collector = CommunicationCollector()
    found = books.read(collector)
    assert {*found[CONTACTS].values(), *found[LOGGED].values()} == {0}
    assert collector.misplaced == 2
